#include "service/webhooks.h"

#include <charconv>

#include "hitokoe/base/file.h"
#include "service/patience.h"
#include "service/webhook_body.h"
#include "service/webhook_feed.h"

namespace hitokoe::service {

using incident::OutMessage;
using incident::OutState;

namespace {

constexpr std::size_t kEventsAtOnce = 500;
constexpr std::size_t kSentAtOnce = 20;
constexpr std::uint64_t kLargestSecret = 4096;
constexpr std::size_t kShortestSecret = 16;
constexpr std::uint64_t kAnswerBytes = 64U << 10;  // of which nothing is kept
constexpr const char* kHelp = "Deliveries to webhooks";

// Retry-After in seconds (RFC 9110 section 10.2.3); a date is not looked at.
Duration retry_after(const net::Response& response) {
  const auto text = net::header(response.headers, "Retry-After");
  std::uint32_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return std::chrono::seconds(seconds);
}

}  // namespace

Result<std::vector<SecretText>> Webhooks::load_secrets(const WebhookOptions& options) {
  std::vector<SecretText> out;
  for (const auto& endpoint : options.endpoints) {
    auto bytes = read_file(endpoint.secret_file, kLargestSecret);
    if (!bytes) {
      return fail(Errc::kUsage,
                  "webhook " + endpoint.name + ": secret_file: " + bytes.error().words());
    }
    std::string secret(as_text(bytes.value()));
    wipe_value(bytes.value());
    if (secret.ends_with('\n')) secret.pop_back();
    if (secret.ends_with('\r')) secret.pop_back();
    if (secret.size() < kShortestSecret) {
      return fail(Errc::kUsage, "webhook " + endpoint.name + ": the secret is under 16 bytes",
                  "Webhook " + endpoint.name + ": 秘密が 16 バイト未満です");
    }
    out.emplace_back(std::move(secret));
  }
  return out;
}

Webhooks::Webhooks(Parts parts, WebhookOptions options, std::vector<SecretText> secrets)
    : p_(std::move(parts)),
      options_(std::move(options)),
      secrets_(std::move(secrets)),
      sent_(p_.metrics.counter("hitokoe_webhook_deliveries_total", kHelp, {{"outcome", "sent"}})),
      failed_(
          p_.metrics.counter("hitokoe_webhook_deliveries_total", kHelp, {{"outcome", "failed"}})),
      dead_(p_.metrics.counter("hitokoe_webhook_deliveries_total", kHelp, {{"outcome", "dead"}})) {}

Task<Result<void>> Webhooks::run(std::size_t endpoint) {
  for (;;) {
    if (const auto done = co_await tell(endpoint); !done) {
      if (done.error().code == Errc::kCancelled) co_return outcome::failure(done.error());
      p_.log.error("webhook.failed", {{"endpoint", options_.endpoints[endpoint].name},
                                      {"error", to_string(done.error().code)}});
    }
    CO_TRYV(co_await p_.sleeper.sleep_for(options_.idle));
  }
}

// On the pool.
Result<void> Webhooks::feed(const WebhookEndpoint& endpoint) {
  const SeesIncident sees = [&](const std::string& incident) {
    return p_.incidents
        .show(registry::Viewer("webhook", registry::Role::kParty, endpoint.party), incident)
        .has_value();
  };
  for (;;) {
    TRY(const auto from, p_.outbox.cursor(endpoint.name));
    TRY(const auto events, p_.audit.after(from, kEventsAtOnce));
    if (events.empty()) return ok();
    std::vector<OutMessage> messages;
    for (const auto& event : events) {
      if (auto message = webhook_message(event, endpoint, sees)) {
        messages.push_back(std::move(*message));
      }
    }
    TRYV(p_.outbox.feed(endpoint.name, from, events.back().seq, messages));
    if (events.size() < kEventsAtOnce) return ok();
  }
}

Task<Webhooks::Taken> Webhooks::send(const WebhookEndpoint& endpoint, const SecretText& secret,
                                     const OutMessage& message) {
  net::Request request;
  request.url = endpoint.url;
  request.post = webhook_body(message.body, endpoint.format);
  request.headers = {{"Content-Type", "application/json"},
                     {"Hitokoe-Delivery", message.id},
                     {"Hitokoe-Event", message.event},
                     {"Hitokoe-Signature",
                      webhook_signature(as_bytes(secret.expose()), p_.clock.now(), *request.post)}};
  request.user_agent = "hitokoe-webhook";
  request.body_cap = kAnswerBytes;
  request.connect_timeout = options_.timeout;
  request.first_byte_timeout = options_.timeout;
  request.total_timeout = options_.timeout;
  request.low_speed_window = options_.timeout;
  request.decode = false;
  request.allow_networks = endpoint.allow_networks;
  const auto response = co_await p_.fetcher.fetch(std::move(request));
  Taken taken;
  if (!response) {
    taken.word = net::fault_name(response.error());
    co_return taken;
  }
  const int status = response.value().status;
  taken.sent = status >= 200 && status < 300;
  taken.gone = status == 410;
  taken.word = std::to_string(status);
  if (!taken.sent) taken.wait = retry_after(response.value());
  co_return taken;
}

Task<Result<void>> Webhooks::tell(std::size_t index) {
  const auto& endpoint = options_.endpoints[index];
  const auto fed = co_await p_.pool.run([&] { return feed(endpoint); });
  // What another process fed is fed.
  if (!fed && fed.error().code != Errc::kConflict) co_return outcome::failure(fed.error());
  CO_TRY(const auto due, co_await p_.pool.run([&] {
    return p_.outbox.due(incident::OutChannel::kWebhook, endpoint.name, p_.clock.now(),
                         kSentAtOnce);
  }));
  for (const auto& message : due) {
    const auto taken = co_await send(endpoint, secrets_[index], message);
    if (taken.word == net::to_string(net::FetchFault::kCancelled)) {
      co_return fail(Errc::kCancelled, "stopped", "停止しました");
    }
    incident::Attempt attempt;
    attempt.word = taken.word;
    const auto attempts = message.attempts + 1;
    if (taken.sent) {
      attempt.state = OutState::kSent;
      sent_.add();
      if (p_.alerts != nullptr) {
        co_await p_.pool.run([&] {
          p_.alerts->webhook_taken(message, endpoint.party, p_.clock.now());
          return true;
        });
      }
    } else if (taken.gone || attempts >= options_.attempts) {
      attempt.state = OutState::kDead;
      dead_.add();
      p_.log.error("webhook.given_up",
                   {{"endpoint", endpoint.name}, {"delivery", message.id}, {"last", taken.word}});
    } else {
      failed_.add();
      const auto wait = backoff(attempts, options_.backoff_least, options_.backoff_most, p_.random);
      attempt.next = p_.clock.now() + std::max(wait, std::min(taken.wait, options_.backoff_most));
      p_.log.warn("webhook.not_taken", {{"endpoint", endpoint.name},
                                        {"delivery", message.id},
                                        {"attempt", attempts},
                                        {"last", taken.word}});
    }
    CO_TRYV(co_await p_.pool.run(
        [&] { return p_.outbox.attempted(message.id, attempt, p_.clock.now()); }));
  }
  co_return ok();
}

}  // namespace hitokoe::service
