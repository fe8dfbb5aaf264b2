#include "service/escalator.h"

#include <set>

namespace hitokoe::service {

using incident::Escalation;
using incident::OutChannel;

namespace {

constexpr const char* kRaised = "Steps of escalation that were raised";
constexpr const char* kWaiting = "Messages that wait to be sent";
constexpr const char* kDead = "Messages that were given up";

}  // namespace

Escalator::Escalator(Parts parts, EscalationOptions options, Duration every)
    : p_(std::move(parts)),
      options_(std::move(options)),
      every_(every),
      clocks_(p_.metrics.counter("hitokoe_escalations_total", kRaised, {{"of", "clock"}})),
      approvals_(p_.metrics.counter("hitokoe_escalations_total", kRaised, {{"of", "approval"}})),
      holiday_days_(p_.metrics.gauge("hitokoe_holiday_data_days",
                                     "Days until the public holidays that are known end")),
      mails_waiting_(p_.metrics.gauge("hitokoe_outbox_waiting", kWaiting, {{"channel", "mail"}})),
      mails_dead_(p_.metrics.gauge("hitokoe_outbox_dead", kDead, {{"channel", "mail"}})),
      webhooks_waiting_(
          p_.metrics.gauge("hitokoe_outbox_waiting", kWaiting, {{"channel", "webhook"}})),
      webhooks_dead_(p_.metrics.gauge("hitokoe_outbox_dead", kDead, {{"channel", "webhook"}})) {}

Task<Result<void>> Escalator::run() {
  for (;;) {
    const auto looked = co_await p_.pool.run([this] { return look(); });
    if (!looked) {
      p_.log.error("escalation.failed", {{"error", to_string(looked.error().code)}});
    }
    CO_TRYV(co_await p_.sleeper.sleep_for(every_));
  }
}

Result<bool> Escalator::raise(const Escalation& escalation) {
  std::set<std::string> addresses;  // each once, however often it is listed
  for (const auto& contact : options_.contacts) {
    if (!contact.party.empty() && contact.party != escalation.party) continue;
    addresses.insert(contact.mail.begin(), contact.mail.end());
  }
  std::vector<incident::OutMessage> mails;
  for (const auto& address : addresses) {
    incident::OutMessage m;
    m.channel = OutChannel::kMail;
    m.target = address;
    m.cause = "escalation/" + escalation.key();
    m.id = incident::out_message_id(m.channel, m.target, m.cause);
    m.event = "escalation.raised";
    m.subject = escalation_subject(escalation);
    m.body = escalation_text(escalation);
    m.created = m.next = escalation.raised;
    mails.push_back(std::move(m));
  }
  TRY(const bool raised, p_.escalations.raise(escalation, mails));
  if (raised) {
    (escalation.rule == "approval" ? approvals_ : clocks_).add();
    p_.log.warn("escalation.raised", {{"incident", escalation.incident},
                                      {"rule", escalation.rule},
                                      {"party", escalation.party},
                                      {"step", escalation.step},
                                      {"mails", mails.size()}});
  }
  return raised;
}

void Escalator::watch_holidays() {
  const auto today = jst_day(p_.clock.now());
  holiday_days_.set((p_.holidays.last() - today).count());
  const bool ends = p_.holidays.warning(today, Language::kEnglish).has_value();
  if (ends && !told_of_holidays_) {
    p_.log.warn("holidays.end", {{"last", format_day(p_.holidays.last())}});
  }
  told_of_holidays_ = ends;
}

Result<void> Escalator::count() {
  TRY(const auto mails, p_.outbox.counts(OutChannel::kMail));
  TRY(const auto webhooks, p_.outbox.counts(OutChannel::kWebhook));
  mails_waiting_.set(static_cast<std::int64_t>(mails.waiting));
  mails_dead_.set(static_cast<std::int64_t>(mails.dead));
  webhooks_waiting_.set(static_cast<std::int64_t>(webhooks.waiting));
  webhooks_dead_.set(static_cast<std::int64_t>(webhooks.dead));
  return ok();
}

Result<std::size_t> Escalator::look() {
  watch_holidays();
  const auto now = p_.clock.now();
  TRY(const auto all,
      p_.incidents.list(registry::Viewer("service", registry::Role::kCoordinator, "")));
  std::size_t raised = 0;
  const auto raise_all = [&](const std::vector<Escalation>& steps) -> Result<void> {
    for (const auto& step : steps) {
      TRY(const bool fresh, raise(step));
      raised += fresh ? 1 : 0;
    }
    return ok();
  };
  std::map<std::string, std::optional<UtcTime>> finals;
  for (const auto& incident : all) {
    TRYV(raise_all(escalations_of(incident, p_.plan, now)));
    if (!incident::is_over(incident.state)) finals[incident.id] = incident::final_due(incident);
  }
  TRY(const auto silent, incident::silent_approvals(p_.campaigns));
  for (const auto& campaign : silent) {
    const auto found = finals.find(campaign.incident);
    if (found == finals.end()) continue;
    TRYV(raise_all(silent_escalations(campaign, found->second, options_.silence, now)));
  }
  TRYV(count());
  return raised;
}

}  // namespace hitokoe::service
