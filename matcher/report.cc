#include "hitokoe/matcher/report.h"

#include <boost/json.hpp>
#include <cmath>

namespace hitokoe::matcher {

namespace json = boost::json;

namespace {

// Probabilities to a millionth, decibans to a tenth: more digits would be noise that looks exact.
double rounded(double x, double steps) { return std::round(x * steps) / steps; }

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

std::string to_json(const ScanReport& r, const std::optional<std::string>& incident) {
  json::array holders;
  for (const auto& h : r.holders) {
    const auto& d = h.decibans;
    holders.push_back({{"party", h.party},
                       {"snapshots", json::array(h.snapshots.begin(), h.snapshots.end())},
                       {"matched_rows", h.matched_rows},
                       {"exclusive_rows", h.exclusive_rows},
                       {"probability", rounded(h.probability, 1e6)},
                       {"decibans",
                        {{"membership", rounded(d.membership, 10)},
                         {"columns", rounded(d.columns, 10)},
                         {"dates", rounded(d.dates, 10)},
                         {"order", rounded(d.order, 10)},
                         {"canary", rounded(d.canary, 10)},
                         {"prior", rounded(d.prior, 10)}}},
                       {"indistinguishable_from", json::array(h.indistinguishable_from.begin(),
                                                              h.indistinguishable_from.end())}});
  }
  json::array warnings;
  for (const auto& w : r.warnings) {
    warnings.push_back({{"file", w.file}, {"what", w.what.en}, {"what_ja", w.what.ja}});
  }
  json::array notes;
  json::array notes_ja;
  for (const auto& n : r.notes) {
    notes.emplace_back(n.en);
    notes_ja.emplace_back(n.ja);
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
                   {"snapshot", nullptr},
                   {"rows_needed", r.rows_needed},
                   {"warnings", std::move(warnings)},
                   {"notes", std::move(notes)},
                   {"notes_ja", std::move(notes_ja)}};
  if (r.snapshot) {
    out["snapshot"] = {{"from", format_day(r.snapshot->from)},
                       {"to", format_day(r.snapshot->to)},
                       {"confidence", r.snapshot->confidence}};
  }
  if (incident) out["incident"] = *incident;
  return json::serialize(out);
}

}  // namespace hitokoe::matcher
