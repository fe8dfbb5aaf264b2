// When people are told of a deadline: before it, as it passes, after it; data beside the rules of
// the clocks (config/rules/escalation.yaml), by rule and by the party that must act.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/base/time.h"

namespace hitokoe::incident {

class ClockRules;

struct DeadlineSteps {                                      // of one rule at one party
  std::vector<Duration> before = {std::chrono::hours(24)};  // [1h, 60d] each; any order
  bool at = true;                                           // a step when the due date has passed
  Duration every = std::chrono::hours(24);  // after it, while it is not done; 0: never
  // Of a duty that the law gives no date ("promptly"): the Japanese day, counted as in clocks.h, by
  // whose end it should be done. Steps count from there, and say that it is a guideline: nothing is
  // overdue by it. Nothing: no steps.
  std::optional<int> guideline = {};
  friend bool operator==(const DeadlineSteps&, const DeadlineSteps&) = default;
};

// Immutable but for `replace_default`.
class EscalationPlan {
 public:
  // kBadInput with every problem and its line: an unknown key, a rule that `clocks` does not have,
  // a duration or day out of bounds, a guideline of a rule that has a date or of no rule, one rule
  // and party twice.
  static Result<EscalationPlan> parse(std::string_view yaml, std::string_view file,
                                      const ClockRules& clocks);
  // `folder`/escalation.yaml; what was built in where there is none. kBadInput, kIo.
  static Result<EscalationPlan> load(const std::filesystem::path& folder, const ClockRules& clocks);
  static const std::string_view kBuiltIn;  // config/rules/escalation.yaml as it was built

  // What was built in, with the rules of clocks that were built in.
  static Result<EscalationPlan> built_in();

  const std::string& version() const { return version_; }
  // Each of the four from the nearest entry that names it: rule and party, party, rule, default.
  DeadlineSteps of(std::string_view rule, std::string_view party) const;
  // What a configuration from before this file says (escalation: before, every).
  void replace_default(const std::optional<std::vector<Duration>>& before,
                       const std::optional<Duration>& every);

 private:
  struct Entry {
    std::string rule, party;  // empty: of all
    std::optional<std::vector<Duration>> before;
    std::optional<bool> at;
    std::optional<Duration> every;
    std::optional<int> guideline;  // 0: none
  };
  std::string version_;
  DeadlineSteps default_;
  std::vector<Entry> entries_;
};

}  // namespace hitokoe::incident
