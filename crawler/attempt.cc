#include <algorithm>

#include "crawler/engine.h"
#include "crawler/patience.h"
#include "crawler/request.h"

namespace hitokoe::crawler {

namespace {

std::string status_reason(int status) { return "status_" + std::to_string(status); }

bool is_success(int status) { return status >= 200 && status < 300; }
bool is_gone(int status) { return status == 404 || status == 410; }

// What an item becomes when it is given up after this answer.
FetchOutcome given_up(const net::Response& response) {
  const int status = response.status;
  const bool refused = status == 401 || status == 403 || status == 451;
  return refused && !is_slow_down(response) ? FetchOutcome::kRefused : FetchOutcome::kFailed;
}

bool is_unreachable(const Error& error) {
  return error.code == Errc::kUnavailable || error.code == Errc::kTimeout;
}

// Trying again would give the same.
bool is_final(const Error& error) {
  return error.code == Errc::kForbidden ||
         net::fault_name(error) == net::to_string(net::FetchFault::kBadUrl);
}

}  // namespace

Task<Result<void>> Crawler::Engine::attempt(FetchJob job, [[maybe_unused]] Slot slot) {
  auto& state = *states_.at(job.source);
  auto& host = hosts_.at(job.host);
  // Whoever ran before may have asked this host a moment ago; so may another source that asks for
  // less patience than this one.
  const auto least = std::max(begun_, host.ended.value_or(begun_)) + least_pause(state, host);
  const auto wait = std::chrono::ceil<Duration>(least - ports_.clock.steady());
  if (wait > Duration::zero()) {
    CO_TRYV(co_await ports_.sleeper.sleep_for(wait));
  }
  const auto served = co_await serve(job, state, host);
  if (!served && served.error().code != Errc::kCancelled) storage_failed(served.error());
  co_return ok();
}

// Fails only where a store fails, and when the group stops; then the job stays queued.
Task<Result<void>> Crawler::Engine::serve(const FetchJob& job, State& state, Host& host) {
  const bool is_list = job.item.empty();
  const auto url = net::Url::parse(job.url);
  if (!url) co_return miss(job, state, FetchOutcome::kRefused, "bad_url");
  if (!is_list && !is_home(state.source, url.value())) {
    co_return miss(job, state, FetchOutcome::kRefused, "foreign_host");
  }
  if (state.source.login && host.seat == nullptr) co_return nobody_to_go(job, state);
  CO_TRY(const bool known, co_await know_robots(job, state, host));
  if (!known) co_return ok();
  if (is_list) co_return co_await serve_list(job, state, host);
  co_return co_await serve_item(job, state, host);
}

Result<void> Crawler::Engine::still_ours(const Host& host) const {
  if (may_ask(host)) return ok();
  return fail(Errc::kCancelled, "another crawler has this host now",
              "このホストは別の巡回プロセスの番です");
}

Task<Result<RobotsAnswer>> Crawler::Engine::ask_for_robots(const FetchJob& job, State& state,
                                                           Host& host) {
  const Source& source = state.source;
  CO_TRYV(still_ours(host));
  CO_TRY(auto answer,
         co_await ask_robots(source, job.host, ports_.fetcher, circuit_of(state, host).name()));
  if (circuit_of(state, host).name().empty() || !answer.error ||
      !is_worth_a_new_circuit(*answer.error)) {
    co_return answer;
  }
  CO_TRYV(co_await renew_circuit(state, host));
  CO_TRYV(co_await ports_.sleeper.sleep_for(source.delay));
  CO_TRYV(still_ours(host));
  co_return co_await ask_robots(source, job.host, ports_.fetcher, circuit_of(state, host).name());
}

Task<Result<bool>> Crawler::Engine::know_robots(const FetchJob& job, State& state, Host& host) {
  const Source& source = state.source;
  if (!source.obey_robots) co_return true;
  const std::string agent(product_token(source.user_agent));
  const auto* known = host.rules_for(agent, ports_.clock.steady(), options_.robots_lifetime);
  if (known == nullptr) {
    const auto begun = ports_.clock.steady();
    CO_TRY(auto answer, co_await ask_for_robots(job, state, host));
    const auto took = std::chrono::duration_cast<Duration>(ports_.clock.steady() - begun);
    const Duration asked = answer.response ? patience_of(*answer.response) : Duration::zero();
    if (!answer.trouble.empty()) {
      if (answer.error) {
        CO_TRYV(note_reach(state, job.host, std::string(net::fault_name(*answer.error))));
      }
      host.complain(source.delay, options_.delay_most);
      host.rest(ports_.clock.steady(), host.pause(source.delay, nullptr, took, options_.delay_most),
                asked);
      owe(host);
      CO_TRYV(remember_rest(job.host, host.asked_until));
      CO_TRYV(put_back(job, state, FetchOutcome::kFailed, answer.trouble, asked));
      co_return false;
    }
    host.remember(agent, std::move(answer.robots), ports_.clock.steady());
    known = host.rules_for(agent, ports_.clock.steady(), options_.robots_lifetime);
    host.rest(ports_.clock.steady(),
              host.pause(source.delay, &known->robots, took, options_.delay_most), asked);
    owe(host);
    CO_TRYV(co_await wait_for(host));
  }
  co_return true;
}

Duration Crawler::Engine::least_pause(const State& state, const Host& host) const {
  const auto* known = host.rules_for(product_token(state.source.user_agent), ports_.clock.steady(),
                                     options_.robots_lifetime);
  const auto* robots = known == nullptr || !state.source.obey_robots ? nullptr : &known->robots;
  return host.least(state.source.delay, robots, options_.delay_most);
}

Duration Crawler::Engine::patience_of(const net::Response& response) const {
  return std::min(asked_patience(response, ports_.clock.now()), options_.retry_after_most);
}

// What a host asks for holds after a restart, too.
Result<void> Crawler::Engine::remember_rest(const std::string& host, SteadyTime until) {
  const auto rest = std::chrono::duration_cast<Duration>(until - ports_.clock.steady());
  if (waits_ == nullptr || rest <= Duration::zero()) return ok();
  return waits_->leave_alone(host, ports_.clock.now() + rest);
}

bool Crawler::Engine::robots_allow(const State& state, const Host& host,
                                   const std::string& url) const {
  if (!state.source.obey_robots) return true;
  const auto* known = host.rules_for(product_token(state.source.user_agent), ports_.clock.steady(),
                                     options_.robots_lifetime);
  const auto parsed = net::Url::parse(url);
  return known == nullptr || !parsed || known->robots.allows(parsed.value().target());
}

Result<void> Crawler::Engine::no_answer(const FetchJob& job, State& state, const Error& error) {
  if (error.code == Errc::kCancelled) return outcome::failure(error);
  const std::string reason(net::fault_name(error));
  if (is_final(error) && !job.item.empty()) return miss(job, state, FetchOutcome::kRefused, reason);
  return put_back(job, state, FetchOutcome::kFailed, reason, Duration::zero());
}

Result<void> Crawler::Engine::bad_status(const FetchJob& job, State& state,
                                         const net::Response& response) {
  if (is_gone(response.status) && !job.item.empty())
    return miss(job, state, FetchOutcome::kGone, status_reason(response.status));
  return put_back(job, state, given_up(response), status_reason(response.status),
                  patience_of(response));
}

Result<void> Crawler::Engine::note_answer(const FetchJob& job, State& state,
                                          const Result<net::Response>& response) {
  if (response) {
    TRYV(remember_rest(job.host, hosts_.at(job.host).asked_until));
    return note_reach(state, job.host, "");
  }
  if (!is_unreachable(response.error())) return ok();
  return note_reach(state, job.host, std::string(net::fault_name(response.error())));
}

Task<Result<void>> Crawler::Engine::wait_for(const Host& host) {
  const auto pause = std::chrono::ceil<Duration>(host.ready_at - ports_.clock.steady());
  CO_TRYV(co_await ports_.sleeper.sleep_for(std::max(pause, Duration::zero())));
  co_return ok();
}

// One request, and what it says about the host.
Task<Result<net::Response>> Crawler::Engine::ask(State& state, Host& host, net::Request request) {
  const Source& source = state.source;
  CO_TRYV(still_ours(host));
  ++state.round.requests;
  state.probe.requests.add();
  request.isolation = circuit_of(state, host).name();
  if (host.seat != nullptr) request.cookies = host.seat->jar;
  const auto begun = ports_.clock.steady();
  auto response = co_await ports_.fetcher.fetch(std::move(request));
  const auto took = std::chrono::duration_cast<Duration>(ports_.clock.steady() - begun);
  state.probe.seconds.observe(std::chrono::duration<double>(took).count());

  const bool slow_down = response && is_slow_down(response.value());
  if (slow_down || (!response && is_unreachable(response.error()))) {
    host.complain(source.delay, options_.delay_most);
  } else if (response) {
    host.praise();
  }
  const auto* known = host.rules_for(product_token(source.user_agent), ports_.clock.steady(),
                                     options_.robots_lifetime);
  const auto pause = host.pause(source.delay, known == nullptr ? nullptr : &known->robots, took,
                                options_.delay_most);
  host.rest(ports_.clock.steady(), pause,
            response ? patience_of(response.value()) : Duration::zero());
  owe(host);
  if (!response || !(is_success(response.value().status) || response.value().status == 304)) {
    state.probe.failures.add();
  }
  co_return response;
}

// A body that the connection cut is asked for once more, and the longer one is kept; one whose
// compression does not hold is asked for as it is.
Task<Result<net::Response>> Crawler::Engine::ask_twice(State& state, Host& host,
                                                       net::Request request) {
  auto again = request;
  auto first = co_await ask(state, host, std::move(request));
  const bool cut =
      first && is_success(first.value().status) &&
      (first.value().cut == net::Cut::kConnection || first.value().cut == net::Cut::kTimeout);
  const bool packed =
      !first && net::fault_name(first.error()) == net::to_string(net::FetchFault::kEncoding);
  if (!cut && !packed) co_return first;
  if (packed) again.decode = false;
  CO_TRYV(co_await wait_for(host));
  auto second = co_await ask(state, host, std::move(again));
  if (packed) co_return second;
  const bool better = second && is_success(second.value().status) &&
                      (second.value().cut == net::Cut::kNone ||
                       second.value().body.size() >= first.value().body.size());
  if (better) co_return second;
  co_return first;
}

Result<void> Crawler::Engine::miss(const FetchJob& job, State& state, FetchOutcome outcome,
                                   const std::string& reason) {
  // Nobody asks for it again by this link; one that is found later brings its own.
  auto over = job;
  if (!job.item.empty()) over.url = without_fragment(job.url);
  TRYV(ports_.frontier.done(over, outcome, ports_.clock.now(), reason));
  ++state.round.missed;
  state.probe.missed.add();
  log_.info("item_missed", {{"source", job.source},
                            {"outcome", to_string(outcome)},
                            {"reason", reason},
                            {"tries", job.tries + 1}});
  return ok();
}

Duration Crawler::Engine::backoff(std::uint32_t tries, Duration most) {
  Duration wait = options_.backoff_least;
  for (std::uint32_t i = 1; i < tries && wait < most; ++i) wait *= 2;
  wait = std::min(wait, most);
  const double jitter = 0.75 + 0.5 * ports_.random.unit();
  return std::chrono::duration_cast<Duration>(wait * jitter);
}

Result<void> Crawler::Engine::put_back(const FetchJob& job, State& state, FetchOutcome at_last,
                                       const std::string& reason, Duration not_before) {
  auto later = job;
  ++later.tries;
  Duration most = options_.backoff_most;
  if (job.item.empty()) {
    // A list is never given up; it is asked about as often as before, or every quarter of an hour.
    most = std::min<Duration>(most,
                              std::max<Duration>(state.source.schedule, std::chrono::minutes(15)));
    warn(state, reason);
  } else if (later.tries >= state.source.max_tries) {
    return miss(job, state, at_last, reason);
  }
  const auto wait = std::max(backoff(later.tries, most), not_before);
  if (!job.item.empty()) {
    TRY(later.url, sealed(later.url));
  }
  TRYV(ports_.frontier.retry(later, ports_.clock.now() + wait, reason));
  ++state.round.retried;
  state.probe.retries.add();
  return ok();
}

}  // namespace hitokoe::crawler
