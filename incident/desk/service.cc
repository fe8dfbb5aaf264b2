#include <algorithm>
#include <map>
#include <set>

#include "hitokoe/incident/desk_service.h"
#include "hitokoe/matcher/identify.h"
#include "incident/canonical_json.h"
#include "incident/desk/affected.h"
#include "incident/desk/keys.h"

namespace hitokoe::incident {

namespace json = boost::json;
using identity::Fingerprint;

namespace {

constexpr std::size_t kMostReason = 2000;
constexpr Duration kMinute = std::chrono::minutes(1);

json::string text(std::string_view s) { return json::string(s.data(), s.size()); }

json::array names_of(identity::FieldSet fields) {
  json::array out;
  for (const auto f : fields) out.push_back(text(identity::field_info(f).name));
  return out;
}

json::array hex_of(std::span<const Fingerprint> digests) {
  json::array out;
  for (const auto& d : digests) out.emplace_back(to_hex(d));
  return out;
}

Result<void> may_lead(const Viewer& viewer) {
  if (viewer.role() == registry::Role::kCoordinator) return ok();
  return fail(Errc::kForbidden, "only a coordinator may unlock", "解除は取りまとめ役だけの操作");
}

}  // namespace

// A customer of a carrier whom a set of questions proved; under each epoch that is live.
struct DeskService::Found {
  std::string controller;
  std::vector<Fingerprint> y_refs;
};

DeskService::DeskService(Parts parts, DeskOptions options)
    : p_(std::move(parts)),
      options_(std::move(options)),
      affected_(std::make_unique<desk::AffectedSets>(p_.incidents)) {}
DeskService::~DeskService() = default;

Result<std::vector<DeskService::Found>> DeskService::identified(const Claim& claim) {
  TRY(const auto index, p_.index());
  const auto said = claim.values();
  TRY(const auto candidates, matcher::identify(*index, said));
  // By carrier and epoch: a set of questions that two customers answer proves neither.
  std::map<std::pair<std::string, std::uint32_t>, std::set<Fingerprint>> proved;
  for (const auto& set : options_.questions) {
    if (!claim.answers(set)) continue;
    std::map<std::pair<std::string, std::uint32_t>, std::set<Fingerprint>> by_carrier;
    for (const auto& c : candidates) {
      const bool all =
          std::ranges::all_of(set, [&](identity::FieldId f) { return c.agreed.contains(f); });
      if (all) by_carrier[{c.controller, c.epoch}].insert(c.y_ref);
    }
    for (const auto& [carrier, customers] : by_carrier) {
      if (customers.size() == 1) proved[carrier].insert(*customers.begin());
    }
  }
  std::vector<Found> out;
  for (const auto& [carrier, customers] : proved) {
    if (customers.size() != 1) continue;  // two sets of questions, two customers: neither
    if (out.empty() || out.back().controller != carrier.first) out.push_back({carrier.first, {}});
    out.back().y_refs.push_back(*customers.begin());
  }
  return out;
}

Result<DeskCustomer> DeskService::customer_of(const Incident& in, const Key256& incident_key,
                                              const std::string& controller,
                                              std::span<const Fingerprint> y_refs) {
  TRY(const auto set, affected_->of(in, incident_key));
  DeskCustomer out;
  out.controller = controller;
  std::uint64_t items = 0;
  for (const auto& y_ref : y_refs) {
    const auto found = set->find(controller, y_ref);
    out.affected = out.affected || found.has_value();
    items |= found ? found->bits() : 0;
  }
  out.items = identity::FieldSet::of_bits(items);
  const auto name = "own:" + controller;
  if (!out.affected || !p_.keys.get(identity::KeyKind::kDelegation, name)) return out;
  TRY(const auto own, p_.keys.key128(identity::KeyKind::kDelegation, name));
  std::vector<crypto::Block> u(y_refs.begin(), y_refs.end());
  crypto::Aes128(own).encrypt(u, u);
  for (const auto& one : u) {
    TRY(auto notice, p_.store.notice(in.id, controller, one));
    if (notice) out.notice = std::move(notice);
  }
  return out;
}

Result<DeskAnswer> DeskService::check(const Viewer& viewer, const std::string& incident,
                                      const Claim& claim, const std::string& call) {
  TRYV(desk::must_work(viewer));
  if (std::ranges::none_of(options_.questions, [&](const auto& s) { return claim.answers(s); })) {
    const auto sets = shown_questions(options_.questions);
    return fail(Errc::kBadInput, "ask for every field of one of these: " + sets,
                "次のどれか一組の項目をすべて尋ねてください: " + sets);
  }
  const std::lock_guard lock(mutex_);
  TRY(const auto in, p_.incidents.load(desk::everything(), incident));
  TRY(const auto incident_key, p_.keys.key256(identity::KeyKind::kIncident, incident));
  TRY(const auto key, desk::desk_key(p_.keys, incident));
  const crypto::Hmac hmac(key.expose());
  const auto now = p_.clock.now();

  DeskCheck check;
  check.id = desk::new_id("CHK-", p_.random);
  check.call = check.id;
  check.incident = incident;
  check.user = viewer.user();
  check.at = now;
  check.claimed = claim.digests(hmac);
  if (!call.empty()) {
    TRY(const auto before, p_.store.check(viewer, call));
    if (before.user != viewer.user() || before.incident != incident) {
      return fail(Errc::kNotFound, "no such call of yours", "そのような通話はありません");
    }
    check.call = before.call;
  }
  TRY(const auto use,
      p_.store.use(incident, check.user, check.claimed, now - options_.window, now - kMinute));
  if (use.operator_minute >= options_.operator_per_minute ||
      use.incident_minute >= options_.incident_per_minute) {
    return fail(Errc::kLimit, "too many checks within a minute; wait",
                "一分間の照会が多すぎます。お待ちください");
  }

  DeskAnswer answer;
  answer.check = check.id;
  answer.at = now;
  std::vector<Fingerprint> subjects;
  if (use.customer_failures >= options_.customer_failures ||
      use.operator_failures >= options_.operator_failures) {
    answer.outcome = DeskOutcome::kLocked;
  } else {
    TRY(const auto found, identified(claim));
    for (const auto& one : found) {
      TRY(auto customer, customer_of(in, incident_key, one.controller, one.y_refs));
      subjects.push_back(desk::digest_of(hmac, one.controller, one.y_refs.front()));
      answer.customers.push_back(std::move(customer));
    }
    const bool affected =
        std::ranges::any_of(answer.customers, [](const auto& c) { return c.affected; });
    answer.outcome = answer.customers.empty() ? DeskOutcome::kNotVerified
                     : affected               ? DeskOutcome::kAffected
                                              : DeskOutcome::kNotAffected;
  }
  check.outcome = answer.outcome;
  const json::object body{{"check", check.id},
                          {"call", check.call},
                          {"outcome", text(to_string(check.outcome))},
                          {"fields", names_of(claim.fields())},
                          {"claimed", hex_of(check.claimed)},
                          {"subjects", hex_of(subjects)}};
  TRYV(p_.store.add_check(check,
                          {viewer.user(), desk_stream(incident), "desk.checked", canonical(body)}));
  return answer;
}

Result<void> DeskService::unlock_customer(const Viewer& viewer, const std::string& check,
                                          std::string_view reason) {
  TRYV(may_lead(viewer));
  TRYV(desk::check_reason(reason, kMostReason));
  TRY(const auto row, p_.store.check(viewer, check));
  const json::object body{{"check", check}, {"reason", text(reason)}};
  return p_.store.unlock_customer(
      row, {viewer.user(), desk_stream(row.incident), "desk.unlocked", canonical(body)},
      p_.clock.now());
}

Result<void> DeskService::unlock_operator(const Viewer& viewer, const std::string& user,
                                          std::string_view reason) {
  TRYV(may_lead(viewer));
  TRYV(desk::check_reason(reason, kMostReason));
  const json::object body{{"operator", text(user)}, {"reason", text(reason)}};
  return p_.store.unlock_operator(user, {viewer.user(), "desk", "desk.unlocked", canonical(body)},
                                  p_.clock.now());
}

Result<std::vector<DeskCheck>> DeskService::checks(const Viewer& viewer,
                                                   const std::string& incident, std::size_t limit) {
  return p_.store.checks(viewer, incident, limit);
}

Task<Result<DeskAnswer>> answer_in_time(DeskService& desk, const Viewer& viewer,
                                        const std::string& incident, const Claim& claim,
                                        const std::string& call, DeskTiming timing) {
  const auto begin = timing.clock.steady();
  auto answer = co_await timing.pool.run([&] { return desk.check(viewer, incident, claim, call); });
  const auto slot = desk.options().answer_after;
  const auto took = std::chrono::ceil<Duration>(timing.clock.steady() - begin);
  // Rounded up: the time tells at most how many slots the work took, not how long.
  const auto slots = std::max<std::int64_t>(1, (took + slot - Duration(1)) / slot);
  CO_TRYV(co_await timing.sleeper.sleep_for(slots * slot - took));
  co_return answer;
}

}  // namespace hitokoe::incident
