// The verdict over all exposures of an incident, made again after a merge, an unmerge or a split:
// from what is kept of the exposures that are there now. And what each verdict changed.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/incident/incident_service.h"

namespace hitokoe::incident {

// As IncidentService::judge_together, with no new contribution. Parties, clocks and tasks follow
// from the event. @return nothing where the verdict is the same, the incident is over, or nothing
// is kept of any of its exposures. Idempotent; safe across processes. Cost: reads all contributions
// of the incident.
Result<std::optional<matcher::ScanReport>> judge_again(
    const IncidentService::Parts& parts, double naming_threshold, const std::string& id,
    const matcher::Index& index, const registry::Registry& registry,
    const matcher::Options& matching, std::string_view actor);

// Is anything kept of the exposures that `in` has now? A query, and one sealed row.
Result<bool> has_contributions(const IncidentService::Parts& parts, const Incident& in);

struct VerdictChange {  // of the verdict over all exposures
  struct Holder {
    std::string party;
    std::optional<double> before, after;  // probability; nothing: it is not in that verdict
  };
  // What the verdict came after: "opened", "joined", "updated", or a move: "merged", "unmerged",
  // "restored", "split_off", "split_from".
  std::string cause;
  std::string other;  // the other incident of the move; empty: none, or not this viewer's to know
  UtcTime at{};
  std::uint64_t event = 0;
  std::optional<matcher::Verdict> before, after;  // parties: nothing
  std::vector<Holder> holders;                    // by party; parties: itself alone
};
// `events`: the stream of one incident, as fold() takes it. Oldest first. A verdict that a move set
// aside counts as the one before. kCorrupt.
Result<std::vector<VerdictChange>> verdict_changes(std::span<const Event> events,
                                                   const Viewer& viewer);
std::string to_json(const VerdictChange& change);

}  // namespace hitokoe::incident
