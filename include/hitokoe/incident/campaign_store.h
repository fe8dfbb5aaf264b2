// Where campaigns are kept. Port; implementation: storage/sql (tests wrap it to crash at each
// write). Every change is one transaction together with its event in the audit log.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "hitokoe/base/bytes.h"
#include "hitokoe/identity/approval_evidence.h"
#include "hitokoe/incident/audit.h"
#include "hitokoe/incident/campaign.h"

namespace hitokoe::incident {

struct CampaignRow {
  std::string id;
  std::string incident;  // one campaign per incident: unique
  CampaignState state = CampaignState::kDraft;
  std::uint32_t version = 0;   // of the last freeze; 0: never frozen
  std::uint64_t revision = 0;  // counts changes
  CampaignSpec spec;
  Bytes data_key;  // contacts are sealed with it; itself sealed to the campaign's box key
  UtcTime created{};
};

// An affected customer of one carrier.
struct SubjectRow {
  std::string controller;
  identity::Fingerprint u{};  // AES(k[own], y_ref)
  std::vector<identity::FieldId> items;
  std::vector<std::uint64_t> rows;
  Bytes contact;            // sealed; empty: none
  bool unresolved = false;  // the carrier says that it has no such customer
  std::string person;       // of the last freeze
  identity::Salt salt{};
};

struct SealedContact {
  identity::Fingerprint u{};
  Bytes contact;
};
struct BundleRow {
  std::string controller;
  crypto::Digest digest{};  // SHA-256 of the file: unique within the campaign
  std::uint64_t contacts = 0, unresolved = 0, missing = 0;
  UtcTime at{};
};
struct BundleContent {
  BundleRow row;
  std::vector<SealedContact> contacts;
  std::vector<identity::Fingerprint> unresolved;
};

// Who may be named to the customers of `controller`: itself (holder empty), or a holder.
struct NamingRow {
  identity::Salt salt{};
  std::string controller, controller_name;
  std::string holder, holder_name;
  std::vector<std::string> chain;  // parties that may see this line
};
struct VersionRow {
  std::uint32_t version = 0;
  crypto::Digest root{};
  BothTexts texts;
  std::string desk;
  std::vector<NamingRow> namings;
  std::vector<std::string> concerned;  // parties whose approval is needed, sorted
  std::uint64_t persons = 0, customers = 0;
  UtcTime at{};
};

struct ApprovalRow {
  std::uint32_t version = 0;
  std::string party;
  crypto::Digest root{};
  std::string user;   // who brought or gave it
  std::string means;  // "key": signed file; "account": signed in
  Bytes file;         // the signed approval
  UtcTime at{};
};

struct RefusalRow {  // a party's, of one version; an approval after it counts
  std::uint32_t version = 0;
  std::string party;
  std::string user;  // who brought or gave it
  std::string reason;
  UtcTime at{};
};

struct RecipientRow {
  std::string person;
  std::uint32_t version = 0;
  identity::Salt salt{};
  std::string controller;  // the contact of this subject is the one that is used
  identity::Fingerprint u{};
  DeliveryState state = DeliveryState::kPending;
  std::uint32_t attempts = 0;
  int code = 0;            // of the last answer
  std::string reply;       // the server's words without addresses, or a person's reason
  std::string settled_by;  // "smtp", "relay-log", or the user who decided
  std::optional<UtcTime> settled;
  std::uint64_t event = 0;            // seq of the audit event of the last change
  Channel channel = Channel::kEmail;  // of what was sent last
};

// One file for a printer or a caller: who is in it, in its order.
struct ExportRow {
  std::uint32_t number = 0;  // from 1, by campaign
  Channel channel = Channel::kLetter;
  std::uint32_t version = 0;  // whose text it has
  std::string encoding;       // of its CSV: "utf-8" or "shift_jis"
  crypto::Digest manifest{};  // SHA-256 of the manifest that lies beside the files
  std::uint64_t persons = 0;
  std::string user;
  UtcTime at{};
};

// Rows that are asked for one by one inside the store's transaction, so that millions of them are
// never in memory at once. Writes the next one; false: there is none. Must not touch the store.
template <class Row>
using RowSource = std::function<bool(Row& out)>;

struct CampaignChange {
  std::string campaign;
  std::uint64_t revision = 0;  // that was read; kConflict when it moved on
  CampaignState state = CampaignState::kDraft;
  std::optional<CampaignSpec> spec;  // another text or desk
  // By (controller, u). Those that exist are kept, items and rows replaced.
  RowSource<SubjectRow> add_subject;
  std::optional<BundleContent> bundle;  // kExists: this file was imported before
  std::optional<VersionRow> version;    // a freeze: with the three sources below
  RowSource<RecipientRow> recipient;    // by person; replace all
  RowSource<SubjectRow> subject;        // person and salt of each subject, by (controller, u)
  RowSource<SubjectRow> member;         // the same subjects by (person, controller, u)
  std::optional<ApprovalRow> approval;  // kExists: this party has approved this version
};

// Where a page of subjects begins: behind this one. `u` empty: before the controller's first.
struct SubjectPlace {
  std::string controller;
  Bytes u;
};

// How fast mails were settled, by the last 5,000 of all carriers that are within a minute of the
// last one. Of one carrier: those of its customers among them, so that few or none may be there
// although it has persons who wait.
struct DeliveryPace {
  std::uint64_t mails = 0;    // of those, the first one included
  Duration took{};            // from the first to the last of them
  std::uint64_t retried = 0;  // attempts beyond the first, since the freeze: of whom is asked for
};

// How far a build (resolve, freeze) is; the process that builds writes it, others may read it.
struct BuildRow {
  std::string stage;  // "resolve", "join", "hash", "write"
  std::uint64_t done = 0, total = 0;
  UtcTime began{};  // of the stage
  UtcTime at{};     // of this word
};

// One step of a delivery: done only if the row is still in `from` and, unless that is kPending,
// belongs to `run`.
struct DeliveryStep {
  std::string person;
  DeliveryState from = DeliveryState::kPending;
  DeliveryState to = DeliveryState::kSending;
  std::string run;
  int code = 0;
  std::string reply;
  std::string by;  // "smtp", "relay-log", "bounce" or a user
};

class CampaignStore {
 public:
  virtual ~CampaignStore() = default;

  // kExists: the incident has a campaign.
  virtual Result<void> create(const CampaignRow& row, const Draft& event, UtcTime at) = 0;
  virtual Result<void> change(const CampaignChange& change, const Draft& event, UtcTime at) = 0;

  virtual Result<std::vector<CampaignRow>> list() = 0;
  virtual Result<CampaignRow> load(const std::string& campaign) = 0;  // kNotFound
  // By controller, then u. `controller` empty: all.
  virtual Result<std::vector<SubjectRow>> subjects(const std::string& campaign,
                                                   const std::string& controller) = 0;
  // The same page by page: at most `most` behind `after`. `contacts` false: `contact` stays empty
  // and is not read. O(most), wherever it begins.
  virtual Result<std::vector<SubjectRow>> subjects_after(const std::string& campaign,
                                                         const SubjectPlace& after,
                                                         std::size_t most, bool contacts) = 0;
  // How many customers of each carrier; `controller` empty: all carriers. Reads no subject.
  virtual Result<std::map<std::string, std::uint64_t>> customers(const std::string& campaign,
                                                                 const std::string& controller) = 0;
  virtual Result<std::vector<SubjectRow>> members(const std::string& campaign,
                                                  const std::string& person) = 0;
  virtual Result<std::vector<BundleRow>> bundles(const std::string& campaign) = 0;
  virtual Result<VersionRow> version(const std::string& campaign, std::uint32_t version) = 0;
  virtual Result<std::vector<ApprovalRow>> approvals(const std::string& campaign,
                                                     std::uint32_t version) = 0;
  // By person. `controller` not empty: only persons who are its customers.
  virtual Result<std::vector<RecipientRow>> recipients(const std::string& campaign,
                                                       const std::string& controller) = 0;
  // The same page by page, behind the person `after` (empty: from the first). `state`: only those.
  // Without `state` the last page (fewer than `most`), and it alone, is checked: kCorrupt where the
  // persons and customers of the whole campaign do not belong together. That reads all customers,
  // O(their number), while nobody else of this process reads or writes the store.
  virtual Result<std::vector<RecipientRow>> recipients_after(
      const std::string& campaign, const std::string& after, std::size_t most,
      std::optional<DeliveryState> state = std::nullopt) = 0;
  // Persons by state, of all; `controller` not empty: those who are its customers. Kept beside the
  // rows, O(1). kCorrupt: fewer than none.
  using Counts = std::array<std::uint64_t, kDeliveryStates>;
  virtual Result<Counts> counts(const std::string& campaign, const std::string& controller) = 0;
  // `controller` empty: of all. O(1): 5,000 rows at most. kCorrupt as `counts`.
  virtual Result<DeliveryPace> pace(const std::string& campaign, const std::string& controller) = 0;
  // Nothing: no build is going on. In a transaction of its own, without an event.
  virtual Result<void> note_build(const std::string& campaign,
                                  const std::optional<BuildRow>& build) = 0;
  virtual Result<std::optional<BuildRow>> build(const std::string& campaign) = 0;

  // All steps in one transaction with one event that tells those that were done. Steps out of
  // kPending are done only while the campaign is kSending.
  // @return which steps were done.
  virtual Result<std::vector<bool>> deliver(const std::string& campaign,
                                            std::span<const DeliveryStep> steps,
                                            const std::string& actor, UtcTime at) = 0;
  // kNotFound.
  virtual Result<RecipientRow> recipient(const std::string& campaign,
                                         const std::string& person) = 0;
  // `persons` go from kNoContact, kRefused, kBounced or kReturned to kExported by the export's
  // channel, with the export and its event, or nothing does. kConflict: one is in no such state, or
  // the number is taken.
  virtual Result<void> add_export(const std::string& campaign, const ExportRow& row,
                                  std::span<const std::string> persons, UtcTime at) = 0;
  virtual Result<std::vector<ExportRow>> exports(const std::string& campaign) = 0;
  // In the file's order. Empty: no such export.
  virtual Result<std::vector<std::string>> exported(const std::string& campaign,
                                                    std::uint32_t number) = 0;
  // kExists: this party has refused or approved this version.
  virtual Result<void> add_refusal(const std::string& campaign, const RefusalRow& row,
                                   const Draft& event, UtcTime at) = 0;
  virtual Result<std::vector<RefusalRow>> refusals(const std::string& campaign,
                                                   std::uint32_t version) = 0;
  // An event alone: what was looked at, read or handed out, without a change of state.
  virtual Result<void> note(const Draft& event, UtcTime at) = 0;
  // After a crash: kSending of any run back to kPending, kCommitting to kUnknownHeld. Rows that
  // belong to `run` are left alone. @return {back to pending, held}
  virtual Result<std::pair<std::uint64_t, std::uint64_t>> recover(const std::string& campaign,
                                                                  const std::string& run,
                                                                  const std::string& actor,
                                                                  UtcTime at) = 0;
};

}  // namespace hitokoe::incident
