// A second campaign of an incident (docs/campaign.md, "A later dump"): when a later exposure brings
// new people or new items, or when some were told something wrong. It is a campaign of its own,
// with its own resolve, freeze, approvals and proof; whom it may tell follows from what campaigns
// of the incident, and of those that it is or was merged with, have told.
//
// - new people: customers whom no begun campaign has told, left out by a person's decision, or can
//   still tell. Whoever was told is never told again by it: the store refuses the attempt (storage:
//   campaign_blocked). Of a person of two carriers who was told as a customer of one alone, the
//   other customer is new.
// - supplement: customers who were told, with the items that they were not told, and only these; by
//   a coordinator's decision.
// - correction: customers who were told a statement that was wrong, chosen by version, item or
//   carrier; each once: told by another of the same kind since it was begun counts.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "hitokoe/incident/campaign_service.h"

namespace hitokoe::incident {

enum class FollowKind : std::uint8_t { kNewPeople, kSupplement, kCorrection };
std::string_view to_string(FollowKind kind);  // "new_people", "supplement", "correction"
Result<FollowKind> follow_kind_by_name(std::string_view name);  // kUsage lists them

// Of a correction: who was told what was wrong. Empty: everybody who was told.
struct CorrectionChoice {
  std::uint32_t version = 0;          // of the campaign before; 0: any
  std::set<identity::FieldId> items;  // one of these was told
  std::string controller;
};

struct FollowRow {
  std::string campaign;
  FollowKind kind = FollowKind::kNewPeople;
  std::string after;  // the newest campaign of the incident before it
  CorrectionChoice choice;
  std::string reason;
};

// A customer that a begun campaign has a person for.
struct KnownCustomer {
  std::string campaign, controller;
  identity::Fingerprint u{};
  std::vector<identity::FieldId> items;
  DeliveryState state = DeliveryState::kPending;
  std::uint32_t version = 0;
  bool one_notice = false;  // excluded because another campaign has told the person
  bool merged = false;      // the campaign's incident goes on as a part of another: it tells nobody
};
// Has the notice gone to the person, as far as anybody knows? Held: it may have.
bool is_told(DeliveryState state);

enum class MayTell : std::uint8_t {
  kYes,
  kTold,    // by another campaign of the family
  kMerged,  // nobody: the incident goes on as a part of another
};

// Port; implementation: storage/sql.
class FollowStore {
 public:
  virtual ~FollowStore() = default;
  // kConflict: the incident has no campaign yet, or one of it is not sent. `row.incident`: the
  // incident.
  virtual Result<void> create(const CampaignRow& row, const FollowRow& follow, const Draft& event,
                              UtcTime at) = 0;
  // Nothing: it is the first campaign of its incident.
  virtual Result<std::optional<FollowRow>> load(const std::string& campaign) = 0;
  // Newest last.
  virtual Result<std::vector<std::string>> campaigns_of(const std::string& incident) = 0;
  // The customers of `controller`, of all campaigns of the incident and of its family of merged
  // ones where something has begun, but `except`. In no order; one may come several times.
  virtual Result<void> each_known(const std::string& incident, const std::string& except,
                                  const std::string& controller,
                                  const std::function<void(const KnownCustomer&)>& each) = 0;
  // Persons of the campaign who wait for a notice and were told by another one of the family (of a
  // supplement or a correction: by one of the same kind, since it was begun) are excluded, with
  // the event; of at most 20,000 at once. @return how many: again until none
  virtual Result<std::uint64_t> exclude_told(const std::string& campaign, const std::string& actor,
                                             UtcTime at) = 0;
  // May a step of the campaign tell this person now? By key, whatever their number is.
  virtual Result<MayTell> may_tell(const std::string& campaign, const std::string& person) = 0;
};

struct DifferenceCount {         // of one carrier
  std::uint64_t people = 0;      // of the incident now
  std::uint64_t told = 0;        // by a campaign
  std::uint64_t waiting = 0;     // in one, and not told yet: it goes on with them
  std::uint64_t excluded = 0;    // by a person's decision
  std::uint64_t new_people = 0;  // in none that can tell them
  std::uint64_t new_items = 0;   // told, and not of all items
  friend bool operator==(const DifferenceCount&, const DifferenceCount&) = default;
};
struct Difference {
  std::string incident;
  std::vector<std::string> campaigns;  // of the incident
  std::map<std::string, DifferenceCount> carriers;
  bool over_thousand(const std::string& carrier) const;  // more than 1,000 people
};
std::string to_json(const Difference& difference);

// That have people in the incident, as far as this viewer may see them; by name.
std::vector<std::string> carriers_of(const IncidentView& view);

class FollowUp {
 public:
  FollowUp(CampaignService::Parts parts, FollowStore& store) : p_(parts), store_(store) {}

  // What a second campaign would be about; by carrier, a party sees its own. Changes nothing.
  // `affected` is asked for the customers of each of `carriers` that the viewer may see, one after
  // another, so that those of several are never in memory together: at most 64 bytes for each
  // customer that a campaign has, beside what `affected` gives.
  Result<Difference> difference(const Viewer& viewer, const std::string& incident,
                                std::span<const std::string> carriers,
                                const AffectedSource& affected);
  // kConflict: nothing was sent yet (resolve and freeze it again instead), or the one before is not
  // sent to the end. kBadInput: check_spec; a supplement or a correction without a summary in both
  // languages, or no reason.
  Result<CampaignRow> create(const Viewer& viewer, const std::string& incident,
                             const CampaignSpec& spec, FollowRow follow);
  // Whom `campaign` may ask contacts for, of `all`, which are sorted by carrier: everybody in a
  // first campaign.
  Result<std::vector<AffectedSubject>> subjects(const std::string& campaign,
                                                std::vector<AffectedSubject> all);
  // The text with the wording of its kind, where it has none of its own.
  Result<CampaignSpec> worded(const std::string& campaign, CampaignSpec spec);
  // See FollowStore::exclude_told.
  Result<std::uint64_t> exclude_told(const Viewer& viewer, const std::string& campaign);

 private:
  class Known;
  // Of the customers of one carrier; `follow`: which version a correction asks for.
  Result<Known> known(const std::string& incident, const std::string& except,
                      const std::string& controller, const FollowRow* follow = nullptr);
  // Appends those of `some`, which are of one carrier.
  Result<void> choose(const FollowRow& follow, const std::string& incident,
                      std::span<AffectedSubject> some, std::vector<AffectedSubject>& out);

  CampaignService::Parts p_;
  FollowStore& store_;
};

}  // namespace hitokoe::incident
