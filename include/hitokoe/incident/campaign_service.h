// The life of a campaign up to its sending, and what can be seen of it afterwards
// (docs/campaign.md). Not thread-safe; short transactions; safe beside other processes: whoever
// changes a campaign that somebody else changed meanwhile gets kConflict.
//
// Every call takes a Viewer. kForbidden: this viewer may not. Parties see their own customers only.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "hitokoe/base/progress.h"
#include "hitokoe/base/random.h"
#include "hitokoe/identity/campaign_files.h"
#include "hitokoe/identity/key_store.h"
#include "hitokoe/incident/campaign_store.h"
#include "hitokoe/incident/incident.h"
#include "hitokoe/net/mail_relay.h"
#include "hitokoe/registry/model.h"

namespace hitokoe::incident {

struct RequestFile {
  std::string party;
  std::uint64_t customers = 0;
  Bytes file;
};

// Takes one request file as soon as it is made, so that those of forty carriers are not in memory
// together; what is returned then has no bytes. Empty: they are kept.
using TakeRequest = std::function<Result<void>(const RequestFile&)>;

struct BuildOptions {
  Progress progress = {};
  std::function<bool()> stop = {};  // true: ends with kCancelled, and nothing was changed
};
// The affected customers of one carrier; asked for one carrier after another.
using AffectedSource =
    std::function<Result<std::vector<AffectedSubject>>(const std::string& controller)>;

struct FreezeOptions : BuildOptions {
  std::optional<CampaignSpec> spec = std::nullopt;  // a new text or desk
  // Freeze although a carrier has not answered: its customers count as without contact.
  bool without_missing = false;
  TakeRequest take = {};
};
struct Frozen {
  VersionRow version;
  std::uint64_t recipients = 0;  // persons with an address
  std::uint64_t no_contact = 0;  // persons without
  std::uint64_t joined = 0;      // persons that are customers of more than one carrier
  std::vector<RequestFile> requests;
};

struct ApprovalState {
  std::uint32_t version = 0;
  crypto::Digest root{};
  std::vector<ApprovalRow> given;
  std::vector<std::string> silent;  // concerned parties that have not approved
  std::vector<RefusalRow> refused;  // of those: who said no, and why
  UtcTime asked{};                  // when this version was frozen
  bool others_missing = false;      // of a party's view: somebody has not approved
  bool complete() const { return version > 0 && silent.empty() && !others_missing; }
};

// What somebody had before the eyes who answers.
struct ShownVersion {
  std::uint32_t version = 0;
  std::optional<crypto::Digest> root = std::nullopt;  // where it was shown, too
};

struct CampaignStatus {
  CampaignRow row;  // without the data key; the spec only for those who see all parties
  CampaignStore::Counts counts{};
  std::uint64_t persons = 0;
  std::map<std::string, std::uint64_t> customers;  // per carrier
  std::vector<ExportRow> exports;                  // for those who see all parties
  std::vector<BundleRow> bundles;
  std::vector<std::string> unanswered;  // carriers that were asked and sent no bundle
  ApprovalState approvals;
  std::optional<BuildRow> build;  // going on in another process; for those who see all parties
  // Settled in the last minute of sending. For a carrier with few mails in it: everybody's rate,
  // times the carrier's share of those who wait.
  double per_second = 0;
  std::optional<Duration> remaining;  // at that rate
  std::uint64_t retried = 0;          // attempts beyond the first
};

struct PersonProof {
  std::string person;  // opaque
  std::uint32_t version = 0;
  std::string message_id;
  std::vector<std::string> controllers;  // those that the viewer may see
  DeliveryState state = DeliveryState::kPending;
  std::uint32_t attempts = 0;
  int code = 0;
  std::string reply;
  std::string settled_by;
  std::optional<UtcTime> settled;
  std::uint64_t event = 0;
  Channel channel = Channel::kEmail;
};

struct PreviewMail {
  std::string person;
  std::string to;  // masked
  std::string subject;
  std::string body;  // with a masked name
};

struct RelayLogReport {
  std::uint64_t lines = 0;
  std::uint64_t accepted = 0, refused = 0;  // held persons that the log settled
  std::uint64_t still_held = 0;
};

class CampaignService {
 public:
  struct Parts {
    CampaignStore& store;
    const registry::Registry& registry;
    identity::KeyStore& keys;
    const Clock& clock;
    Random& random;
  };
  explicit CampaignService(Parts parts) : parts_(parts) {}

  // kExists: the incident has one. kBadInput: see check_spec. kNotFound: no such lead.
  Result<CampaignRow> create(const Viewer& viewer, const std::string& incident,
                             const CampaignSpec& spec);
  // One signed contact request per carrier. Only for a confirmed incident (kConflict). May be
  // called again: new subjects are added, and approvals are void.
  Result<std::vector<RequestFile>> resolve(const Viewer& viewer, const std::string& campaign,
                                           const IncidentView& incident,
                                           std::span<const AffectedSubject> subjects);
  // The same for millions: `affected` is asked for the customers of each of `carriers`, so that
  // they are never in memory together. About 50 bytes a customer.
  Result<std::vector<RequestFile>> resolve(const Viewer& viewer, const std::string& campaign,
                                           const IncidentView& incident,
                                           std::span<const std::string> carriers,
                                           const AffectedSource& affected,
                                           const BuildOptions& options = {});
  // kCorrupt: signed by no carrier that was asked. kForbidden: of another incident or campaign, or
  // signed by another carrier than it names. kExists: imported before. kBadInput: customers that
  // were not asked for, or twice. Nothing is kept of a file that is refused.
  Result<BundleRow> import_bundle(const Viewer& viewer, const std::string& campaign, ByteView file);

  // Joins, builds the root and the requests. kConflict: nothing resolved, a carrier has not
  // answered, a text that cannot be frozen or names somebody below the threshold, mails have gone.
  Result<Frozen> freeze(const Viewer& viewer, const std::string& campaign,
                        const IncidentView& incident, const FreezeOptions& options);
  // What freeze says of a text, without freezing: everything of check_spec, its headings and desk,
  // and names that may not stand in it. The errors of freeze.
  Result<void> lint(const Viewer& viewer, const std::string& campaign, const IncidentView& incident,
                    const CampaignSpec& spec);
  // The requests of the frozen version again.
  Result<std::vector<RequestFile>> approval_requests(const Viewer& viewer,
                                                     const std::string& campaign,
                                                     const TakeRequest& take = {});

  // kCorrupt: signed by no concerned party. kConflict: not for the version and root in force.
  // kExists: approved before. kForbidden: this party is not asked.
  Result<ApprovalState> approve(const Viewer& viewer, const std::string& campaign, ByteView file);
  // Signed in as a person of the party; `root` is what was shown.
  Result<ApprovalState> approve_as(const Viewer& viewer, const std::string& campaign,
                                   std::uint32_t version, const crypto::Digest& root);
  // A party withholds its approval, and why is on record. As a person of it, or brought by the
  // lead. `shown`: the version that was read; kConflict where it is not the one in force any more.
  // kForbidden, kConflict as approve; kExists: it has answered for this version. kUsage: no reason.
  Result<ApprovalState> refuse(const Viewer& viewer, const std::string& campaign,
                               const std::string& party, const std::string& reason,
                               const ShownVersion& shown);
  Result<ApprovalState> approvals(const Viewer& viewer, const std::string& campaign);

  Result<std::vector<CampaignRow>> list(const Viewer& viewer);
  Result<CampaignStatus> status(const Viewer& viewer, const std::string& campaign);
  Result<std::vector<PersonProof>> proof(const Viewer& viewer, const std::string& campaign,
                                         const std::string& person);
  Result<std::vector<PreviewMail>> preview(const Viewer& viewer, const std::string& campaign,
                                           std::size_t samples);

  // One masked notice of the frozen version to an address of the lead's own, with [TEST] before its
  // subject. Changes no state; an event tells who tried and how many. kNotFound: nobody has a mail
  // address. kBadInput: no usable address.
  Result<net::Mail> test_mail(const Viewer& viewer, const std::string& campaign,
                              const std::string& to);

  Result<void> pause(const Viewer& viewer, const std::string& campaign);
  // Approved or paused → sending. kConflict: not approved by everybody.
  Result<void> start(const Viewer& viewer, const std::string& campaign);
  // Sending → sent, when nobody is pending. @return was it the end?
  Result<bool> finish(const Viewer& viewer, const std::string& campaign);

  // A person decides about one who is held. kConflict: not held.
  Result<void> settle(const Viewer& viewer, const std::string& campaign, const std::string& person,
                      DeliveryState state, const std::string& reason);
  // Settles who is held from a Postfix log.
  Result<RelayLogReport> reconcile(const Viewer& viewer, const std::string& campaign,
                                   std::istream& relay_log);

 private:
  Parts parts_;
};

// Message-ID of a person's notice, without brackets: no personal data, the same at every attempt.
std::string notice_message_id(const CampaignRow& campaign, const std::string& person,
                              std::uint32_t version);

}  // namespace hitokoe::incident
