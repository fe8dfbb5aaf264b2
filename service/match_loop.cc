#include "service/match_loop.h"

#include <algorithm>
#include <utility>

namespace hitokoe::service {
namespace {

// What another try cannot mend: the capture itself is the problem, or it is gone for good.
bool is_final(Errc code) {
  return code == Errc::kNotFound || code == Errc::kForbidden || code == Errc::kCorrupt ||
         code == Errc::kBadInput || code == Errc::kUnsupported || code == Errc::kLimit;
}

}  // namespace

MatchLoop::MatchLoop(Parts parts, MatchLoopOptions options, matcher::Options matching)
    : p_(std::move(parts)),
      options_(options),
      matcher_({p_.captures, p_.keys, p_.incidents, p_.alerts, p_.clock, p_.metrics, p_.log,
                p_.older, p_.shares},
               std::move(matching)),
      done_(p_.metrics.counter("hitokoe_match_captures_total", "Captures by what became of them",
                               {{"outcome", "done"}})),
      set_aside_(p_.metrics.counter("hitokoe_match_captures_total",
                                    "Captures by what became of them", {{"outcome", "set_aside"}})),
      failed_(p_.metrics.counter("hitokoe_match_captures_total", "Captures by what became of them",
                                 {{"outcome", "failed"}})),
      depth_(p_.metrics.gauge("hitokoe_match_queue_depth", "Captures that wait for the matcher")),
      seconds_(p_.metrics.histogram("hitokoe_match_seconds", "Time to match one capture",
                                    {0.001, 0.01, 0.1, 1, 10, 100})) {}

Task<Result<void>> MatchLoop::run() {
  for (;;) {
    const auto claimed = co_await round();
    Duration pause{};
    if (!claimed) {
      if (claimed.error().code == Errc::kCancelled) co_return outcome::failure(claimed.error());
      p_.log.error("match.queue_failed", {{"error", to_string(claimed.error().code)}});
      pause = options_.retry;
    } else if (claimed.value() == 0) {
      pause = options_.idle;
    }
    // Also with work to do: this is where a stop is noticed.
    CO_TRYV(co_await p_.sleeper.sleep_for(pause));
  }
}

Task<Result<void>> MatchLoop::keep_claims() {
  for (;;) {
    CO_TRYV(co_await p_.sleeper.sleep_for(options_.visibility / 3));
    const std::vector<std::uint64_t> tickets(in_hand_.begin(), in_hand_.end());
    const auto kept = p_.queue.renew(p_.worker, tickets, p_.clock.now());
    if (!kept) p_.log.warn("match.renew_failed", {{"error", to_string(kept.error().code)}});
  }
}

Task<Result<MatchCounts>> MatchLoop::drain() {
  counts_ = {};
  for (;;) {
    CO_TRY(const auto claimed, co_await round());
    if (claimed == 0) co_return counts_;
  }
}

Task<Result<std::size_t>> MatchLoop::round() {
  // What every capture needs comes first: a broken index is no capture's fault, and nothing is
  // claimed while it is broken.
  CO_TRY(const auto basis, co_await p_.pool.run([this] { return open_basis(); }));
  if (!took_over_) {
    CO_TRYV(take_over());
  }
  // A capture that kills the process shall not have its neighbours counted as tried each time.
  const std::size_t most = suspects_ > 0 ? 1 : options_.batch;
  CO_TRY(const auto items, p_.queue.claim(p_.worker, most, p_.clock.now(), options_.visibility));
  last_claim_ = p_.clock.steady();
  suspects_ -= std::min<std::uint64_t>(suspects_, items.size());
  // What an earlier round left behind is handed out again when it was silent for long enough.
  in_hand_.clear();
  for (const auto& item : items) in_hand_.insert(item.ticket);
  for (const auto& item : items) {
    const auto tried = co_await one(item, basis);
    in_hand_.erase(item.ticket);
    if (tried) continue;
    in_hand_.clear();
    co_return outcome::failure(tried.error());
  }
  if (const auto depth = p_.queue.depth()) {
    depth_.set(static_cast<std::int64_t>(depth.value()));
  }
  co_return items.size();
}

Result<void> MatchLoop::take_over() {
  TRY(suspects_, p_.queue.take_over(p_.worker));
  took_over_ = true;
  if (suspects_ > 0) p_.log.info("match.taken_over", {{"captures", suspects_}});
  return ok();
}

Task<Result<void>> MatchLoop::one(const crawler::WorkItem& item, const MatchBasis& basis) {
  // A capture that kills the process never gets to report its failure.
  if (item.deliveries > options_.deliveries) co_return put_aside(item, "delivered too often");
  const auto begin = p_.clock.steady();
  const auto done =
      co_await p_.pool.run([this, &item, &basis] { return matcher_.match(item.capture, basis); });
  seconds_.observe(std::chrono::duration<double>(p_.clock.steady() - begin).count());
  if (!done) {
    const Error& error = done.error();
    // A damaged index is no capture's fault: it waits until that is mended (open_basis()).
    const bool mine = basis.index->sound().has_value();
    if (mine && (is_final(error.code) || item.deliveries >= options_.deliveries)) {
      co_return put_aside(item, std::string(to_string(error.code)));
    }
    p_.log.warn("match.failed", {{"capture", item.capture},
                                 {"error", to_string(error.code)},
                                 {"deliveries", item.deliveries}});
    ++counts_.failed;
    failed_.add();
    co_return ok();
  }
  CO_TRYV(p_.queue.acknowledge(item.ticket));
  ++counts_.captures;
  counts_.matched += done.value().matched ? 1U : 0U;
  counts_.opened += done.value().outcome == incident::Outcome::kOpened ? 1U : 0U;
  counts_.joined += done.value().outcome == incident::Outcome::kJoined ? 1U : 0U;
  done_.add();
  if (!done.value().incident.empty()) {
    p_.log.info("match.incident", {{"capture", item.capture},
                                   {"incident", done.value().incident},
                                   {"outcome", incident::to_string(done.value().outcome)}});
  }
  co_return ok();
}

Result<MatchBasis> MatchLoop::open_basis() {
  TRY(auto index, p_.index.current());
  TRY(auto registry, p_.registry.load());
  MatchBasis basis{std::move(index),
                   std::make_shared<const registry::Registry>(std::move(registry))};
  if (p_.terms != nullptr) {
    TRY(basis.terms, p_.terms->current());
  }
  return basis;
}

Result<void> MatchLoop::put_aside(const crawler::WorkItem& item, const std::string& reason) {
  TRYV(p_.queue.set_aside(item.ticket, reason));
  p_.log.error("match.set_aside", {{"capture", item.capture}, {"reason", reason}});
  ++counts_.set_aside;
  set_aside_.add();
  return ok();
}

}  // namespace hitokoe::service
