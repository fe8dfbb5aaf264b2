#include "crawler/engine.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <iterator>

namespace hitokoe::crawler {

namespace {

// A sleep is never longer, so that a wall clock that jumps is noticed.
constexpr auto kLongestSleep = std::chrono::minutes(1);
// Less is no step of the clock that anything must be done about.
constexpr auto kStep = std::chrono::minutes(1);
constexpr std::size_t kMostWarnings = 1000;
constexpr std::size_t kMostHosts = 10'000;
// At most one capture can be put but not pushed when the process is killed (both happen without a
// wait between them); other writers may have put some after it.
constexpr std::size_t kOrphanSearch = 64;
// What other processes queued is noticed after this.
constexpr auto kLookForOthers = std::chrono::seconds(1);

}  // namespace

Crawler::Engine::Engine(std::vector<Source> sources, CrawlerOptions options, CrawlerPorts ports,
                        const Logger& log, TaskGroup& group)
    : options_(options),
      ports_(ports),
      waits_(dynamic_cast<FrontierWaits*>(&ports.frontier)),
      order_(dynamic_cast<FrontierOrder*>(&ports.frontier)),
      restarts_(dynamic_cast<FrontierRestarts*>(&ports.frontier)),
      log_(log.named("crawler")),
      group_(group),
      probe_(ports.metrics),
      hosts_(order_) {
  for (auto& source : sources) {
    auto state = std::make_unique<State>(std::move(source), ports_.metrics, ports_.random);
    const std::string id = state->source.id;
    state->round.source = id;
    ids_.push_back(id);
    if (!state->source.adapter->lists()) linked_.push_back(state.get());
    if (state->source.login) signing_in_.push_back(state.get());
    states_.emplace(id, std::move(state));
  }
  active_ = ids_;
  if (order_ != nullptr) order_->offer({});
}

Crawler::Engine::Slot::Slot(Engine& engine, std::string host, Seats* seats, Seat* seat)
    : engine_(&engine), host_(std::move(host)), seats_(seats), seat_(seat) {}

Crawler::Engine::Slot::Slot(Slot&& other) noexcept
    : engine_(std::exchange(other.engine_, nullptr)),
      host_(std::move(other.host_)),
      seats_(other.seats_),
      seat_(std::exchange(other.seat_, nullptr)) {}

Crawler::Engine::Slot::~Slot() {
  if (engine_ == nullptr) return;
  if (seat_ != nullptr) seats_->give_back(seat_);
  engine_->free_host(host_);
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

Result<void> Crawler::Engine::push_last(std::span<const std::string> ids) {
  std::vector<std::string> ours;
  const auto last = ids.last(std::min(ids.size(), kOrphanSearch));
  ours.reserve(last.size());
  for (const auto& id : last) {
    TRY(const auto meta, ports_.captures.meta(id));
    if (states_.contains(meta.source)) ours.push_back(id);
  }
  return ports_.queue.push_all(ours, ports_.clock.now());
}

Result<void> Crawler::Engine::push_orphans() {
  TRY(const auto ids, ports_.captures.list());
  TRYV(push_last(ids));
  // Those of a clock that was ahead stand behind what is the newest in truth.
  const auto latest = ports_.clock.now() + kStep;
  const auto end = std::ranges::partition_point(ids, [&](const std::string& id) {
    const auto meta = ports_.captures.meta(id);
    return !meta || meta.value().fetched <= latest;
  });
  if (end == ids.end()) return ok();
  return push_last(std::span(ids).first(static_cast<std::size_t>(end - ids.begin())));
}

// At most one capture waits here, because nothing more is kept before it is pushed.
Result<void> Crawler::Engine::push_kept() {
  if (unpushed_.empty()) return ok();
  TRYV(ports_.queue.push(unpushed_, ports_.clock.now()));
  unpushed_.clear();
  return ok();
}

Result<void> Crawler::Engine::know_rests() {
  if (waits_ == nullptr) return ok();
  const auto now = ports_.clock.now();
  TRY(const auto rests, waits_->left_alone(now));
  for (const auto& [name, until] : rests) {
    auto& host = hosts_.at(name);
    host.asked_until = ports_.clock.steady() + std::min(until - now, options_.retry_after_most);
    host.ready_at = std::max(host.ready_at, host.asked_until);
    hosts_.settle(host, ports_.clock.steady());
  }
  return ok();
}

Duration Crawler::Engine::longest_wait() const {
  // Back-off has a quarter of chance on top.
  Duration longest = std::max(options_.backoff_most / 4 * 5, options_.retry_after_most);
  for (const auto& [id, state] : states_) longest = std::max(longest, state->source.schedule);
  return longest;
}

Result<void> Crawler::Engine::notice_clock() {
  const auto now = ports_.clock.now();
  const auto ahead = now.time_since_epoch() -
                     std::chrono::duration_cast<Duration>(ports_.clock.steady().time_since_epoch());
  const auto step = wall_ahead_ == Duration::zero() ? Duration::zero() : ahead - wall_ahead_;
  if (waits_ != nullptr && (step > kStep || step < -kStep)) {
    log_.warn("clock_set",
              {{"seconds", std::chrono::duration_cast<std::chrono::seconds>(step).count()}});
    if (!shared()) {
      TRYV(set_waits(now, step));
    } else if (step < Duration::zero()) {
      TRYV(waits_->not_later(now, longest_wait(), ids_));
    }
  }
  wall_ahead_ = ahead;
  return ok();
}

Result<void> Crawler::Engine::set_waits(UtcTime now, Duration step) {
  // Hosts are left alone by the steady clock, whatever becomes due.
  if (step < Duration::zero()) {
    TRYV(waits_->not_later(now, Duration::zero(), ids_));
  }
  std::set<std::string, std::less<>> rest;
  for (const auto& [host, until] : hosts_.resting(ports_.clock.steady())) {
    TRYV(remember_rest(host, until));
    rest.insert(host);
  }
  TRY(const auto written, waits_->left_alone(UtcTime::min()));
  for (const auto& [host, until] : written) {
    if (rest.contains(host)) continue;
    TRYV(waits_->leave_alone(host, now));
  }
  return ok();
}

Result<void> Crawler::Engine::begin() {
  begun_ = ports_.clock.steady();
  TRYV(push_orphans());
  TRYV(know_rests());
  TRY(const auto coverage, ports_.frontier.coverage());
  // Where others write, too, it may as well be ours that is behind.
  const bool was_ahead = !shared() && std::ranges::any_of(coverage, [&](const auto& known) {
    return states_.contains(known.source) &&
           std::max(known.last_success, known.last_new) > ports_.clock.now() + kStep;
  });
  // What waits for longer than anything may was queued by a clock that was ahead.
  if (waits_ != nullptr) {
    const auto longest = was_ahead ? Duration::zero() : longest_wait();
    TRYV(waits_->not_later(ports_.clock.now(), longest, ids_));
  }
  for (const auto& known : coverage) {
    const auto found = states_.find(known.source);
    if (found != states_.end() && known.listed > 0) found->second->listed_before = true;
  }
  return queue_lists();
}

Result<void> Crawler::Engine::queue_lists() {
  // Read before: one that happens meanwhile is noticed later.
  const auto restarts = restarts_ == nullptr ? 0 : restarts_->restarts();
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
  known_restarts_ = restarts;
  return ok();
}

Result<void> Crawler::Engine::keep_lists() {
  if (restarts_ == nullptr || restarts_->restarts() == known_restarts_) return ok();
  TRYV(queue_lists());
  log_.warn("lists_queued_again", {});
  return ok();
}

Result<void> Crawler::Engine::start() {
  TRYV(begin());
  running_ = true;
  if (ports_.politeness != nullptr) group_.spawn("turns", keep_turns());
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
  if (ports_.politeness != nullptr) group_.spawn("turns", keep_turns());
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
  if (auto noticed = notice_clock(); !noticed) storage_failed(noticed.error());
  if (auto pushed = push_kept(); !pushed) storage_failed(pushed.error());
  if (auto kept = keep_lists(); !kept) storage_failed(kept.error());
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
  if (auto set = set_alarm_for_next(looked); !set) {
    storage_failed(set.error());
    set_alarm(paused_until_);
  }
}

Result<void> Crawler::Engine::know_paused() {
  TRYV(know_accounts());
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
  TRY(auto job, next_job(now));
  if (!job) return false;
  if (ports_.politeness != nullptr) {
    TRY(job, take_turn(*job, now));
    if (!job) return true;
  }
  auto& host = hosts_.at(job->host);
  auto& state = *states_.at(job->source);
  hosts_.take(host);
  host.seat = state.source.login ? state.seats.take(ports_.clock.now()) : nullptr;
  ++in_flight_;
  probe_.in_flight.set(static_cast<std::int64_t>(in_flight_));
  probe_.hosts.set(static_cast<std::int64_t>(hosts_.size()));
  Slot slot(*this, job->host, &state.seats, host.seat);
  group_.spawn("fetch", attempt(std::move(*job), std::move(slot)));
  return true;
}

void Crawler::Engine::offer() {
  auto now = offered();
  if (now == told_) return;
  order_->offer(now);
  told_ = std::move(now);
}

Result<std::optional<FetchJob>> Crawler::Engine::next_job(SteadyTime now) {
  hosts_.wake(now);
  if (order_ == nullptr) return ports_.frontier.next(horizon(), offered(), hosts_.unavailable(now));
  offer();
  return order_->next_open(horizon());
}

Result<std::optional<UtcTime>> Crawler::Engine::next_job_due(SteadyTime now) {
  hosts_.wake(now);
  if (order_ == nullptr) return ports_.frontier.next_due(offered(), hosts_.unavailable(now));
  offer();
  return order_->next_open_due();
}

void Crawler::Engine::free_host(const std::string& host) {
  auto& known = hosts_.at(host);
  known.seat = nullptr;
  if (ports_.politeness != nullptr) give_back(known);
  hosts_.settle(known, ports_.clock.steady());
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
  TRY(const auto due, ports_.frontier.next_due(offered(), hosts_.unavailable(patient)));
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
  if (const auto ready = hosts_.next_ready()) set_alarm(*ready);
  if (ports_.politeness != nullptr) set_alarm(now + kLookForOthers);
  if (once_) return ok();
  // Those that are paused may be let go on at any time, from outside.
  if (active_.size() < ids_.size()) set_alarm(now + kLongestSleep);
  TRY(const auto due, next_job_due(now));
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
