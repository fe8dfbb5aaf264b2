// What is done with incidents: findings open or join them, people move them on.
//
//   IncidentService incidents(parts, options);
//   TRY(auto opening, incidents.open_or_join(report, "scan", actor, registry));
//   TRY(auto view, incidents.show(viewer, opening.incident));
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/crawler/capture.h"
#include "hitokoe/identity/key_store.h"
#include "hitokoe/incident/contribution_store.h"
#include "hitokoe/incident/incident_store.h"
#include "hitokoe/matcher/matcher.h"

namespace hitokoe::incident {

struct IncidentOptions {
  OpenRule open;
  double naming_threshold = 0.95;  // [0.5, 1]
};

class CaseworkService;

enum class Outcome { kOpened, kJoined, kUnchanged, kBelowRule };
std::string_view to_string(Outcome outcome);

struct Opening {
  std::string incident;  // empty when kBelowRule
  Outcome outcome = Outcome::kBelowRule;
  std::uint64_t new_subjects = 0;
};

// Thread-safe as far as its parts are; safe across processes: decisions are made on a revision and
// made again when somebody else was faster.
class IncidentService {
 public:
  struct Parts {
    IncidentStore& store;
    identity::KeyStore& keys;
    crawler::CaptureStore* captures;  // null where nothing is opened or joined
    const ClockRules& rules;
    const Holidays& holidays;
    const Clock& clock;
    Random& random;
    ContributionStore* contributions = nullptr;  // null: exposures are not judged together
    CaseworkService* casework = nullptr;         // asked before an incident is closed; null: nobody
  };
  IncidentService(Parts parts, IncidentOptions options) : p_(parts), options_(options) {}

  // Idempotent: the same captures with nothing new change nothing. On return the event and its
  // subjects are durable and the captures are kept under the incident's key; after an error, call
  // it again. kInternal: no capture store. Cost: one pass over the subjects of open incidents that
  // share a carrier with the report. `actor` as in Event. kBadInput: a subject without a carrier.
  Result<Opening> open_or_join(const matcher::ScanReport& report, std::string_view source,
                               std::string_view actor, const registry::Registry& registry);

  // Keeps what an exposure of the incident contributed (report.contribution), and judges all of
  // its exposures together, by what was kept of each. On return both are durable. Idempotent: an
  // exposure counts once, and the verdict does not depend on the order in which they came; after an
  // error or a crash, call it again. `matching.known_leaks`: those of older incidents count.
  // @return the report where the verdict changed; nothing where it is the same, where the incident
  // is over, or where no contribution is kept. Cost: reads all contributions of the incident.
  Result<std::optional<matcher::ScanReport>> judge_together(
      const std::string& id, const matcher::ScanReport& report, const matcher::Index& index,
      const registry::Registry& registry, const matcher::Options& matching, std::string_view actor);

  // The JSON of attribution_json(). kNotFound as show().
  Result<std::string> attribution(const Viewer& viewer, const std::string& id);

  Result<std::vector<IncidentView>> list(const Viewer& viewer);
  // That the public holidays that are known end soon; nothing: they do not.
  std::optional<Words> holiday_warning() const;
  Result<IncidentView> show(const Viewer& viewer, const std::string& id);

  // kConflict: not a step of the life cycle, or tasks are open. kForbidden: only coordinators move
  // an incident.
  Result<void> advance(const Viewer& viewer, const std::string& id, State to,
                       std::string_view note);
  // Records that `party` did what the rule asks. kNotFound: no such clock runs for it. Doing it
  // twice changes nothing. A party's person may do it for the own party. `to`: which delegator, of
  // a delegate that must tell several; empty: all.
  Result<void> clock_done(const Viewer& viewer, const std::string& id, std::string_view rule,
                          std::string_view party, std::string_view note, std::string_view to = {});
  // Since when `party` knows. Both times are kept. kBadInput: no reason, or a time to come.
  Result<void> set_known_at(const Viewer& viewer, const std::string& id, std::string_view party,
                            UtcTime known, std::string_view reason);
  // The receipt of an alert. It moves the time of knowledge later only within the Japanese day of
  // the finding (receipts.h), and only where the incident does not show that the party knew before:
  // no receipt, no word of a person, no fact and no duty of the party. Otherwise nothing is
  // recorded. kNotFound: not concerned.
  Result<void> alert_received(const std::string& id, std::string_view party, UtcTime received,
                              std::string_view channel);
  // A fact that decides which clocks run; `controller` empty: for the whole incident.
  Result<void> set_fact(const Viewer& viewer, const std::string& id, Fact fact, std::uint64_t value,
                        std::string_view controller, std::string_view reason);

  // The affected subjects, each once, sorted by carrier and y_ref. Internal: for campaigns. An
  // empty controller: all. kForbidden: the incident's key was destroyed. kCorrupt.
  Result<std::vector<AffectedSubject>> subjects(const std::string& id,
                                                std::string_view controller = {});

 private:
  Result<Opening> try_open(const matcher::ScanReport& report, std::string_view source,
                           std::string_view actor, const registry::Registry& registry);
  Result<std::optional<matcher::ScanReport>> judge(const std::string& id,
                                                   const matcher::Index& index,
                                                   const registry::Registry& registry,
                                                   const matcher::Options& matching,
                                                   std::string_view actor);
  Result<void> change(const Viewer& viewer, const std::string& id,
                      const std::function<Result<std::optional<Draft>>(const Incident&)>& decide);

  Parts p_;
  IncidentOptions options_;
};

// Compares what is kept with what the log says: tables equal the fold of their events, and sealed
// subjects are those that their event named. Nothing, or the first difference.
Result<std::optional<AuditFinding>> verify_incidents(IncidentStore& store, AuditLog& log);

}  // namespace hitokoe::incident
