#include "hitokoe/matcher/report.h"

#include <boost/json.hpp>
#include <cmath>

#include "hitokoe/identity/field.h"

namespace hitokoe::matcher {

namespace json = boost::json;

namespace {

// Probabilities to a millionth, decibans to a tenth: more digits would be noise that looks exact.
double rounded(double x, double steps) { return std::round(x * steps) / steps; }

json::array names(const std::vector<std::string>& list) {
  return json::array(list.begin(), list.end());
}

template <class Fields>
json::array field_names(const Fields& fields) {
  json::array out;
  for (const identity::FieldId f : fields) out.emplace_back(identity::field_info(f).name);
  return out;
}

// null where it is not known.
json::value day(JstDay day) {
  return day == JstDay{} ? json::value(nullptr) : json::value(format_day(day));
}

json::array contradictions_json(const HolderResult& h) {
  json::array out;
  for (const auto& c : h.contradictions) {
    json::object one{{"row", c.row}, {"rows", c.rows}, {"fields", field_names(c.fields)}};
    if (!c.capture.empty()) one["capture"] = c.capture;
    out.push_back(std::move(one));
  }
  return out;
}

json::object decibans_json(const Decibans& d) {
  return {{"membership", rounded(d.membership, 10)}, {"columns", rounded(d.columns, 10)},
          {"dates", rounded(d.dates, 10)},           {"order", rounded(d.order, 10)},
          {"canary", rounded(d.canary, 10)},         {"prior", rounded(d.prior, 10)},
          {"downstream", rounded(d.downstream, 10)}};
}

json::object explained(const HolderResult& h) {
  return {{"copy", h.snapshot.empty() ? json::value(nullptr) : json::value(h.snapshot)},
          {"as_of", day(h.as_of)},
          {"handed_over", day(h.handed_over)},
          {"guessed", h.guessed},
          {"share", rounded(h.share, 1e3)},
          {"contradicting_rows", h.contradicting_rows},
          {"contradictions", contradictions_json(h)},
          {"sentence", h.sentence.en},
          {"sentence_ja", h.sentence.ja}};
}

json::value interval_json(const std::optional<SnapshotInterval>& interval) {
  if (!interval) return nullptr;
  return {{"from", format_day(interval->from)},
          {"to", format_day(interval->to)},
          {"confidence", interval->confidence}};
}

void put_notes(const ScanReport& r, json::object& out) {
  json::array notes;
  json::array notes_ja;
  for (const auto& n : r.notes) {
    notes.emplace_back(n.en);
    notes_ja.emplace_back(n.ja);
  }
  out["notes"] = std::move(notes);
  out["notes_ja"] = std::move(notes_ja);
}

json::object sources_json(const ScanReport& r) {
  json::array canaries;
  for (const auto& c : r.canaries) {
    canaries.push_back({{"handover", c.handover},
                        {"party", c.party},
                        {"rows", c.rows},
                        {"canaries", c.canaries},
                        {"certain", true},
                        {"descended", names(c.descended)},
                        {"seen_in", names(c.seen_in)}});
  }
  json::array known;
  for (const auto& k : r.known_leaks) {
    known.push_back({{"incident", k.incident},
                     {"rows", k.rows},
                     {"share", rounded(k.share, 1e6)},
                     {"subjects", k.subjects},
                     {"of", k.of}});
  }
  json::object out{{"summary", r.summary.en},         {"summary_ja", r.summary.ja},
                   {"canaries", std::move(canaries)}, {"known_leaks", std::move(known)},
                   {"recirculation", nullptr},        {"tell_apart", nullptr}};
  if (r.recirculation) {
    out["recirculation"] = {{"kind", r.recirculation->kind},
                            {"new_subjects", r.recirculation->new_subjects},
                            {"known_subjects", r.recirculation->known_subjects},
                            {"subjects_new_items", r.recirculation->subjects_new_items},
                            {"new_items", field_names(r.recirculation->new_items)}};
  }
  if (r.tell_apart) {
    out["tell_apart"] = {
        {"first", r.tell_apart->first},
        {"second",
         r.tell_apart->second.empty() ? json::value(nullptr) : json::value(r.tell_apart->second)},
        {"rows", r.tell_apart->rows},
        {"columns", field_names(r.tell_apart->columns)},
        {"canaries", names(r.tell_apart->canaries)}};
  }
  return out;
}

}  // namespace

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::kNamed:
      return "named";
    case Verdict::kIndistinguishable:
      return "indistinguishable";
    case Verdict::kUnknown:
      return "unknown";
    case Verdict::kNoMatch:
      return "no_match";
  }
  return "no_match";
}

bool may_be_named(const HolderResult& h, double naming_threshold) {
  constexpr double kItself = 0.5;
  return h.copy_probability() >= naming_threshold && h.probability >= kItself &&
         h.indistinguishable_from.empty();
}

std::string explanation_json(const HolderResult& h) {
  if (h.snapshot.empty()) return {};
  return json::serialize(json::object{{"decibans", decibans_json(h.decibans)},
                                      {"copy", h.snapshot},
                                      {"as_of", day(h.as_of)},
                                      {"handed_over", day(h.handed_over)},
                                      {"guessed", h.guessed},
                                      {"contradicting_rows", h.contradicting_rows},
                                      {"contradictions", contradictions_json(h)}});
}

std::string explanation_json(const ScanReport& r) {
  auto out = sources_json(r);
  json::array holders;
  for (const auto& h : r.holders) {
    if (h.snapshot.empty()) continue;
    holders.push_back({{"party", h.party},
                       {"share", rounded(h.share, 1e3)},
                       {"sentence", h.sentence.en},
                       {"sentence_ja", h.sentence.ja},
                       {"indistinguishable_from", names(h.indistinguishable_from)}});
  }
  out["holders"] = std::move(holders);
  out["rows"] = r.rows;
  out["matched_rows"] = r.matched_rows;
  out["matched_subjects"] = r.matched_subjects;
  out["ambiguous_rows"] = r.ambiguous_rows;
  out["snapshot"] = interval_json(r.snapshot);
  put_notes(r, out);
  return json::serialize(out);
}

std::string to_json(const ScanReport& r, const std::optional<std::string>& incident) {
  json::array holders;
  for (const auto& h : r.holders) {
    json::object holder{{"party", h.party},
                        {"snapshots", json::array(h.snapshots.begin(), h.snapshots.end())},
                        {"matched_rows", h.matched_rows},
                        {"exclusive_rows", h.exclusive_rows},
                        {"probability", rounded(h.probability, 1e6)},
                        {"passed_on_probability", rounded(static_cast<double>(h.passed_on), 1e6)},
                        {"copy_probability", rounded(h.copy_probability(), 1e6)},
                        {"decibans", decibans_json(h.decibans)},
                        {"indistinguishable_from", json::array(h.indistinguishable_from.begin(),
                                                               h.indistinguishable_from.end())}};
    holder["explanation"] = explained(h);
    holders.push_back(std::move(holder));
  }
  json::array warnings;
  for (const auto& w : r.warnings) {
    warnings.push_back({{"file", w.file}, {"what", w.what.en}, {"what_ja", w.what.ja}});
  }
  json::object out{{"documents", r.documents},
                   {"bytes", r.bytes},
                   {"rows", r.rows},
                   {"tokens", r.tokens},
                   {"matched_rows", r.matched_rows},
                   {"matched_subjects", r.matched_subjects},
                   {"verdict", to_string(r.verdict)},
                   {"ambiguous_rows", r.ambiguous_rows},
                   {"holders", std::move(holders)},
                   {"unknown_probability", rounded(r.unknown_probability, 1e6)},
                   {"snapshot", interval_json(r.snapshot)},
                   {"rows_needed", r.rows_needed},
                   {"warnings", std::move(warnings)}};
  put_notes(r, out);
  for (auto& [key, value] : sources_json(r)) out[key] = std::move(value);
  if (incident) out["incident"] = *incident;
  return json::serialize(out);
}

}  // namespace hitokoe::matcher
