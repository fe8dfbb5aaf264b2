#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <boost/asio/signal_set.hpp>
#include <boost/json.hpp>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <iostream>

#include "apps/command_line/progress_line.h"
#include "apps/hitokoe/campaign_desk.h"
#include "apps/hitokoe/campaign_tables.h"
#include "apps/hitokoe/load_config.h"
#include "hitokoe/base/run_alone.h"
#include "hitokoe/base/secret_source.h"
#include "hitokoe/net/smtp_relay.h"

namespace hitokoe::app {
namespace {

using command_line::ProgressLine;
using incident::CampaignDelivery;
using incident::DeliveryReport;

// One process sends a campaign: a second one would make the first one's mails unknown, not twice.
// The kernel lets go of it whatever becomes of the process.
class SendLock {
 public:
  static Result<SendLock> take(const std::filesystem::path& data, const std::string& campaign) {
    SendLock lock(::open((data / ("send-" + campaign + ".lock")).c_str(),
                         O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (lock.fd_ >= 0 && ::flock(lock.fd_, LOCK_EX | LOCK_NB) == 0) return lock;
    if (lock.fd_ >= 0 && errno == EWOULDBLOCK) {
      return fail(Errc::kConflict, campaign + " is being sent by another process",
                  campaign + " は別のプロセスが送信中");
    }
    return fail(Errc::kIo, Words{"the lock of sending: ", "送信のロック: "} +
                               std::string_view(std::strerror(errno)));
  }
  SendLock(SendLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  SendLock& operator=(SendLock&&) = delete;
  ~SendLock() {
    if (fd_ >= 0) ::close(fd_);
  }

 private:
  explicit SendLock(int fd) : fd_(fd) {}
  int fd_;
};

Result<std::unique_ptr<net::MailRelay>> relay_of(const service::Config& config) {
  const auto& smtp = config.smtp;
  if (smtp.url.empty()) {
    return fail(Errc::kUsage,
                "no relay: set smtp.url in the configuration, as in smtp://relay.example:587",
                "中継サーバの設定がありません: smtp.url を smtp://relay.example:587 "
                "のように設定してください");
  }
  net::SmtpOptions options;
  options.url = smtp.url;
  options.ca_file = smtp.ca_file;
  options.user = smtp.user;
  if (!smtp.user.empty()) {
    TRY(options.password, secret_from_environment("HITOKOE_SMTP_PASSWORD"));
  }
  options.helo = smtp.helo;
  options.connections = config.delivery.connections;
  options.connect_timeout = smtp.connect_timeout;
  options.timeout = smtp.timeout;
  return net::make_smtp_relay(std::move(options));
}

void tell(ProgressLine& line, const CampaignDelivery& delivery) {
  const auto now = delivery.progress();
  line.tell(now.done, now.total);
}

Task<Result<void>> tell_progress(ProgressLine& line, CampaignDelivery& delivery, Sleeper& sleeper) {
  for (;;) {
    tell(line, delivery);
    CO_TRYV(co_await sleeper.sleep_for(std::chrono::milliseconds(500)));
  }
}

Task<Result<DeliveryReport>> deliver(CampaignDelivery& delivery, ProgressLine& line,
                                     Sleeper& sleeper, TaskGroup& group) {
  group.spawn("progress", tell_progress(line, delivery, sleeper));
  auto report = co_await delivery.run();
  group.stop();
  co_await group.join();
  tell(line, delivery);
  co_return report;
}

Result<DeliveryReport> run(Environment& env, CampaignDesk& desk,
                           const incident::CampaignRow& campaign, const service::Config& config) {
  TRY(const auto smtp, relay_of(config));
  asio::io_context io;
  TaskGroup group(io.get_executor());
  CpuPool pool(config.delivery.connections);
  SystemSleeper sleeper;
  const auto* lead = desk.registry.party(campaign.spec.lead);
  TRY(const auto delivery,
      CampaignDelivery::prepare(
          desk.parts(env), lead == nullptr ? campaign.spec.lead : lead->name, desk.viewer(),
          campaign.id, {*desk.store, *smtp, env.clock, sleeper, &pool, env.log.named("campaign")},
          config.delivery));
  TRYV(desk.service(env).start(desk.viewer(), campaign.id));
  TRY(const auto started, desk.store->load(campaign.id));
  if (started.version != campaign.version) {
    return fail(Errc::kConflict, campaign.id + " changed meanwhile: run it again",
                campaign.id + " はその間に変更されました: もう一度実行してください");
  }
  ProgressLine line(env.language, command_line::Amount::kCount, env.clock, std::cerr,
                    command_line::wants_progress(env.json));
  asio::signal_set signals(io, SIGINT, SIGTERM);
  signals.async_wait([&](const boost::system::error_code& error, int) {
    if (error) return;
    delivery->stop();
    line.erase();
    std::cerr << say(env.language, "停止します。送りかけのメールだけ終えます。\n",
                     "Stopping: only mails that are on their way are finished.\n");
  });
  return run_alone(io, deliver(*delivery, line, sleeper, group), [&] { signals.cancel(); });
}

int code_of(const std::optional<DeliveryReport>& report, const incident::CampaignStatus& status) {
  if (report && report->end == DeliveryReport::End::kGaveUp) return exit_code(Errc::kUnavailable);
  const bool done = status.row.state == incident::CampaignState::kSent;
  return !done || needs_a_person(status.counts) ? 1 : 0;
}

}  // namespace

Result<int> send_campaign(Environment& env, CampaignDesk& desk, const std::string& campaign) {
  TRY(const auto config, load_config(env));
  TRY(const auto row, desk.store->load(campaign));
  TRY(const auto lock, SendLock::take(env.data, row.id));
  TRY(const auto about, desk.incident_of(env, row.id));
  if (about.state == incident::State::kMerged) {
    return fail(Errc::kConflict,
                row.incident + " is merged into another incident: its campaign tells everybody",
                row.incident + " は別の事案に統合されています。通知はその事案の一元連絡で行います");
  }
  auto service = desk.service(env);
  auto once = desk.follow_up(env);
  std::optional<DeliveryReport> report;
  if (row.state != incident::CampaignState::kSent) {
    TRYV(once.exclude_told(desk.viewer(), row.id));
    TRY(report, run(env, desk, row, config));
    TRYV(once.exclude_told(desk.viewer(), row.id));  // whom another campaign told meanwhile
    if (report->end == DeliveryReport::End::kDone) {
      TRYV(service.finish(desk.viewer(), row.id));
    }
    TRYV(desk.incidents->sign(env));
  }
  TRY(const auto status, service.status(desk.viewer(), row.id));
  if (env.json) {
    auto out = to_object(status);
    out["run"] = report ? boost::json::value(to_object(*report)) : boost::json::value(nullptr);
    std::cout << boost::json::serialize(out) << '\n';
  } else {
    if (report) print_report(std::cerr, *report, env.language);
    print_status(std::cerr, status, env.language);
  }
  return code_of(report, status);
}

namespace {

template <class Relay, class Mail>
Task<Result<net::SendOutcome>> send_one(Relay& relay, const Mail& mail) {
  co_return co_await relay.send(mail, []() -> Result<void> { return ok(); });
}

}  // namespace

Result<int> send_test(Environment& env, CampaignDesk& desk, const std::string& campaign,
                      const std::string& to) {
  TRY(const auto config, load_config(env));
  TRY(const auto smtp, relay_of(config));
  TRY(const auto mail, desk.service(env).test_mail(desk.viewer(), campaign, to));
  TRYV(desk.incidents->sign(env));
  asio::io_context io;
  TRY(const auto outcome, run_alone(io, send_one(*smtp, mail)));
  const bool taken = outcome.kind == net::SendOutcome::Kind::kAccepted;
  if (env.json) {
    std::cout << boost::json::serialize(boost::json::object{
                     {"campaign", campaign}, {"accepted", taken}, {"code", outcome.code}})
              << '\n';
  } else {
    std::cerr << (taken ? say(env.language, "試験のメールを中継サーバが受理しました。\n",
                              "The relay took the test mail.\n")
                        : say(env.language, "試験のメールは受理されませんでした: ",
                              "The test mail was not taken: "));
    if (!taken) std::cerr << outcome.code << '\n';
  }
  return taken ? 0 : exit_code(Errc::kUnavailable);
}

}  // namespace hitokoe::app
