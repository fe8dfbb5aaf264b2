#include "service/alert_mail.h"

#include <algorithm>

#include "hitokoe/base/secret_source.h"
#include "hitokoe/crawler/reasons.h"
#include "hitokoe/net/smtp_relay.h"
#include "incident/campaign/mime.h"

namespace hitokoe::service {

using incident::Alert;
using incident::Hunt;
using matcher::Severity;

namespace {

constexpr std::size_t kMostAtOnce = 200;

std::vector<std::string> addresses_of(std::string_view list) {
  std::vector<std::string> all;
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    auto one = list.substr(0, comma);
    while (!one.empty() && one.front() == ' ') one.remove_prefix(1);
    while (!one.empty() && one.back() == ' ') one.remove_suffix(1);
    if (!one.empty()) all.emplace_back(one);
    list.remove_prefix(std::min(list.size(), comma + 1));
  }
  return all;
}

std::string_view severity_ja(Severity severity) {
  switch (severity) {
    case Severity::kLow:
      return "低";
    case Severity::kMedium:
      return "中";
    case Severity::kHigh:
      return "高";
    case Severity::kCritical:
      return "緊急";
  }
  return "";
}

void alert_lines(const Alert& a, Language l, std::string& out) {
  out += "- ";
  out += say(l, severity_ja(a.severity), matcher::to_string(a.severity));
  out += "  " + a.term + "  " + std::to_string(a.count);
  out += say(l, " 件  ", a.count == 1 ? " time  " : " times  ");
  out += a.source + " / " + a.capture + "  " + format_jst(a.found) + "  " + a.id + "\n";
  if (!a.places.empty()) out += "    " + a.places.front().context + "\n";
}

void hunt_lines(const Hunt& h, Language l, std::string& out) {
  const auto n = [](std::uint64_t count) { return std::to_string(count); };
  if (l == Language::kJapanese) {
    out += "- 遡及調査 " + h.id + " が終わりました: 取得物 " + n(h.done) + "、読めないもの " +
           n(h.unreadable) + "、鍵の破棄 " + n(h.gone) + "、警報 " + n(h.alerts) + "、事案の発生 " +
           n(h.opened) + "、追加 " + n(h.joined) + "\n";
  } else {
    out += "- Hunt " + h.id + " is done: captures " + n(h.done) + ", unreadable " +
           n(h.unreadable) + ", keys destroyed " + n(h.gone) + ", alerts " + n(h.alerts) +
           ", incidents opened " + n(h.opened) + ", joined " + n(h.joined) + "\n";
  }
}

}  // namespace

namespace {

void notice_lines(const crawler::SourceNotice& n, Language l, std::string& out) {
  const auto meaning = crawler::in_words(n.what);
  const auto whose = n.source.empty() ? std::string(say(l, "取得全体", "the intake")) : n.source;
  out += "- " + whose + ": " + n.what;
  if (!meaning.en.empty()) out += " (" + std::string(meaning.in(l)) + ")";
  if (l == Language::kJapanese) {
    out += n.ended ? "  解消 " + format_jst(*n.ended) : "  " + format_jst(n.began) + " から";
  } else {
    out += n.ended ? "  over since " + format_jst(*n.ended) : "  since " + format_jst(n.began);
  }
  out += "\n";
}

}  // namespace

std::string source_mail_subject(std::size_t notices) {
  return "[Hitokoe] 監視元 sources: " + std::to_string(notices);
}

std::string source_mail_text(const std::vector<crawler::SourceNotice>& notices) {
  std::string out;
  for (const auto l : {Language::kJapanese, Language::kEnglish}) {
    out += say(l, "監視元の見え方が変わりました。見えていない間に何が載ったかはわかりません。\n",
               "What is seen of sources changed. What appears there meanwhile is not known.\n");
    for (const auto& n : notices) notice_lines(n, l, out);
    out += say(l, "詳しくはコンソールの「監視元」をご覧ください。\n\n",
               "See \"Sources\" in the console.\n");
  }
  return out;
}

std::string alert_mail_subject(std::size_t alerts, std::size_t hunts) {
  std::string out = "[Hitokoe]";
  if (alerts > 0) out += " 警報 alerts: " + std::to_string(alerts);
  if (hunts > 0) out += " 遡及調査 hunts: " + std::to_string(hunts);
  return out;
}

std::string alert_mail_text(const std::vector<Alert>& alerts, const std::vector<Hunt>& hunts) {
  std::string out;
  for (const auto l : {Language::kJapanese, Language::kEnglish}) {
    if (!alerts.empty()) {
      out += say(l, "監視語が見つかりました。語の周りの文字は伏せてあります。\n",
                 "Watch terms were found. Text around a term is masked.\n");
      for (const auto& a : alerts) alert_lines(a, l, out);
    }
    for (const auto& h : hunts) hunt_lines(h, l, out);
    out += say(l, "詳しくはコンソールの「警報」をご覧ください。\n\n",
               "See \"Alerts\" in the console.\n");
  }
  return out;
}

AlertMail::AlertMail(Parts parts, AlertOptions options)
    : p_(std::move(parts)),
      options_(std::move(options)),
      to_(addresses_of(options_.mail_to)),
      sent_(p_.metrics.counter("hitokoe_alert_mails_total", "Mails about alerts and hunts",
                               {{"outcome", "sent"}})),
      failed_(p_.metrics.counter("hitokoe_alert_mails_total", "Mails about alerts and hunts",
                                 {{"outcome", "failed"}})) {
  if (const auto least = matcher::severity_by_name(options_.mail_least)) least_ = least.value();
}

Result<void> AlertMail::check(const AlertOptions& options, const SmtpSettings& smtp) {
  const auto to = addresses_of(options.mail_to);
  if (to.empty()) return ok();
  if (smtp.url.empty() || options.mail_from.empty()) {
    return fail(Errc::kUsage, "alerts.mail_to needs smtp.url and alerts.mail_from",
                "alerts.mail_to には smtp.url と alerts.mail_from が必要");
  }
  const bool usable = net::usable_address(options.mail_from) &&
                      std::ranges::all_of(to, [](const auto& a) { return net::usable_address(a); });
  if (!usable) {
    return fail(Errc::kUsage, "alerts.mail_from or alerts.mail_to: no address of a mailbox",
                "alerts.mail_from か alerts.mail_to がメールアドレスではありません");
  }
  return ok();
}

Result<std::unique_ptr<net::MailRelay>> alert_relay(const Config& config) {
  if (config.alerts.mail_to.empty()) return std::unique_ptr<net::MailRelay>();
  TRYV(AlertMail::check(config.alerts, config.smtp));
  return operator_relay(config);
}

Result<std::unique_ptr<net::MailRelay>> operator_relay(const Config& config) {
  net::SmtpOptions options;
  options.url = config.smtp.url;
  options.ca_file = config.smtp.ca_file;
  options.user = config.smtp.user;
  if (!config.smtp.user.empty()) {
    TRY(options.password, secret_from_environment("HITOKOE_SMTP_PASSWORD"));
  }
  options.helo = config.smtp.helo;
  options.connections = 1;
  options.connect_timeout = config.smtp.connect_timeout;
  options.timeout = config.smtp.timeout;
  return net::make_smtp_relay(std::move(options));
}

Task<Result<void>> AlertMail::run() {
  for (;;) {
    if (const auto done = co_await tell(); !done) {
      if (done.error().code == Errc::kCancelled) co_return outcome::failure(done.error());
      p_.log.error("alert.mail_failed", {{"error", to_string(done.error().code)}});
    }
    CO_TRYV(co_await p_.sleeper.sleep_for(options_.mail_every));
  }
}

Result<AlertMail::News> AlertMail::news() {
  News news;
  TRY(news.alerts, p_.alerts.untold(least_, kMostAtOnce));
  TRY(news.hunts, p_.hunts.untold());
  // A hunt through nothing is no news.
  std::vector<Hunt> worth;
  for (auto& h : news.hunts) {
    const bool empty = h.total == 0;
    if (empty) {
      TRYV(p_.hunts.told(h.id, p_.clock.now()));
    } else {
      worth.push_back(std::move(h));
    }
  }
  news.hunts = std::move(worth);
  return news;
}

Result<void> AlertMail::told(const News& news) {
  std::vector<std::string> ids;
  ids.reserve(news.alerts.size());
  for (const auto& a : news.alerts) ids.push_back(a.id);
  TRYV(p_.alerts.told(ids, p_.clock.now()));
  for (const auto& h : news.hunts) {
    TRYV(p_.hunts.told(h.id, p_.clock.now()));
  }
  return ok();
}

// True: every address has it, or refused it for good, which is told too: the console and the log
// have it.
Task<bool> AlertMail::send(const std::string& subject, const std::string& text) {
  bool all = true;
  const auto at = options_.mail_from.find('@');
  for (const auto& to : to_) {
    incident::campaign::NoticeMail mail;
    mail.from = options_.mail_from;
    mail.from_name = "Hitokoe";
    mail.to = to;
    mail.subject = subject;
    mail.text = text;
    mail.message_id = "alert-" + std::to_string(p_.random.u64()) + options_.mail_from.substr(at);
    mail.date = p_.clock.now();
    const net::Mail out{mail.from, to, mail.message_id, incident::campaign::compose(mail)};
    const auto sent = co_await p_.relay->send(out, [] { return Result<void>(ok()); });
    const bool gone = sent.kind == net::SendOutcome::Kind::kAccepted ||
                      sent.kind == net::SendOutcome::Kind::kRefused;
    all = all && gone;
    (sent.kind == net::SendOutcome::Kind::kAccepted ? sent_ : failed_).add();
    if (sent.kind != net::SendOutcome::Kind::kAccepted) {
      p_.log.error("alert.mail_not_taken", {{"code", sent.code}});
    }
  }
  co_return all;
}

Task<Result<void>> AlertMail::tell() {
  if (p_.relay == nullptr || to_.empty()) co_return ok();
  CO_TRY(const auto fresh, co_await p_.pool.run([this] { return news(); }));
  if (!fresh.alerts.empty() || !fresh.hunts.empty()) {
    const bool all = co_await send(alert_mail_subject(fresh.alerts.size(), fresh.hunts.size()),
                                   alert_mail_text(fresh.alerts, fresh.hunts));
    if (all) {
      CO_TRYV(co_await p_.pool.run([this, &fresh] { return told(fresh); }));
    }
  }
  co_return co_await tell_of_sources();
}

Task<Result<void>> AlertMail::tell_of_sources() {
  if (p_.notices == nullptr || !options_.sources) co_return ok();
  const auto begun_by = p_.clock.now() - options_.source_after;
  CO_TRY(const auto fresh, co_await p_.pool.run([this, &begun_by] {
    return p_.notices->untold(begun_by, kMostAtOnce);
  }));
  if (fresh.empty()) co_return ok();
  const bool all = co_await send(source_mail_subject(fresh.size()), source_mail_text(fresh));
  if (!all) co_return ok();
  CO_TRYV(co_await p_.pool.run([this, &fresh] { return p_.notices->told(fresh, p_.clock.now()); }));
  co_return ok();
}

}  // namespace hitokoe::service
