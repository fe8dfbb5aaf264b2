// Why: the joint verdict of an incident, for a viewer.
#include <boost/json.hpp>

#include "hitokoe/incident/incident.h"
#include "incident/verdict_name.h"

namespace hitokoe::incident {
namespace {

namespace json = boost::json;

json::value text(std::string_view s) { return json::string(s.data(), s.size()); }

// What the store has was written by us; what does not read is shown as nothing.
json::value parsed(const std::string& stored) {
  if (stored.empty()) return nullptr;
  boost::system::error_code error;
  auto value = json::parse(stored, error);
  return error ? json::value(nullptr) : value;
}

}  // namespace

std::string attribution_json(const Incident& in, const Viewer& viewer) {
  json::object out{{"incident", text(in.id)},
                   {"judged", nullptr},
                   {"exposures", in.exposures.size()},
                   {"verdict", nullptr},
                   {"unknown_probability", nullptr},
                   {"holders", json::array()},
                   {"whole", nullptr}};
  if (!in.together) return json::serialize(out);
  const ExposureRecord& e = *in.together;
  out["judged"] = text(format_utc(e.at));
  if (e.attribution_shown) {
    out["verdict"] = text(verdict_name(e.verdict));
    out["unknown_probability"] = e.unknown_e6 / 1e6;
  }
  json::array& holders = out["holders"].as_array();
  for (const auto& h : e.holders) {
    const bool counts = viewer.sees_all_parties() || viewer.party() == h.party;
    json::array snapshots;
    for (const auto& s : h.snapshots) snapshots.push_back(text(s.id));
    json::object holder{{"party", text(h.party)},
                        {"snapshots", std::move(snapshots)},
                        {"probability", h.probability_e6 / 1e6},
                        {"passed_on_probability", h.passed_on_e6 / 1e6},
                        {"nameable", h.nameable},
                        {"matched_rows", nullptr},
                        {"exclusive_rows", nullptr},
                        {"explanation", parsed(h.explanation)}};
    if (counts) {
      holder["matched_rows"] = h.matched_rows;
      holder["exclusive_rows"] = h.exclusive_rows;
    }
    holders.push_back(std::move(holder));
  }
  out["whole"] = parsed(e.whole);
  return json::serialize(out);
}

}  // namespace hitokoe::incident
