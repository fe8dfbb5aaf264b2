// Makes the verdicts that are owed, one after another, on ground that is loaded when the first one
// needs it: the daemon does (verdict_watch.h), and a command where no daemon runs.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/incident/due_verdicts.h"
#include "hitokoe/incident/joint_verdict.h"
#include "hitokoe/incident/known_leaks.h"
#include "hitokoe/registry/registry_store.h"
#include "service/index_watch.h"

namespace hitokoe::service {

// For one round of work: what it loaded is let go with it. One thread at a time.
class VerdictJudge {
 public:
  struct Parts {
    incident::IncidentService::Parts incidents;
    IndexWatch& index;
    registry::RegistryStore& registry;
  };
  VerdictJudge(Parts parts, double naming_threshold)
      : p_(std::move(parts)), threshold_(naming_threshold) {}

  // Nothing: there is nothing to judge, or it says what the verdict before said. What is kept of
  // the incident itself is looked at before older leaks are read. Errors: of the incident
  // (is_lasting), the index, the registry and the stores; the next one may be judged after any.
  Result<std::optional<matcher::ScanReport>> judge(const std::string& id, std::string_view actor);

  // Begins, judges, and writes what came of it.
  struct Done {
    std::optional<matcher::ScanReport> said;  // as judge()
    std::optional<Error> failed;              // of judge(): noted in the row that is owed
    bool begun = false;                       // false: owed no longer, or since another move
  };
  // Errors: of `all` alone.
  Result<Done> work_off(incident::DueVerdicts& all, const incident::DueVerdict& due);

  // Older incidents that could not be read, since the first judge().
  const std::vector<incident::UnreadLeak>& unread() const { return older_.unread; }

 private:
  Result<void> stand_on(const incident::Incident& in);

  Parts p_;
  double threshold_;
  std::shared_ptr<const matcher::Index> index_;  // null: not loaded yet
  std::optional<registry::Registry> registry_;
  incident::OlderLeaks older_;
  std::uint64_t revision_ = 0;  // of all incidents, when older_ was read
};

// Only a change of the incident, or a person, makes it another answer.
bool is_lasting(Errc code);

}  // namespace hitokoe::service
