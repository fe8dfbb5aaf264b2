// Visits with an account: its cookies, what an answer says of it, signing in, and what becomes of a
// job when there is nobody to go.
#include "crawler/engine.h"
#include "crawler/request.h"
#include "crawler/sign_in.h"
#include "hitokoe/base/crypto/digest.h"

namespace hitokoe::crawler {

namespace {

// Each failure waits twice as long; a refused password is not tried until a person changes it, so
// that nobody is locked out by us.
constexpr std::string_view kRefused = "login_refused";

// Between two sign-ins of one account, whatever the answers say.
constexpr auto kBetweenSignIns = std::chrono::minutes(10);
constexpr auto kLeastPutOff = std::chrono::minutes(1);

// One whose name or password a person gave anew is not bound by what was before.
bool is_too_soon(const SourceAccount& account, UtcTime now) {
  if (account.state == AccountState::kNew || !account.last_sign_in) return false;
  return now >= *account.last_sign_in && now < *account.last_sign_in + kBetweenSignIns;
}

bool has_session(const SourceAccount& account) {
  return account.state == AccountState::kSignedIn || account.state == AccountState::kCookies;
}

// Within: the account's session was good, and this very answer is for nobody signed in.
constexpr const char* kOnlyThis = "login_item";

bool is_gone(const Error& error) {
  return error.code == Errc::kForbidden || error.code == Errc::kNotFound;
}

}  // namespace

const Circuit& Crawler::Engine::circuit_of(const State& state, const Host& host) {
  return host.seat == nullptr ? state.circuit : host.seat->circuit;
}

Circuit& Crawler::Engine::circuit_of(State& state, Host& host) {
  return host.seat == nullptr ? state.circuit : host.seat->circuit;
}

Result<void> Crawler::Engine::know_accounts() {
  if (signing_in_.empty() || ports_.accounts == nullptr) return ok();
  TRY(const auto all, ports_.accounts->list());
  for (auto* state : signing_in_) state->seats.know(all);
  return ok();
}

// Those whose accounts are all on their way wait for one. A source that we have no account for is
// left to those who share the work: what they can fetch, we would only put off.
std::vector<std::string> Crawler::Engine::offered() const {
  if (signing_in_.empty()) return active_;
  std::vector<std::string> out;
  out.reserve(active_.size());
  const auto now = ports_.clock.now();
  for (const auto& id : active_) {
    const auto& state = *states_.at(id);
    const bool goes =
        !state.source.login || (shared() ? state.seats.any_free(now) : state.seats.may_try(now));
    if (goes) out.push_back(id);
  }
  return out;
}

void Crawler::Engine::shut(Seat& seat) {
  seat.shut = true;
  log_.warn("account_gone", {{"source", seat.account.source}, {"account", seat.account.name}});
}

// The cookies as they were left. False: its key is gone, it cannot be used.
Result<bool> Crawler::Engine::open_seat(Seat& seat) {
  if (seat.shut) return false;
  if (seat.opened) return true;
  const auto opened = ports_.accounts->open(seat.account.source, seat.account.name);
  if (!opened && is_gone(opened.error())) {
    shut(seat);
    return false;
  }
  if (!opened) return outcome::failure(opened.error());
  seat.jar->add(opened.value().cookies);
  seat.kept = crypto::sha256_hex(as_bytes(seat.jar->lines().expose()));
  seat.opened = true;
  // Before this process: what failed in a row ends with an answer that proves the session.
  seat.unproven = seat.account.state == AccountState::kSignedIn && seat.account.tries > 0;
  return true;
}

Result<void> Crawler::Engine::note_seat(State& state, Seat& seat, AccountState now,
                                        const std::string& reason, Duration wait) {
  auto& a = seat.account;
  const auto at = ports_.clock.now();
  const bool changed = a.state != now || a.reason != reason;
  if (changed) a.since = at;
  a.state = now;
  a.reason = reason;
  const auto tries = a.tries;
  if (now == AccountState::kFailed) {
    ++a.tries;
    a.next_try = at + std::max(wait, backoff(a.tries, options_.backoff_most));
    if (is_too_soon(a, at)) a.next_try = std::max(*a.next_try, *a.last_sign_in + kBetweenSignIns);
  } else {
    // A sign-in alone proves nothing: where its answers are still for nobody, the waits grow.
    if (now != AccountState::kSignedIn || !seat.unproven) a.tries = 0;
    a.next_try.reset();
  }
  count_cookies(seat);
  const auto lines = seat.jar->lines();
  auto digest = crypto::sha256_hex(as_bytes(lines.expose()));
  const bool other = digest != seat.kept;
  if (!changed && !other && !seat.unnoted && a.tries == tries) return ok();
  seat.unnoted = true;
  const auto noted = ports_.accounts->note(a, other ? &lines : nullptr, at);
  if (!noted && is_gone(noted.error())) {
    shut(seat);
    return ok();
  }
  if (!noted) return outcome::failure(noted.error());
  seat.unnoted = false;
  if (!noted.value()) {
    seat.gone = true;
    return ok();
  }
  seat.kept = std::move(digest);
  if (changed) {
    log_.info("account_state", {{"source", state.source.id},
                                {"account", a.name},
                                {"state", to_string(now)},
                                {"reason", reason}});
  }
  if (changed && now == AccountState::kBanned) warn(state, "account_banned");
  if (changed && now == AccountState::kRefused) warn(state, "login_refused");
  if (changed && now == AccountState::kExpired) warn(state, "account_expired");
  return ok();
}

// Requests of a sign-in go to the host that the attempt holds, one after the other.
class Crawler::Engine::Doorway final : public SignInAsks {
 public:
  Doorway(Engine& engine, State& state, Host& host) : engine_(engine), state_(state), host_(host) {}

  Task<Result<net::Response>> ask(net::Request request) override {
    CO_TRYV(co_await engine_.wait_for(host_));
    co_return co_await engine_.ask(state_, host_, std::move(request));
  }
  bool robots_allow(const std::string& url) override {
    return engine_.robots_allow(state_, host_, url);
  }

 private:
  Engine& engine_;
  State& state_;
  Host& host_;
};

Task<Result<std::string>> Crawler::Engine::sign_in_seat(State& state, Host& host) {
  auto& seat = *host.seat;
  if (!seat.account.has_password) {
    CO_TRYV(note_seat(state, seat, AccountState::kExpired, "account_expired", Duration{}));
    co_return "account_expired";
  }
  const auto opened = ports_.accounts->open(seat.account.source, seat.account.name);
  if (!opened && is_gone(opened.error())) {
    shut(seat);
    co_return "account_gone";
  }
  if (!opened) co_return outcome::failure(opened.error());
  // A session of its own; what a browser was known by stays.
  if (!seat.account.from_browser) seat.jar->clear();
  Doorway door(*this, state, host);
  CO_TRY(const auto reason, co_await sign_in(state.source, opened.value().secrets, door));
  if (reason.empty()) {
    seat.unproven = true;
    ++seat.account.sign_ins;
    seat.account.last_sign_in = ports_.clock.now();
    sign_ins(ports_.metrics, state.source.id, "ok").add();
    seat.unnoted = true;  // so that the sign-in is written down
    CO_TRYV(note_seat(state, seat, AccountState::kSignedIn, "", Duration{}));
    co_return reason;
  }
  const auto now = reason == "banned"   ? AccountState::kBanned
                   : reason == kRefused ? AccountState::kRefused
                                        : AccountState::kFailed;
  sign_ins(ports_.metrics, state.source.id, to_string(now)).add();
  CO_TRYV(note_seat(state, seat, now, reason, Duration{}));
  co_return reason;
}

// Asks as the account that holds this host; where the answer is for nobody, signs in once and asks
// again.
Task<Result<Crawler::Engine::Asked>> Crawler::Engine::ask_as(State& state, Host& host,
                                                             net::Request request) {
  Asked out;
  if (host.seat == nullptr) {
    out.answer = co_await ask_through(state, host, std::move(request));
    co_return std::move(out);
  }
  auto& seat = *host.seat;
  CO_TRY(const bool usable, open_seat(seat));
  if (!usable) {
    out.kept_out = "account_gone";
    co_return std::move(out);
  }
  const bool proven = seat.account.state == AccountState::kSignedIn && !seat.unproven;
  bool fresh = !has_session(seat.account);
  if (fresh) {
    CO_TRY(out.kept_out, co_await enter(state, host));
    if (!out.kept_out.empty()) co_return std::move(out);
    CO_TRYV(co_await wait_for(host));
  }
  for (;;) {
    out.answer = co_await ask_through(state, host, request);
    if (!out.answer || out.answer.value().status == 304) co_return std::move(out);
    const auto standing = standing_of(state.source, out.answer.value());
    if (standing == Standing::kUnknown) co_return std::move(out);
    if (standing == Standing::kSignedIn) {
      seat.unproven = false;
      const auto noted = note_seat(state, seat, AccountState::kSignedIn, "", Duration{});
      // The answer is good whether that could be written down or not; the next one does it.
      if (!noted) {
        probe_.storage_errors.add();
        log_.error("account_not_noted", {{"code", to_string(noted.error().code)}});
      }
      co_return std::move(out);
    }
    if (standing == Standing::kBanned) {
      CO_TRYV(note_seat(state, seat, AccountState::kBanned, "banned", Duration{}));
      out.kept_out = "account_banned";
      co_return std::move(out);
    }
    // Signed in a moment ago, and this answer is for somebody else: not again at once.
    if (fresh || seat.unproven) {
      out.kept_out = proven ? kOnlyThis : "login_page";
      co_return std::move(out);
    }
    fresh = true;
    CO_TRY(out.kept_out, co_await enter(state, host));
    if (proven && out.kept_out == "login_page") out.kept_out = kOnlyThis;
    if (!out.kept_out.empty()) co_return std::move(out);
    CO_TRYV(co_await wait_for(host));
    // What the server said of another session is no answer to this one.
    request.etag.clear();
    request.last_modified.clear();
  }
}

Task<Result<std::string>> Crawler::Engine::enter(State& state, Host& host) {
  // The form is on the source's own host; an attempt elsewhere leaves it to one that is there.
  if (host.name != state.source.url.origin()) co_return "login_elsewhere";
  if (is_too_soon(host.seat->account, ports_.clock.now())) co_return "login_page";
  co_return co_await sign_in_seat(state, host);
}

// The job waits, and is not counted as tried: it is the account that failed.
Result<void> Crawler::Engine::nobody_to_go(const FetchJob& job, State& state) {
  const auto now = ports_.clock.now();
  const bool list = job.item.empty();
  if (state.seats.any_usable(now)) {
    // Another account's turn, at once.
    auto again = job;
    if (!list) {
      TRY(again.url, sealed(job.url));
    }
    return ports_.frontier.retry(again, horizon(), "");
  }
  if (list) {
    state.probe.blind.set(1);
    return put_back(job, state, FetchOutcome::kFailed, "blind_account", Duration{});
  }
  const auto next = state.seats.next_try();
  auto later = job;
  TRY(later.url, sealed(job.url));
  const auto least = now + std::chrono::minutes(1);
  const auto due = std::max(next.value_or(now + state.source.schedule), least);
  ++state.round.retried;
  state.probe.retries.add();
  return ports_.frontier.retry(later, due, "blind_account");
}

// Not counted as tried.
Result<void> Crawler::Engine::put_off(const FetchJob& job, State& state, const std::string& why) {
  const auto wait = std::max<Duration>(state.source.schedule, kLeastPutOff);
  auto later = job;
  TRY(later.url, sealed(job.url));
  ++state.round.retried;
  state.probe.retries.add();
  return ports_.frontier.retry(later, ports_.clock.now() + wait, why);
}

Result<void> Crawler::Engine::kept_out_of(const FetchJob& job, State& state, Host& host,
                                          const std::string& why) {
  auto& account = host.seat->account;
  const bool list = job.item.empty();
  if (why == "login_elsewhere") {
    if (!has_session(account)) return put_off(job, state, why);
    // The account is fine as far as its own host says: it is this item that shows nobody.
    return put_back(job, state, FetchOutcome::kFailed, why, state.source.schedule);
  }
  if (why != "login_page" && why != kOnlyThis) return nobody_to_go(job, state);
  if (!list && why == "login_page") return put_off(job, state, why);
  if (!list) {
    // The session was good before: this item is not for us, or the session ended just now. Not
    // asked for again before one may sign in.
    const auto now = ports_.clock.now();
    const Duration wait = is_too_soon(account, now) ? *account.last_sign_in + kBetweenSignIns - now
                                                    : Duration::zero();
    return put_back(job, state, FetchOutcome::kFailed, "login_page", wait);
  }
  // Signed in, and the list is still not for us: the marks are wrong, or the account may not.
  TRYV(note_seat(state, *host.seat, AccountState::kFailed, "login_page", Duration{}));
  return nobody_to_go(job, state);
}

}  // namespace hitokoe::crawler
