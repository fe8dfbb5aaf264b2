#include <algorithm>
#include <unordered_set>

#include "crawler/engine.h"
#include "crawler/http_date.h"
#include "crawler/request.h"
#include "hitokoe/base/crypto/digest.h"

namespace hitokoe::crawler {

namespace {

std::string status_reason(int status) { return "status_" + std::to_string(status); }

bool is_success(int status) { return status >= 200 && status < 300; }
bool is_slow_down(int status) { return status == 429 || status == 503; }
bool is_gone(int status) { return status == 404 || status == 410; }

// What an item becomes when it is given up after this status.
FetchOutcome given_up(int status) {
  return status == 401 || status == 403 || status == 451 ? FetchOutcome::kRefused
                                                         : FetchOutcome::kFailed;
}

bool is_unreachable(const Error& error) {
  return error.code == Errc::kUnavailable || error.code == Errc::kTimeout;
}

// Trying again would give the same.
bool is_final(const Error& error) {
  return error.code == Errc::kForbidden ||
         net::fault_name(error) == net::to_string(net::FetchFault::kBadUrl);
}

CaptureMeta capture_of(const FetchJob& job, const net::Response& response,
                       const std::string& circuit, UtcTime now) {
  return {.id = capture_id(job.source, job.item, response.body),
          .source = job.source,
          .item = job.item,
          .url = job.url,
          .final_url = response.final_url,
          .fetched = now,
          .status = response.status,
          .request_headers = response.request_headers,
          .response_headers = response.headers,
          .content_type = std::string(net::header(response.headers, "content-type")),
          .remote_address = response.remote_address,
          .circuit = circuit,
          .protocol = response.protocol,
          .certificates = response.certificates,
          .sha256 = crypto::sha256_hex(response.body),
          .size = response.body.size(),
          .cut = response.cut != net::Cut::kNone,
          .cut_reason = std::string(net::to_string(response.cut))};
}

}  // namespace

Task<Result<void>> Crawler::Engine::attempt(FetchJob job, [[maybe_unused]] Slot slot) {
  auto& state = *states_.at(job.source);
  auto& host = hosts_.at(job.host);
  // Whoever ran before may have asked this host a moment ago.
  const auto wait =
      std::chrono::ceil<Duration>(begun_ + state.source.delay - ports_.clock.steady());
  if (wait > Duration::zero()) {
    CO_TRYV(co_await ports_.sleeper.sleep_for(wait));
  }
  const auto served = co_await serve(job, state, host);
  if (!served && served.error().code != Errc::kCancelled) storage_failed(served.error());
  co_return ok();
}

// Fails only where a store fails, and when the group stops; then the job stays queued.
Task<Result<void>> Crawler::Engine::serve(const FetchJob& job, State& state, Host& host) {
  const Source& source = state.source;
  const bool is_list = job.item.empty();
  const auto url = net::Url::parse(job.url);
  if (!url) co_return miss(job, state, FetchOutcome::kRefused, "bad_url");
  if (!is_list && !is_home(source, url.value())) {
    co_return miss(job, state, FetchOutcome::kRefused, "foreign_host");
  }
  if (source.obey_robots) {
    const std::string agent(product_token(source.user_agent));
    const auto* known = host.rules_for(agent, ports_.clock.steady(), options_.robots_lifetime);
    if (known == nullptr) {
      const auto begun = ports_.clock.steady();
      CO_TRY(auto answer,
             co_await ask_robots(source, job.host, ports_.fetcher, state.circuit.name()));
      if (!state.circuit.name().empty() && answer.error && is_worth_a_new_circuit(*answer.error)) {
        CO_TRYV(co_await renew_circuit(state));
        CO_TRY(answer, co_await ask_robots(source, job.host, ports_.fetcher, state.circuit.name()));
      }
      const auto took = std::chrono::duration_cast<Duration>(ports_.clock.steady() - begun);
      if (!answer.trouble.empty()) {
        if (answer.error) {
          CO_TRYV(note_reach(state, job.host, std::string(net::fault_name(*answer.error))));
        }
        host.complain(source.delay, options_.delay_most);
        host.ready_at =
            ports_.clock.steady() + host.pause(source.delay, nullptr, took, options_.delay_most);
        co_return put_back(job, state, FetchOutcome::kFailed, answer.trouble, Duration::zero());
      }
      host.remember(agent, std::move(answer.robots), ports_.clock.steady());
      known = host.rules_for(agent, ports_.clock.steady(), options_.robots_lifetime);
      CO_TRYV(co_await ports_.sleeper.sleep_for(
          host.pause(source.delay, &known->robots, took, options_.delay_most)));
    }
    if (!known->robots.allows(url.value().target())) {
      if (is_list)
        co_return put_back(job, state, FetchOutcome::kRefused, "robots", source.schedule);
      co_return miss(job, state, FetchOutcome::kRefused, "robots");
    }
  }

  auto request = make_request(source, job.url, is_list ? source.list_cap : source.body_cap);
  if (is_list) {
    CO_TRY(auto validators, ports_.frontier.validators(job.url));
    if (validators) {
      request.etag = std::move(validators->etag);
      request.last_modified = std::move(validators->last_modified);
    }
  }
  const auto response = co_await ask_through(state, host, std::move(request));
  if (response || is_unreachable(response.error())) {
    CO_TRYV(note_reach(state, job.host,
                       response ? "" : std::string(net::fault_name(response.error()))));
  }
  if (!response) {
    const Error& error = response.error();
    if (error.code == Errc::kCancelled) co_return outcome::failure(error);
    const std::string reason(net::fault_name(error));
    if (is_final(error) && !is_list) co_return miss(job, state, FetchOutcome::kRefused, reason);
    co_return put_back(job, state, FetchOutcome::kFailed, reason, Duration::zero());
  }
  const int status = response.value().status;
  if (is_success(status)) {
    co_return is_list ? take_list(job, state, response.value())
                      : take_item(job, state, response.value());
  }
  if (status == 304 && is_list) {
    co_return list_done(job, state, FetchOutcome::kUnchanged, "");
  }
  if (is_gone(status) && !is_list) {
    co_return miss(job, state, FetchOutcome::kGone, status_reason(status));
  }
  Duration not_before{};
  if (is_slow_down(status)) {
    const auto asked =
        parse_retry_after(net::header(response.value().headers, "retry-after"), ports_.clock.now());
    if (asked) not_before = std::min(*asked, options_.retry_after_most);
  }
  co_return put_back(job, state, given_up(status), status_reason(status), not_before);
}

// One request, and what it says about the host.
Task<Result<net::Response>> Crawler::Engine::ask(State& state, Host& host, net::Request request) {
  const Source& source = state.source;
  ++state.round.requests;
  state.probe.requests.add();
  request.isolation = state.circuit.name();
  const auto begun = ports_.clock.steady();
  auto response = co_await ports_.fetcher.fetch(std::move(request));
  const auto took = std::chrono::duration_cast<Duration>(ports_.clock.steady() - begun);
  state.probe.seconds.observe(std::chrono::duration<double>(took).count());

  const bool slow_down = response && is_slow_down(response.value().status);
  if (slow_down || (!response && is_unreachable(response.error()))) {
    host.complain(source.delay, options_.delay_most);
  } else if (response) {
    host.praise();
  }
  const auto* known = host.rules_for(product_token(source.user_agent), ports_.clock.steady(),
                                     options_.robots_lifetime);
  const auto now = ports_.clock.steady();
  host.ready_at = now + host.pause(source.delay, known == nullptr ? nullptr : &known->robots, took,
                                   options_.delay_most);
  if (slow_down) {
    const auto asked =
        parse_retry_after(net::header(response.value().headers, "retry-after"), ports_.clock.now());
    if (asked) {
      host.ready_at =
          std::max<SteadyTime>(host.ready_at, now + std::min(*asked, options_.retry_after_most));
    }
  }
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
  const auto pause = std::chrono::ceil<Duration>(host.ready_at - ports_.clock.steady());
  CO_TRYV(co_await ports_.sleeper.sleep_for(std::max(pause, Duration::zero())));
  auto second = co_await ask(state, host, std::move(again));
  if (packed) co_return second;
  const bool better = second && is_success(second.value().status) &&
                      (second.value().cut == net::Cut::kNone ||
                       second.value().body.size() >= first.value().body.size());
  if (better) co_return second;
  co_return first;
}

Result<void> Crawler::Engine::take_item(const FetchJob& job, State& state,
                                        const net::Response& response) {
  const auto now = ports_.clock.now();
  const auto meta = capture_of(job, response, state.circuit.name(), now);
  // This order loses nothing at a crash: each step can be done again.
  TRYV(ports_.captures.put(meta, response.body));
  TRYV(ports_.queue.push(meta.id, now));
  TRYV(ports_.frontier.done(job, FetchOutcome::kFetched, now,
                            meta.cut ? "cut_" + meta.cut_reason : ""));
  ++state.round.captures;
  state.round.bytes += meta.size;
  state.probe.captures.add();
  state.probe.bytes.add(meta.size);
  if (meta.cut) {
    ++state.round.cut;
    state.probe.cut.add();
    log_.info("capture_cut", {{"source", job.source}, {"reason", meta.cut_reason}});
  }
  return ok();
}

Result<void> Crawler::Engine::take_list(const FetchJob& job, State& state,
                                        const net::Response& response) {
  const Source& source = state.source;
  TRY(const auto base, net::Url::parse(response.final_url));
  const auto listing = read_list(source, base, response.body);
  if (!listing) {
    return put_back(job, state, FetchOutcome::kFailed, "bad_feed", Duration::zero());
  }
  const auto& items = listing.value().items;
  std::vector<FetchJob> jobs;
  jobs.reserve(items.size());
  for (const auto& item : items) {
    jobs.push_back({.source = source.id,
                    .item = item.key,
                    .url = item.url.text(),
                    .host = item.url.origin(),
                    .tries = 0,
                    .due = horizon()});
  }
  TRY(const auto added, ports_.frontier.add(jobs));
  state.round.listed += items.size();
  state.round.added += added;
  state.probe.listed.add(added);
  log_.info("list_read", {{"source", source.id},
                          {"listed", static_cast<std::uint64_t>(items.size())},
                          {"added", added}});

  const bool cut = response.cut != net::Cut::kNone;
  const bool blind = items.empty() && state.listed_before && !cut;
  if (!items.empty()) state.listed_before = true;
  state.blind = blind;
  state.probe.blind.set(blind ? 1 : 0);
  std::string reason;
  if (blind) reason = "blind?";
  if (listing.value().too_long) reason = "list_too_long";
  if (cut) reason = "list_cut";
  if (!reason.empty()) {
    warn(state, reason);
  } else {
    // After all items are queued: a crash before must not turn the next answer into a 304. And
    // never for a list that looks wrong.
    TRYV(ports_.frontier.set_validators(
        job.url, {.etag = std::string(net::header(response.headers, "etag")),
                  .last_modified = std::string(net::header(response.headers, "last-modified"))}));
  }
  return list_done(job, state, FetchOutcome::kFetched, reason);
}

Result<void> Crawler::Engine::list_done(const FetchJob& job, State& state, FetchOutcome outcome,
                                        const std::string& reason) {
  const auto now = ports_.clock.now();
  TRYV(ports_.frontier.done(job, outcome, now, reason));
  // A crash here forgets when the list is due: it is due at the next start.
  auto next = list_job(state, now + state.source.schedule);
  TRYV(ports_.frontier.add({next}));
  state.probe.last_success.set(
      std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count());
  return ok();
}

Result<void> Crawler::Engine::miss(const FetchJob& job, State& state, FetchOutcome outcome,
                                   const std::string& reason) {
  TRYV(ports_.frontier.done(job, outcome, ports_.clock.now(), reason));
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
  TRYV(ports_.frontier.retry(later, ports_.clock.now() + wait, reason));
  ++state.round.retried;
  state.probe.retries.add();
  return ok();
}

}  // namespace hitokoe::crawler
