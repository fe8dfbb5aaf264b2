#include <algorithm>
#include <numeric>

#include "hitokoe/incident/campaign_proofs.h"
#include "incident/campaign/access.h"
#include "incident/campaign/contacts.h"
#include "incident/campaign/subject_pages.h"

namespace hitokoe::incident {

using namespace campaign;

namespace {

PersonProof proof_of(const CampaignRow& row, RecipientRow r, std::vector<std::string> carriers,
                     bool party) {
  // It names a campaign of another incident, of which a party may not know.
  if (party && r.settled_by == "one-notice") r.reply.clear();
  auto id = notice_message_id(row, r.person, r.version);
  return {std::move(r.person),
          r.version,
          std::move(id),
          std::move(carriers),
          r.state,
          r.attempts,
          r.code,
          std::move(r.reply),
          std::move(r.settled_by),
          r.settled,
          r.event,
          r.channel};
}

// Of its carriers those that the viewer may see.
Result<std::vector<std::string>> carriers_of(CampaignStore& store, const std::string& campaign,
                                             const std::string& person, const std::string& only) {
  TRY(const auto members, store.members(campaign, person));
  std::vector<std::string> out;
  for (const auto& m : members) {
    if (!only.empty() && m.controller != only) continue;
    if (out.empty() || out.back() != m.controller) out.push_back(m.controller);
  }
  return out;
}

// Whose customer a person is, in 12 bytes.
struct Member {
  PersonNumber person{};
  std::uint16_t carrier = 0;  // in the order of the store
  auto operator<=>(const Member&) const = default;
};
constexpr std::size_t kMostCarriers = 65535;

struct Members {
  std::vector<std::string> carriers;  // by name
  std::vector<Member> all;            // by person, then carrier
};

// `only` empty: of all carriers.
Result<Members> read_members(CampaignStore& store, const std::string& campaign,
                             const std::string& only) {
  Members out;
  TRY(const auto customers, store.customers(campaign, only));
  std::uint64_t n = 0;
  for (const auto& [carrier, theirs] : customers) n += theirs;
  out.all.reserve(n);
  for (const auto& [carrier, theirs] : customers) {
    if (out.carriers.size() == kMostCarriers)
      return fail(Errc::kLimit, campaign + ": more than 65,535 carriers",
                  campaign + ": 通信会社が 65,535 を超えています");
    const auto number = static_cast<std::uint16_t>(out.carriers.size());
    out.carriers.push_back(carrier);
    TRYV(each_customer(store, campaign, carrier, [&](const SubjectRow& s) -> Result<void> {
      if (s.person.empty()) return ok();
      TRY(const auto person, person_number(s.person));
      out.all.push_back({person, number});
      return ok();
    }));
  }
  std::sort(out.all.begin(), out.all.end());
  out.all.erase(std::unique(out.all.begin(), out.all.end()), out.all.end());
  return out;
}

Error changed_meanwhile(const CampaignRow& row) {
  return Error(
      Errc::kConflict,
      {row.id + ": it was frozen again, or begun anew, while its proofs were read; read "
                "them once more",
       row.id + ": 証跡を読んでいる間に凍結し直されたか、最初からやり直しになりました。もう"
                "一度読んでください"});
}

// Why what was read does not hold what there was when the reading began.
Error why_not_whole(CampaignStore& store, const CampaignRow& row) {
  const auto now = store.load(row.id);
  if (!now) return now.error();
  if (now.value().version != row.version || now.value().revision != row.revision)
    return changed_meanwhile(row);
  return Error(Errc::kCorrupt, {row.id + ": persons and customers do not belong together",
                                row.id + ": 本人と顧客の対応が壊れています"});
}

// Told are as many persons as are counted, all of the version of `row`.
Result<void> must_be_whole(CampaignStore& store, const CampaignRow& row, const std::string& only,
                           std::uint64_t told) {
  TRY(const auto counts, store.counts(row.id, only));
  if (std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}) != told)
    return why_not_whole(store, row);
  TRY(const auto now, store.load(row.id));
  if (now.version != row.version) return changed_meanwhile(row);
  return ok();
}

Result<void> each_of_party(CampaignStore& store, const CampaignRow& row, const std::string& party,
                           const TakeProof& take) {
  TRY(const auto own, read_members(store, row.id, party));
  for (const auto& member : own.all) {
    auto r = store.recipient(row.id, shown(member.person));
    if (!r) return r.error().code == Errc::kNotFound ? why_not_whole(store, row) : r.error();
    TRYV(take(proof_of(row, std::move(r.value()), {party}, true)));
  }
  return must_be_whole(store, row, party, own.all.size());
}

Result<void> each_of_all(CampaignStore& store, const CampaignRow& row, const TakeProof& take) {
  TRY(const auto members, read_members(store, row.id, ""));
  auto next = members.all.begin();
  std::uint64_t told = 0;
  TRYV(each_recipient(store, row.id, std::nullopt, [&](const RecipientRow& r) -> Result<bool> {
    TRY(const auto person, person_number(r.person));
    while (next != members.all.end() && next->person < person) ++next;
    std::vector<std::string> carriers;
    for (; next != members.all.end() && next->person == person; ++next)
      carriers.push_back(members.carriers[next->carrier]);
    TRYV(take(proof_of(row, r, std::move(carriers), false)));
    ++told;
    return true;
  }));
  return must_be_whole(store, row, "", told);
}

}  // namespace

Result<void> each_proof(CampaignStore& store, const Viewer& viewer, const std::string& campaign,
                        const TakeProof& take) {
  if (viewer.role() != registry::Role::kParty) {
    TRYV(must_see_all(viewer));
  }
  TRY(const auto row, store.load(campaign));
  TRYV(must_be_concerned(viewer, store, row));
  const auto only = narrowed_to(viewer);
  if (only.empty()) return each_of_all(store, row, take);
  return each_of_party(store, row, only, take);
}

Result<std::vector<PersonProof>> CampaignService::proof(const Viewer& viewer,
                                                        const std::string& campaign,
                                                        const std::string& person) {
  std::vector<PersonProof> out;
  if (person.empty()) {
    TRYV(each_proof(parts_.store, viewer, campaign, [&](PersonProof p) -> Result<void> {
      out.push_back(std::move(p));
      return ok();
    }));
    return out;
  }
  if (viewer.role() != registry::Role::kParty) {
    TRYV(must_see_all(viewer));
  }
  TRY(const auto row, parts_.store.load(campaign));
  TRYV(must_be_concerned(viewer, parts_.store, row));
  const auto only = narrowed_to(viewer);
  auto one = parts_.store.recipient(campaign, person);
  if (!one && one.error().code != Errc::kNotFound) return one.error();
  if (one) {
    TRY(auto carriers, carriers_of(parts_.store, campaign, person, only));
    // A contractor is no customer's carrier: it sees nobody.
    if (only.empty() || !carriers.empty())
      out.push_back(proof_of(row, std::move(one.value()), std::move(carriers), !only.empty()));
  }
  if (out.empty())
    return fail(Errc::kNotFound, campaign + " has no person with this id",
                campaign + " にこの番号の人はいません");
  return out;
}

}  // namespace hitokoe::incident
