#include "tests/property/campaign/simulated_crash.h"

#include <boost/asio/post.hpp>

namespace hitokoe::testing {

using namespace incident;

namespace {

template <class F>
auto written(CrashSwitch& power, F f) {
  power.point();
  auto result = f();
  power.point();
  return result;
}

Task<void> others() {
  const auto executor = co_await asio::this_coro::executor;
  co_await asio::post(executor, asio::use_awaitable);
}

}  // namespace

Result<void> CrashingStore::create(const CampaignRow& row, const Draft& event, UtcTime at) {
  return written(power_, [&] { return real_.create(row, event, at); });
}
Result<void> CrashingStore::change(const CampaignChange& c, const Draft& event, UtcTime at) {
  return written(power_, [&] { return real_.change(c, event, at); });
}
Result<std::vector<CampaignRow>> CrashingStore::list() {
  power_.alive();
  return real_.list();
}
Result<CampaignRow> CrashingStore::load(const std::string& campaign) {
  power_.alive();
  return real_.load(campaign);
}
Result<std::vector<SubjectRow>> CrashingStore::subjects(const std::string& campaign,
                                                        const std::string& controller) {
  power_.alive();
  return real_.subjects(campaign, controller);
}
Result<std::vector<SubjectRow>> CrashingStore::subjects_after(const std::string& campaign,
                                                              const SubjectPlace& after,
                                                              std::size_t most, bool contacts) {
  power_.alive();
  return real_.subjects_after(campaign, after, most, contacts);
}
Result<std::map<std::string, std::uint64_t>> CrashingStore::customers(
    const std::string& campaign, const std::string& controller) {
  power_.alive();
  return real_.customers(campaign, controller);
}
Result<std::vector<SubjectRow>> CrashingStore::members(const std::string& campaign,
                                                       const std::string& person) {
  power_.alive();
  return real_.members(campaign, person);
}
Result<std::vector<BundleRow>> CrashingStore::bundles(const std::string& campaign) {
  power_.alive();
  return real_.bundles(campaign);
}
Result<VersionRow> CrashingStore::version(const std::string& campaign, std::uint32_t version) {
  power_.alive();
  return real_.version(campaign, version);
}
Result<std::vector<ApprovalRow>> CrashingStore::approvals(const std::string& campaign,
                                                          std::uint32_t version) {
  power_.alive();
  return real_.approvals(campaign, version);
}
Result<std::vector<RecipientRow>> CrashingStore::recipients(const std::string& campaign,
                                                            const std::string& controller) {
  power_.alive();
  return real_.recipients(campaign, controller);
}
Result<std::vector<RecipientRow>> CrashingStore::recipients_after(
    const std::string& campaign, const std::string& after, std::size_t most,
    std::optional<DeliveryState> state) {
  power_.alive();
  return real_.recipients_after(campaign, after, most, state);
}
Result<DeliveryPace> CrashingStore::pace(const std::string& campaign,
                                         const std::string& controller) {
  power_.alive();
  return real_.pace(campaign, controller);
}
Result<void> CrashingStore::note_build(const std::string& campaign,
                                       const std::optional<BuildRow>& build) {
  return written(power_, [&] { return real_.note_build(campaign, build); });
}
Result<std::optional<BuildRow>> CrashingStore::build(const std::string& campaign) {
  power_.alive();
  return real_.build(campaign);
}
Result<CampaignStore::Counts> CrashingStore::counts(const std::string& campaign,
                                                    const std::string& controller) {
  power_.alive();
  return real_.counts(campaign, controller);
}
Result<std::vector<bool>> CrashingStore::deliver(const std::string& campaign,
                                                 std::span<const DeliveryStep> steps,
                                                 const std::string& actor, UtcTime at) {
  if (power_.locked()) return fail(Errc::kUnavailable, "somebody else writes", "ほかが書き込み中");
  return written(power_, [&] { return real_.deliver(campaign, steps, actor, at); });
}
Result<RecipientRow> CrashingStore::recipient(const std::string& campaign,
                                              const std::string& person) {
  power_.alive();
  return real_.recipient(campaign, person);
}
Result<void> CrashingStore::add_export(const std::string& campaign, const ExportRow& row,
                                       std::span<const std::string> persons, UtcTime at) {
  return written(power_, [&] { return real_.add_export(campaign, row, persons, at); });
}
Result<std::vector<ExportRow>> CrashingStore::exports(const std::string& campaign) {
  power_.alive();
  return real_.exports(campaign);
}
Result<std::vector<std::string>> CrashingStore::exported(const std::string& campaign,
                                                         std::uint32_t number) {
  power_.alive();
  return real_.exported(campaign, number);
}
Result<void> CrashingStore::add_refusal(const std::string& campaign, const RefusalRow& row,
                                        const Draft& event, UtcTime at) {
  return written(power_, [&] { return real_.add_refusal(campaign, row, event, at); });
}
Result<std::vector<RefusalRow>> CrashingStore::refusals(const std::string& campaign,
                                                        std::uint32_t version) {
  power_.alive();
  return real_.refusals(campaign, version);
}
Result<void> CrashingStore::note(const Draft& event, UtcTime at) {
  return written(power_, [&] { return real_.note(event, at); });
}
Result<std::pair<std::uint64_t, std::uint64_t>> CrashingStore::recover(const std::string& campaign,
                                                                       const std::string& run,
                                                                       const std::string& actor,
                                                                       UtcTime at) {
  return written(power_, [&] { return real_.recover(campaign, run, actor, at); });
}

Task<net::SendOutcome> SimulatedRelay::send(const net::Mail& mail,
                                            std::function<Result<void>()> before_end) {
  using Kind = net::SendOutcome::Kind;
  using Outcome = net::SendOutcome;
  co_await others();
  power_.point();
  if (fault()) co_return Outcome{Kind::kNotSent, 0, "no connection"};
  if (fault()) co_return Outcome{Kind::kNotSent, 421, "421 busy"};
  if (fault()) co_return Outcome{Kind::kNotSent, 450, "450 later"};
  if (fault()) co_return Outcome{Kind::kRefused, 550, "550 nobody"};
  co_await others();
  if (fault()) co_return Outcome{Kind::kNotSent, 0, "lost in the body"};
  if (!before_end()) co_return Outcome{Kind::kNotSent, 0, "aborted"};
  co_await others();
  power_.point();  // dies before the dot
  if (fault()) {
    ++memory_.unknown;
    co_return Outcome{Kind::kUnknown, 0, "lost before the dot arrived"};
  }
  if (fault()) co_return Outcome{Kind::kNotSent, 451, "451 at the end"};
  if (fault()) co_return Outcome{Kind::kRefused, 552, "552 at the end"};
  ++memory_.complete[mail.message_id];
  power_.point();  // dies before the answer
  co_await others();
  if (fault()) {
    ++memory_.unknown;
    co_return Outcome{Kind::kUnknown, 0, "lost before the answer"};
  }
  co_return Outcome{Kind::kAccepted, 250, "250 queued"};
}

Task<Result<void>> SimulatedSleeper::sleep_for(Duration d) {
  clock_.advance(d);
  co_await others();
  co_return ok();
}

}  // namespace hitokoe::testing
