// Hosts that several processes share: a host is asked by the one whose turn it is.
#include <algorithm>

#include "crawler/engine.h"

namespace hitokoe::crawler {

Result<std::optional<FetchJob>> Crawler::Engine::take_turn(const FetchJob& job, SteadyTime now) {
  auto& host = hosts_.at(job.host);
  const auto delay = states_.at(job.source)->source.delay;
  TRY(const auto turn, ports_.politeness->take(job.host, delay));
  if (!turn.granted) {
    host.ready_at = now + std::max<Duration>(turn.wait, std::chrono::milliseconds(1));
    hosts_.settle(host, now);
    return std::optional<FetchJob>();
  }
  host.turn = {job.host, now, delay, false};
  host.penalty = turn.penalty;
  auto again = next_job(now);
  if (again && again.value() && again.value()->host == job.host) return std::move(again.value());
  give_back(host);
  if (!again) return outcome::failure(again.error());
  return std::optional<FetchJob>();
}

bool Crawler::Engine::may_ask(const Host& host) const {
  if (ports_.politeness == nullptr) return true;
  return !host.turn.lost &&
         ports_.clock.steady() - host.turn.renewed_at < ports_.politeness->lease();
}

void Crawler::Engine::owe(Host& host) {
  const auto rest = std::chrono::ceil<Duration>(host.ready_at - ports_.clock.steady());
  if (ports_.politeness == nullptr || rest <= host.turn.rest) return;
  host.turn.rest = rest;
  const auto begun = ports_.clock.steady();
  const auto lost = ports_.politeness->renew({{host.turn.name, rest}});
  if (!lost) return storage_failed(lost.error());
  host.turn.renewed_at = begun;
  host.turn.lost = !lost.value().empty();
}

// Where this fails, the lease runs out.
void Crawler::Engine::give_back(Host& host) {
  if (host.turn.name.empty()) return;
  const auto turn = std::exchange(host.turn, {});
  if (turn.lost) return;
  auto rest = std::chrono::ceil<Duration>(host.ready_at - ports_.clock.steady());
  // A request that is on its way when all stops has not said yet when the next may follow.
  std::optional<Duration> asked_ago;
  if (host.ended)
    asked_ago = std::chrono::duration_cast<Duration>(ports_.clock.steady() - *host.ended);
  if (group_.stopping()) {
    rest = std::max(rest, turn.rest);
    asked_ago = Duration::zero();
  }
  const auto given = ports_.politeness->give_back(turn.name, std::max(rest, Duration::zero()),
                                                  host.penalty, asked_ago);
  if (!given) {
    probe_.storage_errors.add();
    log_.warn("turn_not_given_back", {{"code", to_string(given.error().code)}});
  }
}

Task<Result<void>> Crawler::Engine::keep_turns() {
  while (running_) {
    CO_TRYV(co_await ports_.sleeper.sleep_for(ports_.politeness->lease() / 3));
    if (const auto renewed = renew_turns(); !renewed) storage_failed(renewed.error());
  }
  co_return ok();
}

Result<void> Crawler::Engine::renew_turns() {
  const auto held = hosts_.held();
  if (held.empty()) return ok();
  std::vector<HostPoliteness::Hold> holds;
  holds.reserve(held.size());
  for (const auto* host : held) holds.push_back({host->turn.name, host->turn.rest});
  const auto begun = ports_.clock.steady();
  TRY(const auto lost, ports_.politeness->renew(holds));
  for (auto* host : held) {
    host->turn.renewed_at = begun;
    host->turn.lost = std::ranges::find(lost, host->turn.name) != lost.end();
    if (host->turn.lost) log_.warn("turn_lost", {});
  }
  return ok();
}

}  // namespace hitokoe::crawler
