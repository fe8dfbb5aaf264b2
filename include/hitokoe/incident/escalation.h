// Who is told of a deadline that comes or has passed, and when (docs/clocks.md, "Escalation"). Each
// step of each deadline is raised once, with an event and its messages in one transaction; where
// nobody looked for a while, only the newest step is raised.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/incident/campaign_store.h"
#include "hitokoe/incident/escalation_plan.h"
#include "hitokoe/incident/incident.h"
#include "hitokoe/incident/outbox.h"

namespace hitokoe::incident {

struct SilenceRules {                               // config/default.yaml: escalation
  Duration silent_after = std::chrono::hours(24);   // a frozen campaign without an approval
  Duration silent_before = std::chrono::hours(72);  // the final report is due, at the latest then
  Duration silent_every = std::chrono::hours(24);   // after that
};

struct Escalation {
  std::string incident;
  std::string campaign;  // of a silent approver; empty: of a clock
  std::string rule;      // the clock's; "approval" of a silent approver
  std::string party;     // who must act
  std::string to;        // a delegate's delegator, or an authority
  // "before-24h", "due", "late-1", "late-2", …; "silent-1", …; of a duty without a date the same
  // with "guideline-" before it
  std::string step;
  std::optional<UtcTime> due;  // or the guideline
  Words text;
  UtcTime raised{};
  std::uint64_t mails = 0;

  // One step of one deadline: another due date is another deadline.
  std::string key() const;
};
std::string to_json(const Escalation& escalation);

bool is_guideline(std::string_view step);
// What steps of `clock` count from: its date, else the guideline of `steps`; nothing: neither.
std::optional<UtcTime> due_or_guideline(const ClockView& clock, const DeadlineSteps& steps);
// The newest step that `clock` has reached; nothing: none, or it is done.
std::optional<std::string> step_of(const ClockView& clock, const DeadlineSteps& steps, UtcTime now);
// Steps reached by the clocks of an incident that is not over.
std::vector<Escalation> escalations_of(const IncidentView& incident, const EscalationPlan& plan,
                                       UtcTime now);

// Of each deadline and guideline that runs: the next step after `now`, and when it is reached. In
// order of time.
struct ComingStep {
  std::string rule, party, to, step;
  UtcTime at{};
  UtcTime due{};  // or the guideline
  Words text;
};
std::vector<ComingStep> coming_steps(const IncidentView& incident, const EscalationPlan& plan,
                                     UtcTime now);
std::string to_json(const ComingStep& step);
// {"escalations":[…],"coming":[…]}
std::string escalation_json(std::span<const Escalation> raised, std::span<const ComingStep> coming);

struct SilentApprovals {  // of a frozen campaign
  std::string campaign, incident;
  std::uint32_t version = 0;
  UtcTime frozen{};
  std::vector<std::string> silent;  // parties that have not approved
};
// Steps of approvers who say nothing. `final_due`: when the first final report is due, if one is.
std::vector<Escalation> silent_escalations(const SilentApprovals& campaign,
                                           std::optional<UtcTime> final_due,
                                           const SilenceRules& rules, UtcTime now);
// The earliest due date of a final report that is not done.
std::optional<UtcTime> final_due(const IncidentView& incident);
// kFrozen campaigns with approvals missing.
Result<std::vector<SilentApprovals>> silent_approvals(CampaignStore& store);

// Port. Implementation: storage/sql.
class EscalationStore {
 public:
  virtual ~EscalationStore() = default;
  // The step, its messages and the event "escalation.raised", or nothing of them.
  // @return false: this step was raised before.
  virtual Result<bool> raise(const Escalation& escalation,
                             std::span<const OutMessage> messages) = 0;
  // Newest first; parties see those that they must act on.
  virtual Result<std::vector<Escalation>> list(const Viewer& viewer,
                                               const std::string& incident) = 0;
};

// Mail about a step, Japanese and then English.
std::string escalation_subject(const Escalation& escalation);
std::string escalation_text(const Escalation& escalation);

}  // namespace hitokoe::incident
