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

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/base/random.h"
#include "hitokoe/crawler/capture.h"
#include "hitokoe/identity/key_store.h"
#include "hitokoe/incident/contribution_store.h"
#include "hitokoe/incident/due_verdicts.h"
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
    DueVerdicts* due = nullptr;  // null: verdict_asked() and judging() are not to be called
  };
  explicit MoveService(Parts parts) : p_(parts) {}

  // All below: only coordinators (kForbidden); `reason` needed (kBadInput), 2,000 bytes at most.
  // Safe across processes. Cost: one pass over the sealed subjects of both, about 25 bytes of
  // memory for each, and the sealed bytes of those that move.

  // Of whatever goes on after it a new verdict is owed (due_verdicts.h), which is made later.

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
  // The verdict that is owed; nothing: none. kNotFound as list().
  Result<std::optional<DueVerdict>> judging(const Viewer& viewer, const std::string& incident);
  // Asks for the verdict to be made again: where it failed and what was damaged was put right, or
  // older leaks can be read again. Only coordinators; kConflict: the incident is over. Where the
  // verdict says the same again, nothing is written.
  Result<void> ask_verdict(const Viewer& viewer, const std::string& incident);

 private:
  Result<void> try_merge(const Viewer& viewer, const std::string& into, const std::string& from,
                         std::string_view reason);
  Result<void> try_unmerge(const Viewer& viewer, const std::string& into, const std::string& from,
                           std::span<const std::string> along, std::string_view reason);
  Result<std::string> try_split(const Viewer& viewer, const std::string& incident,
                                std::span<const std::string> exposures, std::string_view reason);

  Parts p_;
};

// to_json() with "verdicts":[…] and "judging" (an object, or null: no verdict is owed) beside its
// keys.
std::string moves_json(const std::string& incident, const std::vector<MoveRecord>& moves,
                       const std::vector<VerdictChange>& verdicts,
                       const std::optional<DueVerdict>& judging);

}  // namespace hitokoe::incident
