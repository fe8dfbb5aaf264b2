#include <istream>

#include "hitokoe/incident/campaign_service.h"
#include "incident/campaign/access.h"
#include "incident/campaign/relay_log.h"
#include "incident/campaign/subject_pages.h"

namespace hitokoe::incident {

using namespace campaign;

namespace {

constexpr std::size_t kBatch = 200;
constexpr std::size_t kMostReason = 500;

}  // namespace

Result<void> CampaignService::settle(const Viewer& viewer, const std::string& campaign,
                                     const std::string& person, DeliveryState state,
                                     const std::string& reason) {
  TRYV(must_lead(viewer));
  if (state != DeliveryState::kAccepted && state != DeliveryState::kRefused)
    return fail(Errc::kUsage, "a person who is held is settled as accepted or as refused",
                "保留の人の決定は受理または拒否");
  if (reason.empty())
    return fail(Errc::kUsage, "a decision by a person needs a reason", "人が決めるには理由が必要");
  if (reason.size() > kMostReason)
    return fail(Errc::kUsage, "the reason is longer than 500 bytes",
                "理由が 500 バイトを超えています");
  TRY(auto row, parts_.store.load(campaign));
  const DeliveryStep step{person, DeliveryState::kUnknownHeld, state, "", 0, reason, viewer.user()};
  TRY(auto done, parts_.store.deliver(campaign, {&step, 1}, viewer.user(), parts_.clock.now()));
  if (!done.front())
    return fail(Errc::kConflict, person + " is not held in " + campaign + ": nothing to settle",
                person + " は " + campaign + " で保留ではありません: 決めるものがありません");
  return ok();
}

Result<RelayLogReport> CampaignService::reconcile(const Viewer& viewer, const std::string& campaign,
                                                  std::istream& relay_log) {
  TRYV(must_lead(viewer));
  TRY(auto row, parts_.store.load(campaign));
  std::map<std::string, std::string> person_of;  // by Message-ID
  std::set<std::string> wanted;
  TRYV(each_recipient(parts_.store, campaign, DeliveryState::kUnknownHeld,
                      [&](const RecipientRow& r) -> Result<bool> {
                        auto id = notice_message_id(row, r.person, r.version);
                        wanted.insert(id);
                        person_of.emplace(std::move(id), r.person);
                        return true;
                      }));
  RelayLog log(std::move(wanted));
  log.read(relay_log);

  RelayLogReport report;
  report.lines = log.lines();
  std::vector<DeliveryStep> steps;
  const auto flush = [&]() -> Result<void> {
    TRY(auto done, parts_.store.deliver(campaign, steps, viewer.user(), parts_.clock.now()));
    for (std::size_t i = 0; i < steps.size(); ++i) {
      if (!done[i]) continue;
      ++(steps[i].to == DeliveryState::kAccepted ? report.accepted : report.refused);
    }
    steps.clear();
    return ok();
  };
  for (const auto& [id, verdict] : log.verdicts()) {
    if (verdict.kind == RelayVerdict::Kind::kSeen) continue;
    const auto to = verdict.kind == RelayVerdict::Kind::kAccepted ? DeliveryState::kAccepted
                                                                  : DeliveryState::kRefused;
    steps.push_back({person_of.at(id), DeliveryState::kUnknownHeld, to, "", verdict.code,
                     verdict.words, "relay-log"});
    if (steps.size() == kBatch) {
      TRYV(flush());
    }
  }
  if (!steps.empty()) {
    TRYV(flush());
  }
  report.still_held = person_of.size() - report.accepted - report.refused;
  return report;
}

}  // namespace hitokoe::incident
