#include <algorithm>
#include <boost/json.hpp>

#include "hitokoe/incident/follow_up.h"
#include "incident/campaign/access.h"
#include "incident/campaign/contacts.h"
#include "incident/casework/change.h"
#include "incident/follow_up/wording.h"

namespace hitokoe::incident {

using namespace campaign;

namespace {

namespace json = boost::json;

constexpr std::uint64_t kThousand = 1000;  // rule 7 item 4: more than that
constexpr std::string_view kKinds[] = {"new_people", "supplement", "correction"};

using Customer = std::pair<std::string, identity::Fingerprint>;

// Each subject's value under its carrier's own key, in their order; nothing where the carrier has
// none: no campaign ever asked it.
Result<std::vector<std::optional<identity::Fingerprint>>> under_own_keys(
    std::span<const AffectedSubject> subjects, identity::KeyStore& keys) {
  std::map<std::string, std::vector<std::size_t>> by_carrier;
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    by_carrier[subjects[i].controller].push_back(i);
  }
  std::vector<std::optional<identity::Fingerprint>> out(subjects.size());
  for (const auto& [carrier, theirs] : by_carrier) {
    const auto name = "own:" + carrier;
    const auto there = keys.get(identity::KeyKind::kDelegation, name);
    if (!there && there.error().code == Errc::kNotFound) continue;
    TRY(auto key, keys.key128(identity::KeyKind::kDelegation, name));
    std::vector<crypto::Block> blocks;
    blocks.reserve(theirs.size());
    for (const auto i : theirs) blocks.push_back(subjects[i].y_ref);
    crypto::Aes128(key).encrypt(blocks, blocks);
    for (std::size_t n = 0; n < theirs.size(); ++n) out[theirs[n]] = blocks[n];
  }
  return out;
}

}  // namespace

std::string_view to_string(FollowKind kind) { return kKinds[static_cast<std::size_t>(kind)]; }

Result<FollowKind> follow_kind_by_name(std::string_view name) {
  for (std::size_t i = 0; i < std::size(kKinds); ++i) {
    if (kKinds[i] == name) return static_cast<FollowKind>(i);
  }
  return fail(Errc::kUsage, "a later campaign is new_people, supplement or correction",
              "後からの連絡は new_people、supplement、correction のいずれか");
}

bool is_told(DeliveryState state) {
  return state == DeliveryState::kAccepted || state == DeliveryState::kUnknownHeld ||
         state == DeliveryState::kExported || state == DeliveryState::kAlternative;
}

bool Difference::over_thousand(const std::string& carrier) const {
  const auto found = carriers.find(carrier);
  return found != carriers.end() && found->second.people > kThousand;
}

std::string to_json(const Difference& d) {
  json::array carriers;
  for (const auto& [carrier, n] : d.carriers) {
    carriers.push_back(json::object{{"carrier", carrier},
                                    {"people", n.people},
                                    {"told", n.told},
                                    {"waiting", n.waiting},
                                    {"excluded", n.excluded},
                                    {"new_people", n.new_people},
                                    {"new_items", n.new_items},
                                    {"over_thousand", d.over_thousand(carrier)}});
  }
  return json::serialize(
      json::object{{"incident", d.incident},
                   {"campaigns", json::array(d.campaigns.begin(), d.campaigns.end())},
                   {"carriers", std::move(carriers)}});
}

// What campaigns know of a customer, over all of them.
struct FollowUp::Known {
  struct One {
    bool told = false, excluded = false;
    std::set<identity::FieldId> items;                         // that were told
    std::set<std::pair<std::string, std::uint32_t>> versions;  // campaign and version that told it
  };
  std::map<Customer, One> customers;

  const One* find(const std::string& carrier, const std::optional<identity::Fingerprint>& u) const {
    if (!u) return nullptr;
    const auto found = customers.find({carrier, *u});
    return found == customers.end() ? nullptr : &found->second;
  }
};

Result<FollowUp::Known> FollowUp::known(const std::string& incident, const std::string& except) {
  Known out;
  TRYV(store_.each_known(incident, except, [&](const KnownCustomer& c) {
    // Who waits where nothing is sent any more, or was left out because of another one, may be told
    // by nobody: that alone is no reason to leave a customer out.
    const bool told = is_told(c.state);
    const bool on_its_way =
        c.state == DeliveryState::kSending || c.state == DeliveryState::kCommitting;
    const bool excluded = c.state == DeliveryState::kExcluded;
    if (excluded ? c.one_notice : c.merged && !told && !on_its_way) return;
    auto& one = out.customers[{c.controller, c.u}];
    one.excluded = one.excluded || excluded;
    if (!told) return;
    one.told = true;
    one.items.insert(c.items.begin(), c.items.end());
    one.versions.emplace(c.campaign, c.version);
  }));
  return out;
}

Result<Difference> FollowUp::difference(const Viewer& viewer, const std::string& incident,
                                        std::span<const AffectedSubject> subjects) {
  Difference out;
  out.incident = incident;
  if (viewer.sees_all_parties()) {
    TRY(out.campaigns, store_.campaigns_of(incident));
  }
  TRY(const auto told, known(incident, ""));
  std::vector<AffectedSubject> seen;
  std::ranges::copy_if(subjects, std::back_inserter(seen), [&](const AffectedSubject& s) {
    return viewer.sees_all_parties() || s.controller == viewer.party();
  });
  TRY(const auto values, under_own_keys(seen, p_.keys));
  for (std::size_t i = 0; i < seen.size(); ++i) {
    auto& n = out.carriers[seen[i].controller];
    ++n.people;
    const auto* found = told.find(seen[i].controller, values[i]);
    if (found == nullptr) {
      ++n.new_people;
    } else if (found->told) {
      ++n.told;
      const bool more = std::ranges::any_of(
          seen[i].items, [&](const auto item) { return !found->items.contains(item); });
      n.new_items += more ? 1U : 0U;
    } else if (found->excluded) {
      ++n.excluded;
    } else {
      ++n.waiting;
    }
  }
  return out;
}

Result<CampaignRow> FollowUp::create(const Viewer& viewer, const std::string& incident,
                                     const CampaignSpec& spec, FollowRow follow) {
  TRYV(must_lead(viewer));
  TRYV(casework::check_text(follow.reason, true, {"reason", "理由"}));
  TRYV(check_spec(spec));
  const bool says_more = follow.kind != FollowKind::kNewPeople;
  if (says_more && spec.notice.ja.empty() && spec.summary.ja.empty()) {
    return fail(Errc::kBadInput,
                "a second notice says why it comes: give a summary in both languages",
                "二度目の通知には、その理由を summary に日本語と英語で書いてください");
  }
  if (p_.registry.party(spec.lead) == nullptr)
    return fail(Errc::kNotFound, "the registry has no party " + spec.lead,
                "台帳に事業者 " + spec.lead + " がありません");
  TRY(const auto before, store_.campaigns_of(incident));
  if (before.empty())
    return fail(Errc::kConflict,
                incident + " has no campaign: `hitokoe campaign new` begins the first",
                incident + " の一元連絡はありません: `hitokoe campaign new` で始めてください");
  std::array<std::uint8_t, 5> number{};
  p_.random.fill(number);
  CampaignRow row;
  row.id = "CMP-" + to_hex(number);
  row.incident = incident;
  row.spec = dressed(spec, follow.kind);
  row.created = p_.clock.now();
  TRY(row.data_key, ContactVault::make_data_key(p_.keys, row.id, p_.random));
  follow.campaign = row.id;
  follow.after = before.back();
  json::array items;
  for (const auto item : follow.choice.items) {
    const auto name = identity::field_info(item).name;
    items.emplace_back(json::string(name.data(), name.size()));
  }
  const json::object body{{"incident", incident},
                          {"lead", spec.lead},
                          {"kind", to_string(follow.kind)},
                          {"after", follow.after},
                          {"version", follow.choice.version},
                          {"items", std::move(items)},
                          {"controller", follow.choice.controller},
                          {"reason", follow.reason}};
  TRYV(store_.create(row, follow, draft(viewer, row.id, "campaign.created", json::serialize(body)),
                     row.created));
  return row;
}

Result<std::vector<AffectedSubject>> FollowUp::subjects(const std::string& campaign,
                                                        std::vector<AffectedSubject> all) {
  TRY(const auto follow, store_.load(campaign));
  if (!follow) return all;
  TRY(const auto row, p_.store.load(campaign));
  TRY(const auto told, known(row.incident, campaign));
  TRY(const auto values, under_own_keys(all, p_.keys));
  std::vector<AffectedSubject> out;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto* found = told.find(all[i].controller, values[i]);
    if (follow->kind == FollowKind::kNewPeople) {
      if (found == nullptr) out.push_back(std::move(all[i]));
      continue;
    }
    if (found == nullptr || !found->told || found->excluded) continue;
    const auto& one = *found;
    if (follow->kind == FollowKind::kSupplement) {
      std::erase_if(all[i].items, [&](const auto item) { return one.items.contains(item); });
      if (!all[i].items.empty()) out.push_back(std::move(all[i]));
      continue;
    }
    const auto& choice = follow->choice;
    const bool there = choice.items.empty() ||
                       std::ranges::any_of(
                           choice.items, [&](const auto item) { return one.items.contains(item); });
    const bool in_version =
        choice.version == 0 || one.versions.contains({follow->after, choice.version});
    const bool of_carrier = choice.controller.empty() || choice.controller == all[i].controller;
    if (!there || !in_version || !of_carrier) continue;
    all[i].items.assign(one.items.begin(), one.items.end());  // what was said, and is corrected
    out.push_back(std::move(all[i]));
  }
  return out;
}

Result<CampaignSpec> FollowUp::worded(const std::string& campaign, CampaignSpec spec) {
  TRY(const auto follow, store_.load(campaign));
  if (!follow) return spec;
  return dressed(std::move(spec), follow->kind);
}

Result<std::uint64_t> FollowUp::exclude_told(const Viewer& viewer, const std::string& campaign) {
  TRYV(must_lead(viewer));
  std::uint64_t all = 0;
  for (;;) {
    TRY(const auto n, store_.exclude_told(campaign, viewer.user(), p_.clock.now()));
    if (n == 0) return all;
    all += n;
  }
}

}  // namespace hitokoe::incident
