#include <algorithm>
#include <boost/json.hpp>

#include "hitokoe/identity/field_set.h"
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

// Each subject's value under its carrier's own key, in their order; nothing where the carrier has
// none: no campaign ever asked it. All are of one carrier.
Result<std::optional<std::vector<crypto::Block>>> under_own_key(
    std::span<const AffectedSubject> subjects, identity::KeyStore& keys) {
  std::optional<std::vector<crypto::Block>> out;
  if (subjects.empty()) return out;
  const auto name = "own:" + subjects.front().controller;
  const auto there = keys.get(identity::KeyKind::kDelegation, name);
  if (!there && there.error().code == Errc::kNotFound) return out;
  TRY(auto key, keys.key128(identity::KeyKind::kDelegation, name));
  auto& blocks = out.emplace();
  blocks.reserve(subjects.size());
  for (const auto& s : subjects) blocks.push_back(s.y_ref);
  crypto::Aes128(key).encrypt(blocks, blocks);
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

std::vector<std::string> carriers_of(const IncidentView& view) {
  std::vector<std::string> out;
  out.reserve(view.subjects.size());
  for (const auto& [carrier, people] : view.subjects) out.push_back(carrier);
  return out;
}

// What campaigns know of a carrier's customers, over all of them.
class FollowUp::Known {
 public:
  struct One {
    identity::Fingerprint u{};
    identity::FieldSet items;  // that were told
    bool told = false, excluded = false;
    bool in_version = false;  // that is corrected
  };

  void add(const One& one) { all_.push_back(one); }

  // One for each customer, by `u`.
  void put_together() {
    std::ranges::sort(all_, {}, &One::u);
    std::size_t kept = 0;
    for (std::size_t i = 0; i < all_.size(); ++i) {
      if (kept == 0 || all_[kept - 1].u != all_[i].u) {
        all_[kept++] = all_[i];
        continue;
      }
      auto& one = all_[kept - 1];
      one.items = identity::FieldSet::of_bits(one.items.bits() | all_[i].items.bits());
      one.told = one.told || all_[i].told;
      one.excluded = one.excluded || all_[i].excluded;
      one.in_version = one.in_version || all_[i].in_version;
    }
    all_.resize(kept);
  }

  const One* find(const identity::Fingerprint& u) const {
    const auto at = std::ranges::lower_bound(all_, u, {}, &One::u);
    return at == all_.end() || at->u != u ? nullptr : &*at;
  }

 private:
  std::vector<One> all_;
};

Result<FollowUp::Known> FollowUp::known(const std::string& incident, const std::string& except,
                                        const std::string& controller, const FollowRow* follow) {
  Known out;
  TRYV(store_.each_known(incident, except, controller, [&](const KnownCustomer& c) {
    // Who waits where nothing is sent any more, or was left out because of another one, may be told
    // by nobody: that alone is no reason to leave a customer out.
    const bool told = is_told(c.state);
    const bool on_its_way =
        c.state == DeliveryState::kSending || c.state == DeliveryState::kCommitting;
    const bool excluded = c.state == DeliveryState::kExcluded;
    if (excluded ? c.one_notice : c.merged && !told && !on_its_way) return;
    Known::One one;
    one.u = c.u;
    one.told = told;
    one.excluded = excluded;
    if (told) {
      for (const auto item : c.items) one.items.add(item);
      one.in_version =
          follow != nullptr && c.campaign == follow->after && c.version == follow->choice.version;
    }
    out.add(one);
  }));
  out.put_together();
  return out;
}

Result<Difference> FollowUp::difference(const Viewer& viewer, const std::string& incident,
                                        std::span<const std::string> carriers,
                                        const AffectedSource& affected) {
  Difference out;
  out.incident = incident;
  if (viewer.sees_all_parties()) {
    TRY(out.campaigns, store_.campaigns_of(incident));
  }
  for (const auto& carrier : carriers) {
    if (!viewer.sees_all_parties() && carrier != viewer.party()) continue;
    TRY(const auto subjects, affected(carrier));
    if (subjects.empty()) continue;
    TRY(const auto told, known(incident, "", carrier));
    TRY(const auto values, under_own_key(subjects, p_.keys));
    auto& n = out.carriers[carrier];
    for (std::size_t i = 0; i < subjects.size(); ++i) {
      ++n.people;
      const auto* found = values ? told.find((*values)[i]) : nullptr;
      if (found == nullptr) {
        ++n.new_people;
      } else if (found->told) {
        ++n.told;
        const bool more = std::ranges::any_of(
            subjects[i].items, [&](const auto item) { return !found->items.contains(item); });
        n.new_items += more ? 1U : 0U;
      } else if (found->excluded) {
        ++n.excluded;
      } else {
        ++n.waiting;
      }
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
  std::vector<AffectedSubject> out;
  for (auto rest = std::span(all); !rest.empty();) {
    const auto other = std::ranges::find_if(
        rest, [&](const AffectedSubject& s) { return s.controller != rest.front().controller; });
    const auto n = static_cast<std::size_t>(other - rest.begin());
    TRYV(choose(*follow, row.incident, rest.first(n), out));
    rest = rest.subspan(n);
  }
  return out;
}

Result<void> FollowUp::choose(const FollowRow& follow, const std::string& incident,
                              std::span<AffectedSubject> some, std::vector<AffectedSubject>& out) {
  const std::string carrier = some.front().controller;  // `some` are moved from
  const auto& choice = follow.choice;
  TRY(const auto told, known(incident, follow.campaign, carrier, &follow));
  TRY(const auto values, under_own_key(some, p_.keys));
  for (std::size_t i = 0; i < some.size(); ++i) {
    const auto* found = values ? told.find((*values)[i]) : nullptr;
    if (follow.kind == FollowKind::kNewPeople) {
      if (found == nullptr) out.push_back(std::move(some[i]));
      continue;
    }
    if (found == nullptr || !found->told || found->excluded) continue;
    const auto& one = *found;
    if (follow.kind == FollowKind::kSupplement) {
      std::erase_if(some[i].items, [&](const auto item) { return one.items.contains(item); });
      if (!some[i].items.empty()) out.push_back(std::move(some[i]));
      continue;
    }
    const bool there = choice.items.empty() ||
                       std::ranges::any_of(
                           choice.items, [&](const auto item) { return one.items.contains(item); });
    const bool in_version = choice.version == 0 || one.in_version;
    const bool of_carrier = choice.controller.empty() || choice.controller == carrier;
    if (!there || !in_version || !of_carrier) continue;
    some[i].items.assign(one.items.begin(), one.items.end());  // what was said, and is corrected
    out.push_back(std::move(some[i]));
  }
  return ok();
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
