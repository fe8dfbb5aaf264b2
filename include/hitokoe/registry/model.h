// Parties, delegations and snapshots: who hands what to whom (docs/registry.md).
//
// Values; a Registry is immutable once built and shared const.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/base/time.h"
#include "hitokoe/identity/field.h"
#include "hitokoe/identity/number_patterns.h"

namespace hitokoe::registry {

using identity::FieldId;

struct Party {
  std::string id;
  std::string name;
  // How it writes its contract and customer numbers; a carrier's, may be empty.
  std::vector<identity::NumberPattern> numbers;
};

enum class ContractType { kA, kB };  // A 業務委託契約, B 外部サービス利用

struct Consent {
  std::string by;
  JstDay on{};
  std::string ref;
};

struct Delegation {
  std::string id;
  std::string controller;
  std::string from;
  std::string to;
  std::string under;  // the delegation above; empty at the first level
  ContractType type = ContractType::kA;
  std::vector<std::string> purposes;
  std::vector<FieldId> items;
  std::optional<Consent> consent;
  JstDay begins{};
  std::optional<JstDay> ends;
  std::optional<Consent> returned;  // `by` is empty
};

// What one side of a handover states that it gave or got (003 2-4: both sides keep the ledger).
struct Statement {
  std::string by;
  JstDay on{};
  std::uint64_t records = 0;
  std::vector<FieldId> items;
};

struct Snapshot {
  std::string id;
  std::string controller;
  std::string holder;
  bool own = false;
  std::string delegation;  // empty when own
  std::string source;      // the snapshot that it was taken from; empty when own
  JstDay as_of{};
  JstDay on{};  // of the handover; as_of when own
  std::uint64_t records = 0;
  std::vector<FieldId> items;
  std::string medium;
  bool encrypted = false;
  std::string given_by;
  std::string received_by;
  std::vector<std::string> confirmed;
  std::string purpose;            // one of the delegation's; empty: none was named
  std::vector<Statement> stated;  // at most one a side
};

// Something that is wrong in the world, not in the file: shown, never refused.
struct Finding {
  enum class Kind {
    kUnauthorised,      // re-delegation without dated written prior consent
    kUnconfirmed,       // a handover that one side did not confirm
    kCountMismatch,     // ledger and fingerprint file differ
    kUnencrypted,       // handed over neither encrypted nor by tracked delivery (medium "tracked")
    kNotReturned,       // ended, and no return or destruction on record
    kHandoverMismatch,  // the two sides, or a side and the ledger, state different things
    kNoAgreement,       // no 確認書/覚書 signed before the start
    kNoPrecheck,        // neither check sheet nor visit before the contract
    kNoTraining,        // no training before the start
    kTrainingOverdue,   // the yearly one
    kSelfInspectionOverdue,  // the delegate's own sheet
    kAuditOverdue,           // of a kind that the carrier's policy accepts
    kAccessReviewOverdue,    // who holds the rights, of all staff
    kTakeoutOverdue,         // paper that was taken out and is not back
    kRetentionUndecided,     // returned, and nobody chose what becomes of the fingerprint key
    kViolationOpen,          // a violation without a remedy on record
    kContradiction,          // two records cannot both be true
    kHiddenDelegation,       // a service whose provider handles the data, without a delegation
  };
  enum class Subject { kDelegation, kSnapshot, kTakeOut, kService };
  Kind kind;
  std::string where;  // id of the subject
  std::string text_ja;
  std::string text_en;
  std::optional<JstDay> since{};  // the first day on which it was wrong, where one is known
  std::optional<JstDay> due{};    // the last day on which it would have been in time
  Subject of = Subject::kDelegation;
};
std::string_view to_string(Finding::Kind kind);        // "unauthorised", "count_mismatch", …
std::string_view to_string(Finding::Subject subject);  // "delegation", "snapshot", "takeout", …

// What should have been done by a day, and was not (the gauge of docs/serve.md counts these).
bool is_overdue(Finding::Kind kind);

using RecordCounts = std::map<std::string, std::uint64_t, std::less<>>;

struct SupervisionBook;  // supervision.h

class Registry {
 public:
  // Indexes what `parse_registry` has checked. No book: nothing is supervised.
  Registry(std::vector<Party> parties, std::vector<Delegation> delegations,
           std::vector<Snapshot> snapshots, std::shared_ptr<const SupervisionBook> book = nullptr);

  const std::vector<Party>& parties() const { return parties_; }
  const std::vector<Delegation>& delegations() const { return delegations_; }
  const std::vector<Snapshot>& snapshots() const { return snapshots_; }
  const SupervisionBook& supervision() const { return *book_; }
  const Party* party(std::string_view id) const;
  const Delegation* delegation(std::string_view id) const;
  const Snapshot* snapshot(std::string_view id) const;

  // From the party that holds `snapshot` up to the controller, controller last.
  std::vector<std::string> chain(const Snapshot& snapshot) const;
  // What is wrong on `today`. `counts`: records per snapshot in the fingerprint files; a snapshot
  // without a file is not compared. In the order of the file, delegations first; then what
  // supervision lacks (supervision.h).
  std::vector<Finding> findings(JstDay today, const RecordCounts& counts = {}) const;

 private:
  std::vector<Party> parties_;
  std::vector<Delegation> delegations_;
  std::vector<Snapshot> snapshots_;
  std::shared_ptr<const SupervisionBook> book_;  // never null
  std::map<std::string, std::size_t, std::less<>> party_at_, delegation_at_, snapshot_at_;
};

// Strict: unknown keys, dangling references, cycles in `under` or `source`, dates that run
// backwards, items that the delegation or the one above does not allow; all rules are in
// docs/registry.md. Every problem is listed in one kBadInput, a line each: "registry.yaml:12: …".
// kLimit: over 64 MiB or 2,000,000 values.
Result<Registry> parse_registry(std::string_view yaml, std::string_view file_name);

std::string_view to_string(ContractType type);  // "A", "B"
// {"parties":[…],"delegations":[…],"snapshots":[…],"carriers":[…],"services":[…],
// "supervision":[…],"takeouts":[…],"findings":[…]}, keys as in the file; every snapshot has "on",
// and "chain"; of a training the number of names, never a name.
std::string registry_to_json(const Registry& registry, const std::vector<Finding>& findings);

}  // namespace hitokoe::registry
