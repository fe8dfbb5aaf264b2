// Incidents (事案): opened by findings, folded from events, run against clocks.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/base/random.h"
#include "hitokoe/base/time.h"
#include "hitokoe/incident/audit.h"
#include "hitokoe/matcher/report.h"
#include "hitokoe/registry/model.h"
#include "hitokoe/registry/viewer.h"

namespace hitokoe::incident {

using registry::Viewer;

enum class State { kOpen, kTriaged, kConfirmed, kContained, kNotified, kClosed, kDismissed };
std::string_view to_string(State state);
Result<State> state_by_name(std::string_view name);
bool may_become(State from, State to);

struct ClockView {   // one running deadline
  std::string rule;  // "appi-preliminary", …
  std::string rule_version;
  std::string source;      // the law, as shown
  std::string controller;  // who must act
  std::string to_whom;
  UtcTime started{};
  std::optional<UtcTime> due;  // "promptly" has no date
  std::optional<UtcTime> late;
  std::optional<UtcTime> done;
  std::string text_ja;
  std::string text_en;
};

struct IncidentHolder {
  std::string party;
  std::vector<std::string> snapshots;
  double probability = 0;
  std::uint64_t matched_rows = 0, exclusive_rows = 0;
  bool nameable = false;  // at or above the naming threshold
};

struct IncidentView {  // what this viewer may see
  std::string id;
  State state = State::kOpen;
  UtcTime opened{};
  std::vector<std::string> exposures;
  std::vector<std::string> captures;
  matcher::Verdict verdict = matcher::Verdict::kNoMatch;
  std::vector<IncidentHolder> holders;  // parties see only themselves
  double unknown_probability = 0;
  std::map<std::string, std::uint64_t> subjects;  // per controller; parties see only their own part
  std::map<std::string, UtcTime> known_at;        // per controller
  std::vector<ClockView> clocks;
  std::vector<std::string> items;  // names of the leaked fields
};

// One affected subject; the repository's row. `y_ref` is encrypted at rest.
struct AffectedSubject {
  std::string controller;
  identity::Fingerprint y_ref{};
  std::vector<identity::FieldId> items;
  std::vector<std::uint64_t> row_keys;  // numbers of the leaked rows, the same for every carrier
};

struct OpenRule {  // config/default.yaml: incident.open
  std::uint64_t subjects = 3;
  std::uint32_t agreeing_fields = 3;
};

// Does this report open an incident? (docs/incident.md, "Opening")
bool opens(const matcher::ScanReport& report, const OpenRule& rule);

}  // namespace hitokoe::incident
