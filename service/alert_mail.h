// Tells people by mail of new alerts and of hunts that are done, and, in a mail of its own, of
// sources that went blind, down or behind, and when that is over: one mail for all that is new.
// Masked text only. A mail that the relay did not take is sent again later; one whose fate nobody
// knows may come twice.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "hitokoe/base/async.h"
#include "hitokoe/base/log.h"
#include "hitokoe/base/metrics.h"
#include "hitokoe/base/random.h"
#include "hitokoe/crawler/source_control.h"
#include "hitokoe/incident/alerts.h"
#include "hitokoe/incident/hunts.h"
#include "hitokoe/net/mail_relay.h"
#include "hitokoe/service/config.h"

namespace hitokoe::service {

class AlertMail {
 public:
  struct Parts {
    incident::AlertStore& alerts;
    incident::HuntStore& hunts;
    net::MailRelay* relay = nullptr;  // null: nobody is told by mail
    const Clock& clock;
    Sleeper& sleeper;
    Random& random;
    CpuPool& pool;
    MetricsRegistry& metrics;
    Logger log;
    crawler::SourceNotices* notices = nullptr;  // null: nobody is told of sources
  };
  AlertMail(Parts parts, AlertOptions options);

  // kUsage: addresses that cannot be, or mail_to without smtp.url and mail_from.
  static Result<void> check(const AlertOptions& options, const SmtpSettings& smtp);

  Task<Result<void>> run();   // until the surrounding TaskGroup stops
  Task<Result<void>> tell();  // once, what is new

 private:
  struct News {
    std::vector<incident::Alert> alerts;
    std::vector<incident::Hunt> hunts;
  };
  Result<News> news();
  Result<void> told(const News& news);
  Task<bool> send(const std::string& subject, const std::string& text);
  Task<Result<void>> tell_of_sources();

  Parts p_;
  AlertOptions options_;
  std::vector<std::string> to_;
  matcher::Severity least_ = matcher::Severity::kMedium;
  Counter& sent_;
  Counter& failed_;
};

// The relay of the configuration; null where nobody is to be told by mail.
Result<std::unique_ptr<net::MailRelay>> alert_relay(const Config& config);
// The relay of smtp, for mails to the operator's own people: one connection.
Result<std::unique_ptr<net::MailRelay>> operator_relay(const Config& config);

// Subject and text of a mail, Japanese and then English.
std::string alert_mail_subject(std::size_t alerts, std::size_t hunts);
std::string alert_mail_text(const std::vector<incident::Alert>& alerts,
                            const std::vector<incident::Hunt>& hunts);
std::string source_mail_subject(std::size_t notices);
std::string source_mail_text(const std::vector<crawler::SourceNotice>& notices);

}  // namespace hitokoe::service
