// Sources behind Tor or I2P: circuits that are renewed, and whether they could be reached.
#include <algorithm>

#include "crawler/engine.h"

namespace hitokoe::crawler {

namespace {

// Tor does it at most once in ten seconds, for all sources.
constexpr auto kBetweenSignals = std::chrono::seconds(30);
constexpr auto kSignalTimeout = std::chrono::seconds(5);

}  // namespace

// Fails only when the group stops.
Task<Result<void>> Crawler::Engine::renew_circuit(State& state, Host& host) {
  circuit_of(state, host).renew(ports_.random);
  state.probe.circuits.add();
  const auto& control = state.source.tor_control;
  if (control.port == 0 || ports_.renewer == nullptr) co_return ok();
  const auto now = ports_.clock.steady();
  if (signalled_ && now - *signalled_ < kBetweenSignals) co_return ok();
  signalled_ = now;
  const auto renewed = co_await ports_.renewer->renew(control, kSignalTimeout);
  if (renewed) co_return ok();
  if (renewed.error().code == Errc::kCancelled) co_return outcome::failure(renewed.error());
  log_.warn("tor_control_failed",
            {{"source", state.source.id}, {"error", to_string(renewed.error().code)}});
  co_return ok();
}

// Asks once more on another circuit where that may help.
Task<Result<net::Response>> Crawler::Engine::ask_through(State& state, Host& host,
                                                         net::Request request) {
  const bool has_circuits = !circuit_of(state, host).name().empty();
  auto again = has_circuits ? request : net::Request{};
  auto first = co_await ask_twice(state, host, std::move(request));
  if (!has_circuits || first || !is_worth_a_new_circuit(first.error())) co_return first;
  CO_TRYV(co_await renew_circuit(state, host));
  CO_TRYV(co_await wait_for(host));
  co_return co_await ask_twice(state, host, std::move(again));
}

Result<void> Crawler::Engine::note_reach(State& state, const std::string& host,
                                         const std::string& why_not) {
  const Source& source = state.source;
  if (ports_.reach == nullptr || !source.url.is_overlay() || host != source.url.origin()) {
    return ok();
  }
  const bool up = why_not.empty();
  TRY(const auto changed, ports_.reach->note({source.id, ports_.clock.now(), up, why_not}));
  onion_up(ports_.metrics, source.id).set(up ? 1 : 0);
  if (changed) log_.info("source_reach", {{"source", source.id}, {"up", up}, {"reason", why_not}});
  return ok();
}

}  // namespace hitokoe::crawler
