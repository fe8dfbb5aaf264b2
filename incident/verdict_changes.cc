#include <algorithm>
#include <boost/json.hpp>
#include <map>

#include "hitokoe/incident/joint_verdict.h"
#include "hitokoe/incident/moves.h"
#include "incident/verdict_name.h"

namespace hitokoe::incident {
namespace {

namespace json = boost::json;

constexpr std::string_view kPrefix = "incident.";

bool brings_exposures(std::string_view kind) {
  return kind == "incident.opened" || kind == "incident.joined" || kind == "incident.updated" ||
         is_move(kind);
}

std::vector<VerdictChange::Holder> holders_of(const std::optional<ExposureRecord>& before,
                                              const ExposureRecord& after, const Viewer& viewer) {
  std::map<std::string, VerdictChange::Holder> all;
  if (before) {
    for (const auto& h : before->holders) all[h.party].before = h.probability_e6 / 1e6;
  }
  for (const auto& h : after.holders) all[h.party].after = h.probability_e6 / 1e6;
  std::vector<VerdictChange::Holder> out;
  for (auto& [party, h] : all) {
    if (!viewer.sees_all_parties() && party != viewer.party()) continue;
    h.party = party;
    out.push_back(std::move(h));
  }
  return out;
}

template <class T>
json::value or_null(const std::optional<T>& value) {
  return value ? json::value(*value) : json::value(nullptr);
}

json::value name_or_null(const std::optional<matcher::Verdict>& verdict) {
  if (!verdict) return nullptr;
  const auto name = verdict_name(*verdict);
  return json::string(name.data(), name.size());
}

}  // namespace

Result<std::vector<VerdictChange>> verdict_changes(std::span<const Event> events,
                                                   const Viewer& viewer) {
  std::vector<VerdictChange> out;
  std::optional<ExposureRecord> before;
  std::string cause, other;
  for (const auto& e : events) {
    if (brings_exposures(e.kind)) {
      cause = e.kind.substr(kPrefix.size());
      other.clear();
      if (is_move(e.kind) && viewer.sees_all_parties()) {
        TRY(auto move, decode_move(e.body));
        other = std::move(move.other);
      }
      continue;
    }
    if (e.kind != "incident.attributed") continue;
    TRY(auto record, decode_exposure(e.body));
    VerdictChange change;
    change.cause = cause;
    change.other = other;
    change.at = e.at;
    change.event = e.seq;
    change.holders = holders_of(before, record, viewer);
    if (viewer.sees_all_parties()) {
      if (before) change.before = before->verdict;
      change.after = record.verdict;
    }
    before = std::move(record);
    if (viewer.sees_all_parties() || !change.holders.empty()) out.push_back(std::move(change));
  }
  return out;
}

std::string to_json(const VerdictChange& change) {
  json::array holders;
  holders.reserve(change.holders.size());
  for (const auto& h : change.holders) {
    holders.push_back(json::object{
        {"party", h.party}, {"before", or_null(h.before)}, {"after", or_null(h.after)}});
  }
  return json::serialize(json::object{{"cause", change.cause},
                                      {"other", change.other},
                                      {"at", format_utc(change.at)},
                                      {"event", change.event},
                                      {"before", name_or_null(change.before)},
                                      {"after", name_or_null(change.after)},
                                      {"holders", std::move(holders)}});
}

}  // namespace hitokoe::incident
