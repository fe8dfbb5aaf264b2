// Reports as the API and --json give them.
#include <boost/json.hpp>

#include "hitokoe/incident/reports.h"

namespace hitokoe::incident {
namespace {

namespace json = boost::json;

json::value text(std::string_view s) { return json::string(s.data(), s.size()); }

json::object words(const Words& w) { return {{"ja", text(w.ja)}, {"en", text(w.en)}}; }

json::array names(const std::vector<ReportItem>& items) {
  json::array out;
  for (const auto item : items) out.push_back(text(to_string(item)));
  return out;
}

json::object head_of(const ReportVersion& v) {
  json::value submitted = nullptr;
  if (v.submitted) {
    json::array rules;
    for (const auto& rule : v.submitted->rules) rules.push_back(text(rule));
    submitted = json::object{{"at", text(format_utc(v.submitted->at))},
                             {"reference", text(v.submitted->reference)},
                             {"by", text(v.submitted->by)},
                             {"recorded", text(format_utc(v.submitted->recorded))},
                             {"rules", std::move(rules)}};
  }
  return {{"version", v.number},
          {"form", text(to_string(v.content.form))},
          {"kind", text(to_string(v.content.kind))},
          {"sha256", text(v.sha256)},
          {"by", text(v.by)},
          {"at", text(format_utc(v.at))},
          {"open", names(v.content.open())},
          {"submitted", std::move(submitted)}};
}

json::value time_or_null(const std::optional<UtcTime>& t) {
  if (!t) return nullptr;
  return text(format_utc(*t));
}

}  // namespace

std::string to_json(const ReportVersion& v) {
  json::object out = head_of(v);
  const auto& c = v.content;
  out["incident"] = text(c.incident);
  out["carrier"] = text(c.carrier);
  out["carrier_name"] = text(c.carrier_name);
  json::array sections;
  for (const auto& s : c.sections) {
    json::array found;
    for (const auto& line : s.found) found.push_back(words(line));
    sections.push_back(json::object{
        {"item", text(to_string(s.item))},
        {"title", words(title_of(s.item))},
        {"text", words({text_of(s, Language::kEnglish), text_of(s, Language::kJapanese)})},
        {"found", std::move(found)},
        {"said", s.at ? json::value(words(s.said)) : json::value(nullptr)},
        {"recorded", time_or_null(s.at)},
        {"open", s.open}});
  }
  out["sections"] = std::move(sections);
  json::array duties;
  for (const auto& d : c.duties) {
    duties.push_back(json::object{{"rule", text(d.rule)},
                                  {"text", words(d.text)},
                                  {"started", text(format_utc(d.started))},
                                  {"due", time_or_null(d.due)}});
  }
  out["duties"] = std::move(duties);
  out["compared"] = c.compared == 0 ? json::value(nullptr) : json::value(c.compared);
  json::array differences;
  for (const auto& d : c.differences) {
    differences.push_back(json::object{
        {"item", text(to_string(d.item))}, {"before", words(d.before)}, {"after", words(d.after)}});
  }
  out["differences"] = std::move(differences);
  return json::serialize(out);
}

std::string to_json(const ReportFile& file) {
  json::array items;
  for (const auto& e : file.entries) {
    items.push_back(json::object{{"item", text(to_string(e.item))},
                                 {"text", words(e.text)},
                                 {"by", text(e.by)},
                                 {"at", text(format_utc(e.at))}});
  }
  json::array versions;
  for (const auto& v : file.versions) versions.push_back(head_of(v));
  return json::serialize(json::object{{"incident", text(file.incident)},
                                      {"carrier", text(file.carrier)},
                                      {"items", std::move(items)},
                                      {"versions", std::move(versions)}});
}

}  // namespace hitokoe::incident
