// The inquiry desk (専用窓口), "was it me?": what is asked, what a caller says, what is answered,
// and what is kept of it. The words are those of docs/desk.md; what decides is desk_service.h.
//
// Nothing that a caller says is kept, logged or put into an event: only keyed digests of it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/base/time.h"
#include "hitokoe/identity/field.h"
#include "hitokoe/identity/field_set.h"
#include "hitokoe/identity/fingerprint.h"
#include "hitokoe/identity/record_keys.h"
#include "hitokoe/incident/audit.h"
#include "hitokoe/incident/campaign.h"
#include "hitokoe/registry/viewer.h"

namespace hitokoe::incident {

using registry::Viewer;

// Fields that prove together who somebody is.
using QuestionSet = std::vector<identity::FieldId>;
// [ref, birthdate], [name, phone, birthdate], [kana, phone, birthdate]
std::vector<QuestionSet> default_questions();
// "[[ref, birthdate], [name, phone, birthdate]]": as the configuration has it.
std::string shown_questions(const std::vector<QuestionSet>& sets);
// Names of fields. kBadInput names the set and the rule that it breaks: 1 to 16 sets of 2 to 8
// different fields out of ref, contract, email, phone, address, name, kana, romaji, postal and
// birthdate; one that leads to the customer (ref, contract, email, phone), and one that a household
// does not share (ref, contract, name, kana, romaji, birthdate).
Result<std::vector<QuestionSet>> parse_questions(const std::vector<std::vector<std::string>>& sets);

struct DeskOptions {
  std::vector<QuestionSet> questions = default_questions();
  // Every answer comes after this, or a whole multiple of it where the work took longer.
  Duration answer_after = std::chrono::seconds(2);
  // Unverified checks within `window`, then nobody may go on until a coordinator unlocks.
  Duration window = std::chrono::hours(24);
  std::uint32_t customer_failures = 5;   // for one claimed customer
  std::uint32_t operator_failures = 20;  // by one operator
  // Checks within a minute, then wait.
  std::uint32_t operator_per_minute = 10;
  std::uint32_t incident_per_minute = 120;
};

// What a caller says of himself: one value a field, wiped at its end.
class Claim {
 public:
  // A JSON object {"name": "…", …}, or lines key=value. kLimit: over 64 KiB; kBadInput: no object,
  // an unknown key, one twice, a value over 512 bytes, with control characters, or that is no such
  // value ("phone: not a telephone number"). Errors repeat nothing of what was said.
  static Result<Claim> parse(std::string_view text);
  Claim(Claim&&) noexcept = default;
  Claim& operator=(Claim&&) noexcept = default;
  Claim(const Claim&) = delete;
  Claim& operator=(const Claim&) = delete;
  ~Claim();

  identity::FieldSet fields() const;
  std::vector<identity::FieldValue> values() const;  // valid as long as the claim
  bool answers(const QuestionSet& set) const;        // every field of it
  // Of each value that leads to a customer: first 16 bytes of HMAC(key, field and canonical form).
  std::vector<identity::Fingerprint> digests(const crypto::Hmac& key) const;

 private:
  struct Value {
    identity::FieldId field;
    std::string raw;        // what is looked up
    std::string canonical;  // what is counted
  };
  Claim() = default;
  Result<void> add(std::string_view name, std::string_view value);
  std::vector<Value> values_;
};

enum class DeskOutcome { kNotVerified, kNotAffected, kAffected, kLocked };
std::string_view to_string(DeskOutcome outcome);  // "not_verified", "not_affected", …
Result<DeskOutcome> desk_outcome_by_name(std::string_view name);  // kCorrupt

// What became of the notice to this person.
struct DeskNotice {
  std::string campaign;
  std::string person;  // opaque
  CampaignState campaign_state = CampaignState::kDraft;
  bool frozen = false;  // false: the campaign has not come so far, and the rest says nothing
  DeliveryState state = DeliveryState::kPending;
  std::uint32_t version = 0;
  std::optional<UtcTime> settled;
};

// One carrier's customer that the caller proved to be.
struct DeskCustomer {
  std::string controller;
  bool affected = false;
  identity::FieldSet items;          // names of what leaked, never values
  std::optional<DeskNotice> notice;  // where a campaign has this customer
};

struct DeskAnswer {
  std::string check;  // "CHK-" and 12 hex digits
  UtcTime at{};
  DeskOutcome outcome = DeskOutcome::kNotVerified;
  std::vector<DeskCustomer> customers;  // empty unless verified
  bool verified() const {
    return outcome == DeskOutcome::kAffected || outcome == DeskOutcome::kNotAffected;
  }
};
// What the operator says; before verification always the same.
Words words_of(const DeskAnswer& answer);
std::string to_json(const DeskAnswer& answer);

// ---- what is kept -----------------------------------------------------------------------------

struct DeskCheck {
  std::string id;
  std::string call;  // the first check of the same call
  std::string incident;
  std::string user;
  DeskOutcome outcome = DeskOutcome::kNotVerified;
  UtcTime at{};
  std::vector<identity::Fingerprint> claimed;  // Claim::digests
};

struct DeskNote {
  std::string check;
  std::uint32_t number = 0;  // 1, 2, … of the check; set by the store
  std::string user;
  UtcTime at{};
  std::uint32_t minutes = 0;  // that the call took; 0: not said
  Bytes sealed;               // the text, under the desk's key of the incident
};

struct DeskTask {  // call back
  std::string id;  // "FUP-" and 12 hex digits
  std::string check, incident;
  UtcTime call_by{};
  std::string user;
  UtcTime at{};
  std::optional<UtcTime> done;
  std::string done_by;
};

// How far the limits are used up.
struct DeskUse {
  std::uint64_t customer_failures = 0;  // of the claimed customer who has most
  std::uint64_t operator_failures = 0;
  std::uint64_t operator_minute = 0, incident_minute = 0;
};

struct DeskDay {
  JstDay day{};
  std::uint64_t calls = 0, verified = 0, affected = 0;  // calls
  std::uint64_t checks = 0, locked = 0;                 // checks
  friend bool operator==(const DeskDay&, const DeskDay&) = default;
};

struct DeskStatistics {
  std::vector<DeskDay> days;  // ascending; days without a call are left out
  std::uint64_t follow_ups_open = 0, follow_ups_overdue = 0;
  std::optional<double> median_minutes;  // of calls that say how long they took
};
std::string to_json(const DeskStatistics& statistics);
std::string to_csv(const DeskStatistics& statistics);  // one line a day, then the sum
std::string to_json(const DeskCheck& check);           // without digests
std::string to_json(const DeskTask& task);

std::string desk_stream(std::string_view incident);  // "desk/INC-…"

// May this account see what the desk did: coordinator, desk, auditor. What the queries say.
bool sees_desk(const Viewer& viewer);

// Port. Implementation: storage/sql. Everything is one transaction with its event.
class DeskStore {
 public:
  virtual ~DeskStore() = default;
  virtual Result<void> add_check(const DeskCheck& check, const Draft& event) = 0;
  // Since `window` or the last unlocking; minutes since `minute`.
  virtual Result<DeskUse> use(const std::string& incident, const std::string& user,
                              std::span<const identity::Fingerprint> claimed, UtcTime window,
                              UtcTime minute) = 0;
  // Counting begins anew: for the customers that this check claimed, or for the operator.
  virtual Result<void> unlock_customer(const DeskCheck& check, const Draft& event, UtcTime at) = 0;
  virtual Result<void> unlock_operator(const std::string& user, const Draft& event, UtcTime at) = 0;
  // kNotFound: none such, or not for this viewer.
  virtual Result<DeskCheck> check(const Viewer& viewer, const std::string& id) = 0;
  // Newest first; without digests. Empty incident: all.
  virtual Result<std::vector<DeskCheck>> checks(const Viewer& viewer, const std::string& incident,
                                                std::size_t limit) = 0;
  // The number is the next one of the check, whatever `note` says.
  virtual Result<void> add_note(const DeskNote& note, const Draft& event) = 0;
  virtual Result<std::vector<DeskNote>> notes(const Viewer& viewer, const std::string& check) = 0;
  virtual Result<void> add_task(const DeskTask& task, const Draft& event) = 0;
  // kNotFound; kConflict: done before.
  virtual Result<void> finish_task(const Viewer& viewer, const std::string& id, const Draft& event,
                                   UtcTime at) = 0;
  virtual Result<DeskTask> task(const Viewer& viewer, const std::string& id) = 0;
  // Open ones first, by time. Empty incident: all.
  virtual Result<std::vector<DeskTask>> tasks(const Viewer& viewer,
                                              const std::string& incident) = 0;
  // One value per call that says how long it took, the sum of its notes, ascending.
  virtual Result<std::vector<std::uint32_t>> minutes(const Viewer& viewer,
                                                     const std::string& incident) = 0;
  virtual Result<std::vector<DeskDay>> days(const Viewer& viewer, const std::string& incident) = 0;
  // `u`: the customer under the carrier's own key, as campaigns have it. Nothing: the incident's
  // campaign does not have it, or there is none. For the desk's answer, never for a viewer.
  virtual Result<std::optional<DeskNotice>> notice(const std::string& incident,
                                                   const std::string& controller,
                                                   const identity::Fingerprint& u) = 0;
};

}  // namespace hitokoe::incident
