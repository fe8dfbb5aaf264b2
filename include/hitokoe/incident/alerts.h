// Watch terms in force, and the alerts that they raise. User's view: docs/terms.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/base/time.h"
#include "hitokoe/incident/audit.h"
#include "hitokoe/matcher/terms.h"
#include "hitokoe/registry/viewer.h"

namespace hitokoe::incident {

struct TermsVersion {
  std::uint64_t version = 0;  // 1, 2, 3 …; 0: nothing was applied yet
  std::string file_name;
  std::string actor;
  UtcTime applied{};
};

// Port. Implementations: storage/sql, storage/memory.
class TermStore {
 public:
  virtual ~TermStore() = default;
  // Replaces the terms in one transaction; the older text stays as a version. The same text again
  // is no new version. An event "terms.applied" names the ids that came, changed and went. Errors:
  // matcher::parse_terms.
  virtual Result<std::uint64_t> apply(std::string_view yaml, std::string_view file_name,
                                      std::string_view actor, UtcTime at) = 0;
  virtual Result<matcher::TermFile> load() = 0;  // empty before the first apply
  virtual Result<std::uint64_t> version() = 0;
  virtual Result<std::vector<TermsVersion>> versions() = 0;  // oldest first
};

// Ids of the terms that differ: {"added":[…],"changed":[…],"removed":[…]} for the audit log; a rule
// for the registry's names counts as the id "registry_names".
std::string terms_difference(const matcher::TermFile& before, const matcher::TermFile& after);

enum class AlertState { kOpen, kAcknowledged, kClosed };
std::string_view to_string(AlertState state);  // "open", "acknowledged", "closed"
Result<AlertState> alert_state_by_name(std::string_view name);

// A term in a capture. Holds no text of the capture but the term itself.
struct Alert {
  std::string id;  // alert_id
  std::string term;
  matcher::TermKind kind = matcher::TermKind::kWord;
  matcher::Severity severity = matcher::Severity::kMedium;
  std::string term_note;  // the operator's own words on the term
  std::vector<std::string> carriers;
  std::string capture, source;
  std::string document;  // the capture, or which part of it
  std::uint64_t count = 0;
  matcher::Likeness likeness = matcher::Likeness::kSame;
  std::vector<matcher::TermPlace> places;
  UtcTime found{};
  bool muted = false;               // beyond the term's throttle
  std::optional<UtcTime> notified;  // by mail
  std::string hunt;                 // that found it; empty: as it came in
  AlertState state = AlertState::kOpen;
  std::string changed_by;
  std::optional<UtcTime> changed;
  std::string note;  // of the last change

  friend bool operator==(const Alert&, const Alert&) = default;
};

// "ALR-" and 16 hex digits of SHA-256 over capture and term: once for each pair, ever.
std::string alert_id(std::string_view capture, std::string_view term);

struct AlertFilter {
  std::optional<AlertState> state;
  std::string term;                  // empty: all
  std::string hunt;                  // empty: all
  std::optional<std::string> after;  // an alert's id: those found before it, for the next page
  std::size_t limit = 100;           // 1 to 1000
};

struct AlertCounts {
  std::uint64_t open = 0, acknowledged = 0, closed = 0;
};

// Port. Implementations: storage/sql, storage/memory. Who sees what is decided in the queries: an
// account that sees all parties and is no desk sees all; a party's, those of its own terms.
class AlertStore {
 public:
  virtual ~AlertStore() = default;
  enum class Added { kNew, kMuted, kKnown };
  // Durable when it returns. The same capture and term again changes nothing (kKnown). kMuted:
  // kept, but the term had `throttle.most` alerts within `throttle.within` before `alert.found`.
  virtual Result<Added> add(const Alert& alert, const matcher::Throttle& throttle) = 0;
  // Newest first.
  virtual Result<std::vector<Alert>> list(const registry::Viewer& viewer,
                                          const AlertFilter& filter) = 0;
  // kNotFound: none such, or none of the viewer's business.
  virtual Result<Alert> load(const registry::Viewer& viewer, const std::string& id) = 0;
  // Acknowledges or closes, or opens anew, with the event that alert_change makes. The same state
  // with the same note again changes nothing. kNotFound as load(); kForbidden, kBadInput: see
  // there.
  virtual Result<Alert> change(const registry::Viewer& viewer, const std::string& id, AlertState to,
                               std::string_view note, UtcTime at) = 0;
  // For the mail: open, not muted, not told yet, of `least` severity or more; oldest first.
  virtual Result<std::vector<Alert>> untold(matcher::Severity least, std::size_t limit) = 0;
  virtual Result<void> told(const std::vector<std::string>& ids, UtcTime at) = 0;
  virtual Result<AlertCounts> counts() = 0;
};

// The event of a change. kForbidden: an auditor; kBadInput: the note is too long.
Result<Draft> alert_change(const registry::Viewer& viewer, const Alert& alert, AlertState to,
                           std::string_view note);

// May this account see alerts with these carriers? What the queries of a store say.
bool may_see_alert(const registry::Viewer& viewer, const std::vector<std::string>& carriers);

// An alert as the API and --json give it: one object, keys in docs/terms.md.
std::string to_json(const Alert& alert);

// The alerts of one capture, from what its documents held; one a term. `terms`: of the TermSet.
std::vector<Alert> alerts_of(const std::vector<matcher::Term>& terms,
                             const std::vector<matcher::DocumentHits>& documents,
                             std::string_view capture, std::string_view source, UtcTime found);

}  // namespace hitokoe::incident
