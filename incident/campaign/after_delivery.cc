// What people decide about persons whom the notice has not reached.
#include <algorithm>

#include "hitokoe/incident/campaign_exports.h"
#include "incident/campaign/access.h"

namespace hitokoe::incident {

using namespace campaign;

namespace {

constexpr std::size_t kBatch = 500;
constexpr std::size_t kMostReason = 500;

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

Result<std::vector<std::string>> CampaignExports::returned(const Viewer& viewer,
                                                           const std::string& campaign,
                                                           std::span<const std::string> persons) {
  TRYV(must_lead(viewer));
  TRYV(parts_.store.load(campaign));
  std::vector<std::string> refused;
  std::vector<DeliveryStep> steps;
  for (const auto& person : persons) {
    const auto r = parts_.store.recipient(campaign, person);
    if (!r && r.error().code != Errc::kNotFound) return r.error();
    if (!r || r.value().state != DeliveryState::kExported ||
        r.value().channel != Channel::kLetter) {
      refused.push_back(person);
      continue;
    }
    steps.push_back({person, DeliveryState::kExported, DeliveryState::kReturned, "", 0,
                     "the letter came back", viewer.user()});
  }
  TRYV(in_groups(parts_.store, parts_.clock, campaign, viewer.user(), std::move(steps),
                 [&](const DeliveryStep& step, bool done) {
                   if (!done) refused.push_back(step.person);
                 }));
  return refused;
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
  TRY(const auto recipients, parts_.store.recipients(campaign, ""));
  std::vector<DeliveryStep> steps;
  for (const auto& r : recipients) {
    if (!needs_somebody(r.state) || r.state == DeliveryState::kUnknownHeld) continue;
    if (!persons.empty() && std::find(persons.begin(), persons.end(), r.person) == persons.end())
      continue;
    steps.push_back({r.person, r.state, DeliveryState::kAlternative, "", 0, reason, viewer.user()});
  }
  if (!persons.empty() && steps.size() < persons.size())
    return fail(Errc::kConflict, "one of them waits for nobody's decision: nothing was changed",
                "判断を待っていない人が含まれるため、何も変更していません");
  std::uint64_t n = 0;
  TRYV(in_groups(parts_.store, parts_.clock, campaign, viewer.user(), std::move(steps),
                 [&](const DeliveryStep&, bool done) { n += done ? 1U : 0U; }));
  return n;
}

}  // namespace hitokoe::incident
