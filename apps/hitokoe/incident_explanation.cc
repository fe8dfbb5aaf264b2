#include "apps/hitokoe/incident_explanation.h"

#include <boost/json.hpp>
#include <stdexcept>

#include "hitokoe/identity/field.h"

namespace hitokoe::app {
namespace {

namespace json = boost::json;
using matcher::ScanReport;

std::string text(const json::value& v) { return v.is_null() ? "" : std::string(v.as_string()); }

Words words(const json::object& of, const std::string& key) {
  return {text(of.at(key)), text(of.at(key + "_ja"))};
}

std::vector<std::string> texts(const json::value& list) {
  std::vector<std::string> out;
  for (const auto& item : list.as_array()) out.push_back(text(item));
  return out;
}

std::vector<identity::FieldId> fields(const json::value& list) {
  std::vector<identity::FieldId> out;
  for (const auto& name : texts(list)) {
    if (const auto field = identity::field_by_name(name)) out.push_back(field.value());
  }
  return out;
}

JstDay day(const json::value& v) {
  const auto parsed = parse_day(text(v));
  return parsed ? parsed.value() : JstDay{};
}

matcher::HolderResult holder(const json::object& in) {
  matcher::HolderResult out;
  const auto& why = in.at("explanation").as_object();
  out.party = text(in.at("party"));
  out.snapshots = texts(in.at("snapshots"));
  out.probability = in.at("probability").to_number<double>();
  out.passed_on = static_cast<float>(in.at("passed_on_probability").to_number<double>());
  const auto& d = why.at("decibans").as_object();
  const auto part = [&](const char* name) { return d.at(name).to_number<double>(); };
  out.decibans = {part("membership"), part("columns"), part("dates"),     part("order"),
                  part("canary"),     part("prior"),   part("downstream")};
  out.snapshot = text(why.at("copy"));
  out.as_of = day(why.at("as_of"));
  out.handed_over = day(why.at("handed_over"));
  out.guessed = why.at("guessed").as_bool();
  out.contradicting_rows = why.at("contradicting_rows").to_number<std::uint64_t>();
  for (const auto& one : why.at("contradictions").as_array()) {
    const auto& c = one.as_object();
    matcher::Contradiction row;
    row.row = c.at("row").to_number<std::uint64_t>();
    row.rows = c.at("rows").to_number<std::uint64_t>();
    row.fields = fields(c.at("fields"));
    if (c.contains("capture")) row.capture = text(c.at("capture"));
    out.contradictions.push_back(std::move(row));
  }
  return out;
}

void put_whole(const json::object& in, ScanReport& out) {
  const auto count = [](const json::value& v) { return v.to_number<std::uint64_t>(); };
  out.summary = words(in, "summary");
  for (const auto& one : in.at("holders").as_array()) {
    const auto& said = one.as_object();
    for (auto& h : out.holders) {
      if (h.party != text(said.at("party"))) continue;
      h.sentence = words(said, "sentence");
      h.share = said.at("share").to_number<double>();
    }
  }
  for (const auto& one : in.at("canaries").as_array()) {
    const auto& c = one.as_object();
    out.canaries.push_back({text(c.at("handover")), text(c.at("party")), count(c.at("rows")),
                            count(c.at("canaries")), texts(c.at("descended")),
                            texts(c.at("seen_in"))});
  }
  for (const auto& one : in.at("known_leaks").as_array()) {
    const auto& k = one.as_object();
    out.known_leaks.push_back({text(k.at("incident")), count(k.at("rows")),
                               k.at("share").to_number<double>(), count(k.at("subjects")),
                               count(k.at("of"))});
  }
  if (const auto* again = in.at("recirculation").if_object()) {
    identity::FieldSet items;
    for (const auto field : fields(again->at("new_items"))) items.add(field);
    out.recirculation = {text(again->at("kind")), count(again->at("new_subjects")),
                         count(again->at("known_subjects")), count(again->at("subjects_new_items")),
                         items};
  }
  if (const auto* apart = in.at("tell_apart").if_object()) {
    out.tell_apart = {text(apart->at("first")), text(apart->at("second")), count(apart->at("rows")),
                      fields(apart->at("columns")), texts(apart->at("canaries"))};
  }
}

}  // namespace

Result<ScanReport> explained_report(std::string_view attribution) {
  boost::system::error_code error;
  const auto parsed = json::parse(attribution, error);
  ScanReport out;
  try {
    if (error) throw std::runtime_error("not JSON");
    const auto& in = parsed.as_object();
    for (const auto& one : in.at("holders").as_array()) {
      if (one.as_object().at("explanation").is_object()) {
        out.holders.push_back(holder(one.as_object()));
      }
    }
    if (const auto* whole = in.at("whole").if_object()) put_whole(*whole, out);
  } catch (const std::exception&) {
    return fail(Errc::kCorrupt, "the explanation that is kept of this incident cannot be read",
                "この事案の判定の根拠として保存されたものを読めません");
  }
  return out;
}

}  // namespace hitokoe::app
