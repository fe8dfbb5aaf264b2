#include "crawler/engine.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <iterator>

namespace hitokoe::crawler {

namespace {

// A sleep is never longer, so that a wall clock that jumps is noticed.
constexpr auto kLongestSleep = std::chrono::minutes(1);
constexpr std::size_t kMostWarnings = 1000;
constexpr std::size_t kMostHosts = 10'000;
// At most one capture can be put but not pushed when the process is killed (both happen without a
// wait between them); other writers may have put some after it.
constexpr std::size_t kOrphanSearch = 64;

}  // namespace

Crawler::Engine::Engine(std::vector<Source> sources, CrawlerOptions options, CrawlerPorts ports,
                        const Logger& log, TaskGroup& group)
    : options_(options),
      ports_(ports),
      log_(log.named("crawler")),
      group_(group),
      probe_(ports.metrics) {
  for (auto& source : sources) {
    auto state = std::make_unique<State>(std::move(source), ports_.metrics, ports_.random);
    const std::string id = state->source.id;
    state->round.source = id;
    ids_.push_back(id);
    if (!state->source.adapter->lists()) linked_.push_back(state.get());
    states_.emplace(id, std::move(state));
  }
  active_ = ids_;
}

Crawler::Engine::Slot::Slot(Engine& engine, std::string host)
    : engine_(&engine), host_(std::move(host)) {}

Crawler::Engine::Slot::Slot(Slot&& other) noexcept
    : engine_(std::exchange(other.engine_, nullptr)), host_(std::move(other.host_)) {}

Crawler::Engine::Slot::~Slot() {
  if (engine_ != nullptr) engine_->free_host(host_);
}

FetchJob Crawler::Engine::list_job(const State& state, UtcTime due) const {
  return {.source = state.source.id,
          .item = "",
          .url = state.source.url.text(),
          .host = state.source.url.origin(),
          .tries = 0,
          .due = due,
          .memory = state.memory};
}

Result<void> Crawler::Engine::push_orphans() {
  TRY(const auto ids, ports_.captures.list());
  const std::size_t first = ids.size() - std::min(ids.size(), kOrphanSearch);
  for (std::size_t i = first; i < ids.size(); ++i) {
    TRY(const auto meta, ports_.captures.meta(ids[i]));
    if (!states_.contains(meta.source)) continue;
    TRYV(ports_.queue.push(ids[i], ports_.clock.now()));
  }
  return ok();
}

Result<void> Crawler::Engine::begin() {
  begun_ = ports_.clock.steady();
  TRYV(push_orphans());
  TRY(const auto coverage, ports_.frontier.coverage());
  for (const auto& known : coverage) {
    const auto found = states_.find(known.source);
    if (found != states_.end() && known.listed > 0) found->second->listed_before = true;
  }
  std::vector<FetchJob> lists;
  lists.reserve(ids_.size());
  const auto now = ports_.clock.now();
  for (const auto& id : ids_) {
    auto& state = *states_.at(id);
    if (!state.source.adapter->lists()) continue;
    TRY(state.memory, ports_.frontier.memory(id));
    lists.push_back(list_job(state, now));
  }
  TRYV(ports_.frontier.add(lists));
  return ok();
}

Result<void> Crawler::Engine::start() {
  TRYV(begin());
  running_ = true;
  pump();
  return ok();
}

Task<Result<CrawlReport>> Crawler::Engine::run_once(OnceOptions once) {
  if (running_)
    co_return fail(Errc::kConflict, "the crawler is running already", "巡回はすでに動いています");
  CO_TRYV(begin());
  round_start_ = ports_.clock.now();
  once_ = once;
  round_error_.reset();
  CO_TRYV(know_paused());
  for (const auto& id : ids_) {
    if (std::ranges::find(active_, id) == active_.end()) warn(*states_.at(id), "paused");
  }
  if (once.lists_now) {
    for (const auto& id : active_) {
      const auto& state = *states_.at(id);
      if (!state.source.adapter->lists()) continue;
      CO_TRYV(ports_.frontier.retry(list_job(state, round_start_), round_start_, ""));
    }
  }
  const auto over = std::make_shared<asio::steady_timer>(co_await asio::this_coro::executor,
                                                         asio::steady_timer::time_point::max());
  round_over_ = over;
  running_ = true;
  pump();
  bool stopped = false;
  while (running_ && !stopped) {
    // Cancelled by pump() at the end of the round, after running_ became false; or else by the
    // surrounding group.
    co_await over->async_wait(asio::as_tuple(asio::use_awaitable));
    stopped = running_;
  }
  running_ = false;
  once_.reset();
  round_over_.reset();
  if (round_error_) co_return outcome::failure(*round_error_);
  if (stopped || group_.stopping()) co_return fail(Errc::kCancelled, "stopped", "停止しました");
  co_return report();
}

CrawlReport Crawler::Engine::report() const {
  CrawlReport out;
  for (const auto& id : ids_) out.sources.push_back(states_.at(id)->round);
  out.warnings = warnings_;
  return out;
}

UtcTime Crawler::Engine::horizon() const { return once_ ? round_start_ : ports_.clock.now(); }

void Crawler::Engine::pump() {
  if (pumping_) {
    pump_wanted_ = true;
    return;
  }
  pumping_ = true;
  if (auto known = know_paused(); !known) storage_failed(known.error());
  // When hosts were looked at last: one that gets ready after it is waited for.
  SteadyTime looked = ports_.clock.steady();
  do {
    pump_wanted_ = false;
    while (running_ && !group_.stopping() && in_flight_ < options_.concurrency) {
      looked = ports_.clock.steady();
      const auto started = pump_one(looked);
      if (!started) storage_failed(started.error());
      if (!started || !started.value()) break;
    }
  } while (pump_wanted_);
  pumping_ = false;
  if (!running_ || group_.stopping()) {
    if (round_over_ && in_flight_ == 0) {
      running_ = false;
      round_over_->cancel();
    }
    return;
  }
  auto over = round_is_over();
  if (over && over.value()) {
    running_ = false;
    round_over_->cancel();
    return;
  }
  if (auto set = set_alarm_for_next(looked); !set) storage_failed(set.error());
}

Result<void> Crawler::Engine::know_paused() {
  if (ports_.control == nullptr) return ok();
  TRY(const auto paused, ports_.control->paused());
  active_.clear();
  std::ranges::copy_if(ids_, std::back_inserter(active_), [&](const std::string& id) {
    return std::ranges::find(paused, id, &SourcePause::source) == paused.end();
  });
  return ok();
}

Result<bool> Crawler::Engine::pump_one(SteadyTime now) {
  if (paused_until_ > now || !gate_open()) return false;
  if (hosts_.size() > kMostHosts) hosts_.tidy(now, options_.robots_lifetime);
  TRY(auto job, ports_.frontier.next(horizon(), active_, hosts_.unavailable(now)));
  if (!job) return false;
  hosts_.at(job->host).busy = true;
  ++in_flight_;
  probe_.in_flight.set(static_cast<std::int64_t>(in_flight_));
  probe_.hosts.set(static_cast<std::int64_t>(hosts_.size()));
  Slot slot(*this, job->host);
  group_.spawn("fetch", attempt(std::move(*job), std::move(slot)));
  return true;
}

void Crawler::Engine::free_host(const std::string& host) {
  hosts_.at(host).busy = false;
  --in_flight_;
  probe_.in_flight.set(static_cast<std::int64_t>(in_flight_));
  // Not from here: this runs while a coroutine is taken down.
  if (!group_.stopping()) {
    group_.spawn("pump", pump_again());
  } else if (round_over_ && in_flight_ == 0) {
    running_ = false;
    round_over_->cancel();
  }
}

Task<Result<void>> Crawler::Engine::pump_again() {
  pump();
  co_return ok();
}

Result<bool> Crawler::Engine::round_is_over() {
  if (!once_ || in_flight_ > 0) return false;
  if (!gate_open()) {
    round_error_ = Error{Errc::kLimit, "the disk's budget is used up: nothing more is fetched",
                         "ディスクの上限に達したため、取得を止めました"};
  }
  if (round_error_) return true;
  // Hosts that will be ready soon still count; the others are left for the next round.
  const auto patient = ports_.clock.steady() + once_->patience;
  TRY(const auto due, ports_.frontier.next_due(active_, hosts_.unavailable(patient)));
  return !due || *due > horizon();
}

Result<void> Crawler::Engine::set_alarm_for_next(SteadyTime now) {
  if (paused_until_ > now) {
    set_alarm(paused_until_);
    return ok();
  }
  if (!gate_open()) {
    set_alarm(now + kLongestSleep);
    return ok();
  }
  if (in_flight_ >= options_.concurrency) return ok();  // the next end pumps
  if (const auto ready = hosts_.next_ready(now, SteadyTime::max())) set_alarm(*ready);
  if (once_) return ok();
  // Those that are paused may be let go on at any time, from outside.
  if (active_.size() < ids_.size()) set_alarm(now + kLongestSleep);
  TRY(const auto due, ports_.frontier.next_due(active_, hosts_.unavailable(now)));
  if (due) set_alarm(now + std::max<Duration>(*due - ports_.clock.now(), Duration(1)));
  return ok();
}

void Crawler::Engine::set_alarm(SteadyTime at) {
  at = std::min<SteadyTime>(at, ports_.clock.steady() + kLongestSleep);
  if (!alarms_.empty() && *alarms_.begin() <= at) return;
  alarms_.insert(at);
  group_.spawn("alarm", alarm(at));
}

Task<Result<void>> Crawler::Engine::alarm(SteadyTime at) {
  const auto wait = std::chrono::ceil<Duration>(at - ports_.clock.steady());
  const auto slept = co_await ports_.sleeper.sleep_for(std::max(wait, Duration::zero()));
  alarms_.erase(alarms_.find(at));
  if (!slept) co_return outcome::failure(slept.error());
  pump();
  co_return ok();
}

void Crawler::Engine::storage_failed(const Error& error) {
  // Nothing is lost: the job stays queued. But going on would fetch without keeping.
  probe_.storage_errors.add();
  log_.error("storage_failed", {{"code", to_string(error.code)}});
  paused_until_ = ports_.clock.steady() + options_.pause_after_storage_error;
  if (!once_) return;
  round_error_ = error;
  running_ = false;
}

void Crawler::Engine::warn(State& state, std::string what) {
  log_.warn("source_warning", {{"source", state.source.id}, {"what", what}});
  const auto same = [&](const CrawlWarning& w) {
    return w.source == state.source.id && w.what == what;
  };
  if (warnings_.size() >= kMostWarnings || std::ranges::any_of(warnings_, same)) return;
  warnings_.push_back({state.source.id, std::move(what)});
}

Crawler::Crawler(std::vector<Source> sources, CrawlerOptions options, CrawlerPorts ports,
                 const Logger& log, TaskGroup& group)
    : engine_(std::make_unique<Engine>(std::move(sources), options, ports, log, group)) {}
Crawler::~Crawler() = default;
Result<void> Crawler::start() { return engine_->start(); }
Task<Result<CrawlReport>> Crawler::run_once(OnceOptions options) {
  return engine_->run_once(options);
}
CrawlReport Crawler::report() const { return engine_->report(); }

}  // namespace hitokoe::crawler
