// Incidents (事案): opened by findings, folded from events, run against clocks (docs/incident.md).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/base/random.h"
#include "hitokoe/base/time.h"
#include "hitokoe/incident/audit.h"
#include "hitokoe/incident/clocks.h"
#include "hitokoe/matcher/report.h"
#include "hitokoe/registry/model.h"
#include "hitokoe/registry/viewer.h"

namespace hitokoe::incident {

using registry::Viewer;

enum class State {
  kOpen,
  kTriaged,
  kConfirmed,
  kContained,
  kNotified,
  kClosed,
  kDismissed,
  kMerged,  // goes on as a part of another one (moves.h)
};
std::string_view to_string(State state);
std::string_view shown(State state, Language language);
Result<State> state_by_name(std::string_view name);  // kUsage lists them
// open → triaged → confirmed → contained → notified → closed; dismissed from the first two. Merging
// and undoing it are no steps.
bool may_become(State from, State to);
inline bool is_over(State s) {
  return s == State::kClosed || s == State::kDismissed || s == State::kMerged;
}

// ---- what events say ------------------------------------------------------------------------

struct HolderSnapshot {
  std::string id;
  std::string controller;
  std::vector<std::string> above;  // parties above the holder on its chain, the controller last
  friend bool operator==(const HolderSnapshot&, const HolderSnapshot&) = default;
};

struct HolderRecord {  // what one exposure's report said of one holder
  std::string party;
  std::vector<HolderSnapshot> snapshots;
  std::uint32_t probability_e6 = 0;  // millionths
  std::uint64_t matched_rows = 0, exclusive_rows = 0;
  bool nameable = false;  // matcher::may_be_named() when it was reported
  // Millionths: that somebody unregistered who had it from this holder leaked it, not the holder.
  std::uint32_t passed_on_e6 = 0;
  std::string explanation = {};  // of a joint verdict: JSON of what speaks for and against it
  friend bool operator==(const HolderRecord&, const HolderRecord&) = default;
};

struct ControllerCount {
  std::string controller;
  std::uint64_t added = 0;            // people that the event brought, not there before
  std::set<identity::FieldId> items;  // of all of this carrier's subjects in the report
  friend bool operator==(const ControllerCount&, const ControllerCount&) = default;
};

struct DelegateEdge {  // who must tell whom
  std::string delegate, delegator, controller;
  friend auto operator<=>(const DelegateEdge&, const DelegateEdge&) = default;
};

// Body of incident.opened, incident.joined and incident.updated; of incident.attributed for all
// exposures together, with the id kTogether.
struct ExposureRecord {
  std::string id;                     // "exp-" + 24 hex digits: SHA-256 over the sorted captures
  std::string source;                 // "scan", or the crawler's source id
  std::vector<std::string> captures;  // sorted
  matcher::Verdict verdict = matcher::Verdict::kNoMatch;
  std::uint32_t unknown_e6 = 0;
  std::uint64_t matched_subjects = 0, ambiguous_rows = 0;
  bool canary = false;
  std::vector<HolderRecord> holders;
  std::vector<ControllerCount> controllers;
  std::vector<DelegateEdge> delegates;
  std::vector<std::string> known;  // parties for which this event is the alert
  std::string subjects_sha256;     // over the sealed chunks that were written with it; or empty
  std::string whole = {};          // of a joint verdict: JSON of what is said beside the holders
  // In an Incident, not in an event: whose customers are in it; `controllers`, `delegates`, `known`
  // and `subjects_sha256` are empty there, as they went into the incident's own lists.
  std::set<std::string> carriers;
  bool attribution_shown = true;  // false: verdict and unknown_e6 are not for this viewer
  UtcTime at{};                   // of the event
  friend bool operator==(const ExposureRecord&, const ExposureRecord&) = default;
};

inline constexpr std::string_view kTogether = "together";

struct Transition {
  State to = State::kOpen;
  UtcTime at{};
  std::string by, note;
  friend bool operator==(const Transition&, const Transition&) = default;
};

struct Knowledge {  // since when a party knows; the newest record counts, all are kept
  std::string party;
  UtcTime known{};
  // "opened" (this service's finding), "alert" (a receipt), "person"; "merged": the earlier one of
  // two incidents that were merged, counts as a person's
  std::string basis;
  std::string reason, by;
  UtcTime recorded{};
  friend bool operator==(const Knowledge&, const Knowledge&) = default;
};

struct FactRecord {
  std::string controller;  // empty: of the whole incident
  Fact fact = Fact::kWrongful;
  std::uint64_t value = 0;  // 0 and 1, or a number of people
  std::string reason, by;
  UtcTime recorded{};
  friend bool operator==(const FactRecord&, const FactRecord&) = default;
};

struct PeopleCount {  // from `at` on
  std::string controller;
  std::uint64_t people = 0;    // counted
  std::uint64_t possible = 0;  // counted, and every row that stayed ambiguous
  UtcTime at{};
  friend bool operator==(const PeopleCount&, const PeopleCount&) = default;
};

struct ClockDone {
  std::string rule, party;
  std::string to;  // a delegate's delegator; empty: all that the rule names
  std::string note, by;
  UtcTime at{};
  friend bool operator==(const ClockDone&, const ClockDone&) = default;
};

// The state folded from an incident's events, or as much of it as a viewer may see. Everything but
// the subjects, which are sealed rows beside it.
struct Incident {
  std::string id;
  State state = State::kOpen;
  UtcTime opened{};
  std::uint64_t revision = 0;                   // seq of its newest event
  std::vector<ExposureRecord> exposures;        // the newest record of each, in order of appearance
  std::optional<ExposureRecord> together = {};  // the newest verdict over all exposures
  std::vector<PeopleCount> counts;              // in order of time
  std::vector<Transition> transitions;
  std::vector<Knowledge> knowledge;
  std::vector<FactRecord> facts;
  std::vector<ClockDone> done;
  std::map<std::string, std::set<identity::FieldId>> items;  // per controller
  std::set<DelegateEdge> delegates;
  friend bool operator==(const Incident&, const Incident&) = default;

  std::set<std::string> captures() const;
  std::map<std::string, std::uint64_t> people() const;  // per controller, newest
  // Per party: what a person said last; else the first receipt of an alert; else the finding.
  std::map<std::string, UtcTime> known_at() const;
};

std::string stream_of(std::string_view incident);  // "incident/INC-…"
std::string encode_exposure(const ExposureRecord& record);
Result<ExposureRecord> decode_exposure(std::string_view body);

// Events of one incident, oldest first. kCorrupt: a kind or body that no incident has, or a
// transition that is not allowed; names the event. kNotFound: no events.
Result<Incident> fold(std::span<const Event> events);

// ---- what a viewer sees ---------------------------------------------------------------------

enum class ClockStatus { kRunning, kOverdue, kLate, kDone, kSuperseded };
std::string_view to_string(ClockStatus status);

struct ClockView {   // one running deadline
  std::string rule;  // "appi-preliminary", …
  std::string rule_version;
  std::string source;      // the law, as shown
  std::string controller;  // who must act
  std::string to_whom;     // a delegate's delegator (party id), else an authority in English
  UtcTime started{};
  std::optional<UtcTime> due;  // "promptly" has no date; the last moment that is in time
  std::optional<UtcTime> late;
  std::optional<UtcTime> done;
  std::string text_ja;
  std::string text_en;
  ClockStatus status = ClockStatus::kRunning;
  std::optional<JstDay> before_roll;  // the due day before it moved to the next business day
  bool uncertain = false;             // the due day lies outside the holiday data
  std::string reason;                 // why it no longer runs, where it is superseded
  JstDay effective{};                 // since when the rule is in force
};

// Every clock of `incident`, as far as its rows show them; order: due first, then rule and party.
std::vector<ClockView> clocks_of(const Incident& incident, const ClockRules& rules,
                                 const Holidays& holidays, UtcTime now);

struct IncidentHolder {
  std::string party;
  std::vector<std::string> snapshots;
  double probability = 0;  // that it is a source itself
  std::uint64_t matched_rows = 0, exclusive_rows = 0;
  bool nameable = false;     // a report said whose copy leaked: this one
  bool counts_shown = true;  // false: the rows may count another carrier's, so they are not told
  std::uint32_t passed_on_e6 = 0;  // that somebody unregistered is a source, who had it from there
  double passed_on() const { return passed_on_e6 / 1e6; }
};

struct IncidentView {  // what this viewer may see
  std::string id;
  State state = State::kOpen;
  UtcTime opened{};
  std::vector<std::string> exposures;
  std::vector<std::string> captures;
  matcher::Verdict verdict = matcher::Verdict::kNoMatch;
  std::vector<IncidentHolder> holders;  // parties see themselves, and who is named below
  double unknown_probability = 0;
  bool attribution_shown = true;  // false: verdict and unknown_probability are not for this viewer
  std::map<std::string, std::uint64_t> subjects;  // per controller; parties see only their own part
  std::map<std::string, UtcTime> known_at;        // per party that must act
  std::vector<ClockView> clocks;
  std::vector<std::string> items;       // names of the leaked fields
  std::vector<Transition> transitions;  // notes and authors only for who sees all parties
  std::vector<Knowledge> knowledge;
  std::vector<FactRecord> facts;
  std::uint64_t revision = 0;

  bool overdue() const;  // a clock is past its due time and not done
};

// `incident` as the store gave it for `viewer`.
IncidentView view_of(const Incident& incident, const Viewer& viewer, const ClockRules& rules,
                     const Holidays& holidays, UtcTime now);
std::string to_json(const IncidentView& view);  // one object; keys: docs/openapi.yaml
// Why: the joint verdict with what speaks for and against each holder, as the store gave it for
// `viewer`. Parties see what is said of themselves; the rest of it names others.
std::string attribution_json(const Incident& incident, const Viewer& viewer);

// ---- subjects ---------------------------------------------------------------------------------

// One affected subject; the repository's row. `y_ref` is encrypted at rest.
struct AffectedSubject {
  std::string controller;
  identity::Fingerprint y_ref{};
  std::vector<identity::FieldId> items;
  std::vector<std::uint64_t> row_keys;  // numbers of the leaked rows, the same for every carrier
  friend bool operator==(const AffectedSubject&, const AffectedSubject&) = default;
};

struct OpenRule {                     // config/default.yaml: incident.open
  std::uint64_t subjects = 3;         // [1, 1e6] resolved subjects, or …
  std::uint32_t agreeing_fields = 3;  // [2, 18] … fields of one subject that agree; or one canary
  double join_share = 0.5;            // (0, 1] of the smaller record set: the same incident
};

// Does this report open an incident? (docs/incident.md, "Opening")
bool opens(const matcher::ScanReport& report, const OpenRule& rule);

// What makes two reports the same exposure: "exp-" and 24 hex digits of SHA-256 over the sorted
// captures, or over the subjects where a report names no capture.
std::string exposure_id(const matcher::ScanReport& report);

}  // namespace hitokoe::incident
