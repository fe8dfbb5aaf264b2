// Merge, unmerge and split, with their rules (docs/incident.md, "Merging and splitting"):
//
// - Merged: exposures, people, known times, facts, duties, tasks, takedown requests, links and
//   captures of the other go to the incident that goes on. Of a carrier that both have, the earlier
//   time of knowledge counts; a duty stays done only where it was done, or not owed, in both; the
//   count of people is that of both, each once, with the moment at which it passed.
// - Unmerged: both are what they were, and what came since goes to where its exposure belongs:
//   an exposure to the one with whose people it shares more, records of a party to those that the
//   party is concerned with.
// - Split: the exposures become an incident of its own, open, with clocks of its own that run since
//   its parties know of them.
// - Whoever was told by a campaign of one is not told again by one of the other, ever
//   (storage: campaign_told).
#pragma once

#include <initializer_list>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/base/random.h"
#include "hitokoe/crawler/capture.h"
#include "hitokoe/identity/key_store.h"
#include "hitokoe/incident/contribution_store.h"
#include "hitokoe/incident/joint_verdict.h"
#include "hitokoe/incident/moves.h"

namespace hitokoe::incident {

class MoveService {
 public:
  struct Parts {
    MoveStore& moves;
    IncidentStore& incidents;
    CaseworkStore& casework;
    ContributionStore& contributions;
    AuditLog& log;
    identity::KeyStore& keys;
    crawler::CaptureStore& captures;
    const ClockRules& rules;
    const Holidays& holidays;
    const Clock& clock;
    Random& random;
  };
  explicit MoveService(Parts parts) : p_(parts) {}

  // All below: only coordinators (kForbidden); `reason` needed (kBadInput), 2,000 bytes at most.
  // kUnavailable: the database was kept locked for 10 s, or others were faster time and again.
  // After each, done or refused, an incident keeps the captures of its own exposures alone.
  // Safe across processes. Cost: one pass over the sealed subjects of both, about 25 bytes of
  // memory for each, and the sealed bytes of those that move.

  // `from` ends as "merged". kConflict: one of them is over, or its campaign is being sent.
  Result<void> merge(const Viewer& viewer, const std::string& into, const std::string& from,
                     std::string_view reason);
  // `along`: exposures that came since and go with `from`, whatever they share. kNotFound: `from`
  // is not merged into it. kConflict: another was merged after it; undo that first.
  Result<void> unmerge(const Viewer& viewer, const std::string& into, const std::string& from,
                       std::span<const std::string> along, std::string_view reason);
  // @return the new incident. kNotFound: no such exposure. kConflict: nothing would stay.
  Result<std::string> split(const Viewer& viewer, const std::string& incident,
                            std::span<const std::string> exposures, std::string_view reason);

  Result<std::vector<MoveRecord>> list(const Viewer& viewer, const std::string& incident);
  // What the verdicts over all its exposures said one after another. kNotFound as list().
  Result<std::vector<VerdictChange>> verdicts(const Viewer& viewer, const std::string& incident);

 private:
  // Each says false where somebody else was faster: nothing was done.
  Result<bool> try_merge(const Viewer& viewer, const std::string& into, const std::string& from,
                         std::string_view reason);
  Result<bool> try_unmerge(const Viewer& viewer, const std::string& into, const std::string& from,
                           std::span<const std::string> along, std::string_view reason);
  Result<bool> try_split(const Viewer& viewer, const std::string& incident,
                         std::span<const std::string> exposures, std::string_view reason,
                         std::string& fresh);

  std::set<std::string> captures_of(std::initializer_list<std::string> incidents);
  void settle_captures(std::initializer_list<std::string> incidents,
                       std::set<std::string> concerned);

  Parts p_;
};

// to_json() with "verdicts":[…] beside its keys.
std::string moves_json(const std::string& incident, const std::vector<MoveRecord>& moves,
                       const std::vector<VerdictChange>& verdicts);

}  // namespace hitokoe::incident
