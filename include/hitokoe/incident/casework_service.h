// What people do around an incident, with its rules:
//
// - Every carrier concerned has all seven tasks, every delegate on the chain of a holder that may
// be
//   named has recovery, cause, prevention and reports (to its delegator).
// - A delegate settles nothing before it has told its delegators (its clock `appi-delegate`), and
//   its last task not before those of the carriers above are settled: who holds the contract stays
//   responsible.
// - An incident is closed only when no task is open.
// - Leaked text is shown to one person, for a purpose, after another one agreed, for an hour.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/crawler/capture.h"
#include "hitokoe/incident/casework.h"
#include "hitokoe/incident/incident_store.h"

namespace hitokoe::incident {

inline constexpr Duration kViewFor = std::chrono::hours{1};

class CaseworkService {
 public:
  struct Parts {
    CaseworkStore& store;
    IncidentStore& incidents;
    const ClockRules& rules;
    const Holidays& holidays;
    const Clock& clock;
  };
  explicit CaseworkService(Parts parts) : p_(parts) {}

  // kNotFound as IncidentService::show.
  Result<CaseworkView> show(const Viewer& viewer, const std::string& incident);

  // kForbidden: neither coordinator nor of that party. kNotFound: the party has no such task.
  // kConflict: a delegate that would settle before the others (above). kBadInput: not needed, and
  // no note says why. The same again changes nothing.
  Result<void> set_task(const Viewer& viewer, const std::string& incident, const TaskKey& task,
                        TaskState state, std::optional<JstDay> due, std::string_view note);
  // Nothing, or why the incident cannot be closed: kConflict names the tasks that are open.
  Result<void> may_close(const std::string& incident);

  // Only coordinators, as all below. kNotFound: the incident has no such capture.
  Result<void> set_takedown(const Viewer& viewer, const std::string& incident,
                            const std::string& capture, TakedownState state, std::string_view note);

  // Both incidents show it. `incident` is the newer one of a recirculation. kBadInput: no reason,
  // with itself. Linking again with another kind replaces the kind.
  Result<void> link(const Viewer& viewer, const std::string& incident, const std::string& other,
                    LinkKind kind, std::string_view reason);
  // kNotFound: not linked. Both stay on record.
  Result<void> unlink(const Viewer& viewer, const std::string& incident, const std::string& other,
                      std::string_view reason);

  // @return the request's id. kNotFound: the incident has no such capture.
  Result<std::string> request_view(const Viewer& viewer, const std::string& incident,
                                   const std::string& capture, std::string_view purpose);
  // kForbidden: the one who asked. kConflict: decided already.
  Result<void> decide_view(const Viewer& viewer, const std::string& incident,
                           const std::string& request, bool approve);
  // Records that the text is shown now; call it before showing. @return the capture. kForbidden:
  // not approved, over, or somebody else's.
  Result<std::string> begin_view(const Viewer& viewer, const std::string& incident,
                                 const std::string& request);
  // Records that evidence left the service. `digest`: SHA-256 (hex) of the file.
  Result<void> exported(const Viewer& viewer, const std::string& incident,
                        const std::vector<std::string>& captures, std::string_view purpose,
                        std::string_view digest);

 private:
  using Decide = std::function<Result<std::vector<Draft>>(const Incident&, const Casework&)>;
  // Reads, decides, writes; again where somebody else was faster.
  Result<void> change(const Viewer& viewer, const std::string& incident, const Decide& decide);
  Result<std::vector<TaskView>> tasks(const Incident& all, const Casework& work) const;

  Parts p_;
};

// What the operator of a source is asked: where, since when, which evidence we hold (SHA-256), and
// that it be taken down. Holds the URL: for the person who sends it, never for logs. Japanese, then
// English.
std::string takedown_text(const crawler::CaptureMeta& meta, const std::string& incident,
                          const std::string& contact);

}  // namespace hitokoe::incident
