// Supervision of contractors (委託先の監督): what a carrier must have on record of each delegation,
// at every level alike (003 3-1, 3-2), and what it records. Keys and rules: docs/registry.md.
//
// Values, as the registry file has them. What of it is missing or overdue are findings
// (Registry::findings): a delegation is looked at when its controller has an entry in `carriers`,
// or when it has one of its own in `supervision`.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/registry/model.h"

namespace hitokoe::registry {

// A document that somebody can be shown.
struct Proof {
  JstDay on{};
  std::string ref;
};

// Intervals are calendar months, 1 to 60: 31 January + 1 month is the last day of February.
struct CarrierPolicy {
  bool paper_audits =
      false;  // an audit on paper counts as the yearly one (001 2-10: refused there)
  bool remote_audits = false;  // so does one from afar
  int audit_months = 12;
  int training_months = 12;
  int self_inspection_months = 12;
  int access_review_months = 3;  // 002 item 1: every quarter
};

struct Carrier {
  std::string id;                         // a party
  std::vector<std::string> parents;       // 親会社
  std::vector<std::string> subsidiaries;  // 連結子会社
  CarrierPolicy policy;
  // Which fields a purpose needs (003 2-4); empty: the carrier did not say.
  std::map<std::string, std::vector<FieldId>, std::less<>> purposes;
};

// An external service that is in use (001 2-1, 2-3). Where its provider handles personal data it is
// a delegation of type B, and names it.
struct Service {
  std::string id;
  std::string controller;
  std::string user;  // who uses it: the controller, or a delegate
  std::string provider;
  std::string name;
  bool handles = false;    // the provider handles the personal data
  std::string delegation;  // may be missing in the world: a finding
};

struct Precheck {  // before the contract (001 2-5)
  JstDay on{};
  bool visit = false;  // otherwise a check sheet
  std::string ref;
};

enum class AuditKind { kOnSite, kPaper, kRemote };  // 立入調査, 書面点検, リモート
enum class AuditResult { kPassed, kImprovement, kFailed };  // 適合, 要改善, 不適合
std::string_view to_string(AuditKind kind);                 // "on_site", "paper", "remote"
std::string_view to_string(AuditResult result);             // "passed", "improvement", "failed"

struct Audit {
  JstDay on{};
  AuditKind kind = AuditKind::kOnSite;
  AuditResult result = AuditResult::kPassed;
  std::uint64_t violations = 0;  // of the contract, that it found
  std::string ref;
};

struct Training {
  JstDay on{};
  std::uint64_t attended = 0;
  std::uint64_t of = 0;  // who had to
  std::string ref;
  std::vector<std::string> names;  // only with `consent` (003 5-2); never printed
  std::optional<Proof> consent;    // of those who are named
};

struct AccessReview {  // 権限付与状況の点検 (002 item 1)
  JstDay on{};
  std::uint64_t holders = 0;
  std::uint64_t staff = 0;
  std::string ref;
};

// A violation of the contract that was not found by an audit of the list: told by the delegate,
// seen in an incident (001 2-12).
struct Violation {
  JstDay on{};
  std::string what;
  std::string ref;
  std::optional<JstDay> remedied;
};

// What becomes of the fingerprint key of a delegation that is over. Old data leak late (003 7-2 ④):
// as long as the key is there, matching covers them.
enum class KeyChoice { kKeep, kDestroy };
std::string_view to_string(KeyChoice choice);  // "keep", "destroy"

struct Closing {
  JstDay on{};
  std::string by;
  KeyChoice key = KeyChoice::kKeep;
  std::optional<JstDay> until;  // with kKeep: its last day
  std::string ref;
};

struct Supervision {
  std::string delegation;
  std::optional<Proof> agreement;  // the signed 確認書 / 覚書
  std::optional<Precheck> precheck;
  std::vector<Proof> self_inspections;
  std::vector<Audit> audits;
  std::vector<Training> trainings;
  std::vector<AccessReview> access_reviews;
  std::vector<Violation> violations;
  std::optional<Closing> closed;
};

struct TakeOut {  // paper that left the place of work (003 7-3)
  std::string id;
  std::string delegation;
  std::string by;  // the person responsible
  JstDay on{};
  JstDay due{};  // back by
  std::optional<JstDay> returned;
  std::uint64_t sheets = 0;
  std::string ref;
};

struct SupervisionBook {
  std::vector<Carrier> carriers;
  std::vector<Service> services;
  std::vector<Supervision> supervision;
  std::vector<TakeOut> takeouts;

  // Null: no entry. O(entries).
  const Carrier* carrier(std::string_view party) const;
  const Supervision* of(std::string_view delegation) const;
};

// Whether the duties of this delegation are looked at; if not, nothing of it is ever overdue.
bool is_supervised(const Registry& registry, const Delegation& delegation);

// How many delegations are not. O(registry).
std::size_t unsupervised(const Registry& registry);

// The day `months` later; where that month is shorter, its last day. `months` may be negative.
JstDay months_later(JstDay day, int months);

// What supervision lacks on `today`, in the order of the file: delegations, then handovers,
// take-outs and services. Registry::findings has these, too.
std::vector<Finding> supervision_findings(const Registry& registry, JstDay today);

// May the fingerprint key of `delegation` be destroyed on `today`? kConflict says what is missing:
// the closing with its choice, or the end of the time for which it is kept. Where the registry says
// nothing of its supervision, who asks has the choice. kNotFound: no such delegation.
Result<void> may_destroy_key(const Registry& registry, std::string_view delegation, JstDay today);

}  // namespace hitokoe::registry
