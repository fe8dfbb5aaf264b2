#include "service/outbox_mail.h"

#include "hitokoe/net/smtp_relay.h"
#include "incident/campaign/mime.h"
#include "service/patience.h"

namespace hitokoe::service {

using incident::OutChannel;
using incident::OutState;

namespace {

constexpr std::size_t kSentAtOnce = 50;
constexpr Duration kIdle = std::chrono::seconds(2);
constexpr const char* kHelp = "Mails about deadlines";

}  // namespace

OutboxMail::OutboxMail(Parts parts, EscalationOptions options)
    : p_(std::move(parts)),
      options_(std::move(options)),
      sent_(p_.metrics.counter("hitokoe_escalation_mails_total", kHelp, {{"outcome", "sent"}})),
      failed_(p_.metrics.counter("hitokoe_escalation_mails_total", kHelp, {{"outcome", "failed"}})),
      dead_(p_.metrics.counter("hitokoe_escalation_mails_total", kHelp, {{"outcome", "dead"}})) {}

Result<void> OutboxMail::check(const EscalationOptions& options, const SmtpSettings& smtp) {
  if (options.contacts.empty()) return ok();
  if (smtp.url.empty() || options.mail_from.empty()) {
    return fail(Errc::kUsage, "escalation.contacts needs smtp.url and escalation.mail_from",
                "escalation.contacts には smtp.url と escalation.mail_from が必要");
  }
  if (!net::usable_address(options.mail_from)) {
    return fail(Errc::kUsage, "escalation.mail_from: no address of a mailbox",
                "escalation.mail_from がメールアドレスではありません");
  }
  return ok();
}

Task<Result<void>> OutboxMail::run() {
  for (;;) {
    if (const auto done = co_await tell(); !done) {
      if (done.error().code == Errc::kCancelled) co_return outcome::failure(done.error());
      p_.log.error("escalation.mail_failed", {{"error", to_string(done.error().code)}});
    }
    CO_TRYV(co_await p_.sleeper.sleep_for(kIdle));
  }
}

Task<Result<void>> OutboxMail::tell() {
  if (p_.relay == nullptr) co_return ok();
  CO_TRY(const auto due, co_await p_.pool.run([this] {
    return p_.outbox.due(OutChannel::kMail, "", p_.clock.now(), kSentAtOnce);
  }));
  const auto at = options_.mail_from.find('@');
  for (const auto& message : due) {
    incident::campaign::NoticeMail mail;
    mail.from = options_.mail_from;
    mail.from_name = "Hitokoe";
    mail.to = message.target;
    mail.subject = message.subject;
    mail.text = message.body;
    mail.message_id = message.id + options_.mail_from.substr(at);
    mail.date = message.created;
    const net::Mail out{mail.from, mail.to, mail.message_id, incident::campaign::compose(mail)};
    const auto outcome = co_await p_.relay->send(out, [] { return Result<void>(ok()); });
    using Kind = net::SendOutcome::Kind;
    const auto attempts = message.attempts + 1;
    incident::Attempt attempt;
    attempt.word = outcome.code > 0 ? std::to_string(outcome.code) : "no_answer";
    if (outcome.kind == Kind::kAccepted) {
      attempt.state = OutState::kSent;
      sent_.add();
      if (p_.alerts != nullptr) {
        co_await p_.pool.run([&] {
          p_.alerts->mail_taken(message, p_.clock.now());
          return true;
        });
      }
    } else if (outcome.kind == Kind::kRefused || attempts >= options_.attempts) {
      attempt.state = OutState::kDead;
      dead_.add();
      p_.log.error("escalation.mail_given_up", {{"message", message.id}, {"last", attempt.word}});
    } else {
      failed_.add();
      attempt.next = p_.clock.now() +
                     backoff(attempts, options_.backoff_least, options_.backoff_most, p_.random);
    }
    CO_TRYV(co_await p_.pool.run(
        [&] { return p_.outbox.attempted(message.id, attempt, p_.clock.now()); }));
  }
  co_return ok();
}

}  // namespace hitokoe::service
