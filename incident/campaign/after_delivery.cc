// What people decide about persons whom the notice has not reached.
#include <algorithm>

#include "hitokoe/incident/campaign_exports.h"
#include "incident/campaign/access.h"
#include "incident/campaign/subject_pages.h"

namespace hitokoe::incident {

using namespace campaign;

namespace {

constexpr std::size_t kBatch = 500;
constexpr std::size_t kMostReason = 500;

bool waits_for_a_decision(DeliveryState state) {
  return needs_somebody(state) && state != DeliveryState::kUnknownHeld;
}

// In groups of kBatch, each one transaction. Calls `each(index, was done)`.
template <class F>
Result<void> in_groups(CampaignStore& store, const Clock& clock, const std::string& campaign,
                       const std::string& user, std::vector<DeliveryStep> steps, F each) {
  for (std::size_t begin = 0; begin < steps.size(); begin += kBatch) {
    const auto n = std::min(kBatch, steps.size() - begin);
    TRY(const auto done,
        store.deliver(campaign, std::span(steps).subspan(begin, n), user, clock.now()));
    for (std::size_t i = 0; i < n; ++i) each(steps[begin + i], done[i]);
  }
  return ok();
}

}  // namespace

namespace {

// From `exported` by one of the channels that `by` names to `to`. @return who was refused
Result<std::vector<std::string>> came_back(const CampaignService::Parts& parts,
                                           const Viewer& viewer, const std::string& campaign,
                                           std::span<const std::string> persons,
                                           bool (*by)(Channel), DeliveryState to,
                                           const std::string& words) {
  TRYV(must_lead(viewer));
  TRYV(parts.store.load(campaign));
  std::vector<std::string> refused;
  std::vector<DeliveryStep> steps;
  for (const auto& person : persons) {
    const auto r = parts.store.recipient(campaign, person);
    if (!r && r.error().code != Errc::kNotFound) return r.error();
    if (!r || r.value().state != DeliveryState::kExported || !by(r.value().channel)) {
      refused.push_back(person);
      continue;
    }
    steps.push_back({person, DeliveryState::kExported, to, "", 0, words, viewer.user()});
  }
  TRYV(in_groups(parts.store, parts.clock, campaign, viewer.user(), std::move(steps),
                 [&](const DeliveryStep& step, bool done) {
                   if (!done) refused.push_back(step.person);
                 }));
  return refused;
}

}  // namespace

Result<std::vector<std::string>> CampaignExports::returned(const Viewer& viewer,
                                                           const std::string& campaign,
                                                           std::span<const std::string> persons) {
  return came_back(
      parts_, viewer, campaign, persons, [](Channel c) { return c == Channel::kLetter; },
      DeliveryState::kReturned, "the letter came back");
}

Result<std::vector<std::string>> CampaignExports::unreached(const Viewer& viewer,
                                                            const std::string& campaign,
                                                            std::span<const std::string> persons) {
  return came_back(
      parts_, viewer, campaign, persons,
      [](Channel c) { return c == Channel::kSms || c == Channel::kPhone; }, DeliveryState::kBounced,
      "the number is dead");
}

Result<std::uint64_t> CampaignExports::alternative(const Viewer& viewer,
                                                   const std::string& campaign,
                                                   std::span<const std::string> persons,
                                                   const std::string& reason) {
  TRYV(must_lead(viewer));
  if (reason.empty() || reason.size() > kMostReason)
    return fail(Errc::kUsage, "an alternative measure needs a reason of at most 500 bytes",
                "代替措置には 500 バイト以内の理由が必要");
  TRY(const auto row, parts_.store.load(campaign));
  if (row.state != CampaignState::kSending && row.state != CampaignState::kPaused &&
      row.state != CampaignState::kSent)
    return fail(
        Errc::kConflict,
        campaign + " is " + std::string(to_string(row.state)) + ": first the notice is tried",
        campaign + " は " + std::string(to_string(row.state)) + ": まず連絡を試みます");
  std::vector<DeliveryStep> steps;
  const auto decide = [&](const RecipientRow& r) -> Result<bool> {
    steps.push_back({r.person, r.state, DeliveryState::kAlternative, "", 0, reason, viewer.user()});
    return true;
  };
  std::vector<std::string> named(persons.begin(), persons.end());
  std::sort(named.begin(), named.end());
  named.erase(std::unique(named.begin(), named.end()), named.end());
  for (const auto& person : named) {
    const auto r = parts_.store.recipient(campaign, person);
    if (!r && r.error().code != Errc::kNotFound) return r.error();
    if (r && waits_for_a_decision(r.value().state)) {
      TRYV(decide(r.value()));
    }
  }
  for (std::size_t i = 0; named.empty() && i < kDeliveryStates; ++i) {
    const auto state = static_cast<DeliveryState>(i);
    if (!waits_for_a_decision(state)) continue;
    TRYV(each_recipient(parts_.store, campaign, state, decide));
  }
  if (steps.size() < named.size())
    return fail(Errc::kConflict, "one of them waits for nobody's decision: nothing was changed",
                "判断を待っていない人が含まれるため、何も変更していません");
  std::uint64_t n = 0;
  TRYV(in_groups(parts_.store, parts_.clock, campaign, viewer.user(), std::move(steps),
                 [&](const DeliveryStep&, bool done) { n += done ? 1U : 0U; }));
  return n;
}

}  // namespace hitokoe::incident
