// A report's content as JSON, one spelling for one content, so that a version is known by its hash.
#include "hitokoe/incident/reports.h"
#include "incident/canonical_json.h"

namespace hitokoe::incident {
namespace {

namespace json = boost::json;

json::string text(std::string_view s) { return json::string(s.data(), s.size()); }
json::object words(const Words& w) { return {{"ja", text(w.ja)}, {"en", text(w.en)}}; }

Result<Words> words_of(const BodyReader& r) {
  Words w;
  TRY(w.ja, r.text("ja"));
  TRY(w.en, r.text("en"));
  return w;
}

Result<Words> words_in(const BodyReader& r, std::string_view key) {
  TRY(const auto all, r.objects(key));
  if (all.size() != 1) {
    return fail(Errc::kCorrupt, "a report's text is not as this version writes it",
                "報告の文章がこの版の書き方ではありません");
  }
  return words_of(all.front());
}

Result<ReportSection> section_of(const BodyReader& r) {
  ReportSection s;
  TRY(const auto name, r.text("item"));
  TRY(s.item, report_item_by_name(name));
  TRY(const auto found, r.objects("found"));
  for (const auto& one : found) {
    TRY(auto line, words_of(one));
    s.found.push_back(std::move(line));
  }
  TRY(s.said, words_in(r, "said"));
  const auto at = r.text_or_empty("at");
  if (!at.empty()) {
    TRY(s.at, parse_utc(at));
  }
  TRY(s.open, r.boolean("open"));
  return s;
}

Result<ReportDuty> duty_of(const BodyReader& r) {
  ReportDuty d;
  TRY(d.rule, r.text("rule"));
  TRY(d.text, words_in(r, "text"));
  TRY(const auto started, r.text("started"));
  TRY(d.started, parse_utc(started));
  const auto due = r.text_or_empty("due");
  if (!due.empty()) {
    TRY(d.due, parse_utc(due));
  }
  return d;
}

Result<ReportContent> content_of(const BodyReader& r) {
  ReportContent c;
  TRY(c.incident, r.text("incident"));
  TRY(c.carrier, r.text("carrier"));
  TRY(c.carrier_name, r.text("carrier_name"));
  TRY(const auto form, r.text("form"));
  TRY(c.form, report_form_by_name(form));
  TRY(const auto kind, r.text("kind"));
  TRY(c.kind, report_kind_by_name(kind));
  TRY(const auto sections, r.objects("sections"));
  for (const auto& one : sections) {
    TRY(auto section, section_of(one));
    c.sections.push_back(std::move(section));
  }
  TRY(const auto duties, r.objects("duties"));
  for (const auto& one : duties) {
    TRY(auto duty, duty_of(one));
    c.duties.push_back(std::move(duty));
  }
  TRY(const auto compared, r.number("compared"));
  c.compared = static_cast<std::uint32_t>(compared);
  TRY(const auto differences, r.objects("differences"));
  for (const auto& one : differences) {
    ReportDifference d;
    TRY(const auto name, one.text("item"));
    TRY(d.item, report_item_by_name(name));
    TRY(d.before, words_in(one, "before"));
    TRY(d.after, words_in(one, "after"));
    c.differences.push_back(std::move(d));
  }
  return c;
}

}  // namespace

std::string content_to_json(const ReportContent& c) {
  json::array sections;
  for (const auto& s : c.sections) {
    json::array found;
    for (const auto& line : s.found) found.push_back(words(line));
    sections.push_back(json::object{{"item", text(to_string(s.item))},
                                    {"found", std::move(found)},
                                    {"said", json::array{words(s.said)}},
                                    {"at", s.at ? text(format_utc(*s.at)) : json::string()},
                                    {"open", s.open}});
  }
  json::array duties;
  for (const auto& d : c.duties) {
    duties.push_back(json::object{{"rule", text(d.rule)},
                                  {"text", json::array{words(d.text)}},
                                  {"started", text(format_utc(d.started))},
                                  {"due", d.due ? text(format_utc(*d.due)) : json::string()}});
  }
  json::array differences;
  for (const auto& d : c.differences) {
    differences.push_back(json::object{{"item", text(to_string(d.item))},
                                       {"before", json::array{words(d.before)}},
                                       {"after", json::array{words(d.after)}}});
  }
  return canonical(json::object{{"incident", text(c.incident)},
                                {"carrier", text(c.carrier)},
                                {"carrier_name", text(c.carrier_name)},
                                {"form", text(to_string(c.form))},
                                {"kind", text(to_string(c.kind))},
                                {"sections", std::move(sections)},
                                {"duties", std::move(duties)},
                                {"compared", c.compared},
                                {"differences", std::move(differences)}});
}

Result<ReportContent> content_from_json(std::string_view body) {
  TRY(const auto r, BodyReader::parse(body));
  auto content = content_of(r);
  if (!content) return fail(Errc::kCorrupt, content.error().words());
  return content;
}

}  // namespace hitokoe::incident
