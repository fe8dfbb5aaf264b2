// The stores, failing now and then before they did anything.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "hitokoe/base/random.h"
#include "hitokoe/crawler/capture.h"
#include "hitokoe/crawler/frontier.h"
#include "hitokoe/crawler/frontier_restarts.h"
#include "hitokoe/crawler/frontier_waits.h"
#include "hitokoe/crawler/work_queue.h"

namespace hitokoe::testing {

#define HITOKOE_MAY_FAIL() \
  if (random.unit() < rate) return fail(Errc::kIo, "simulated", "simulated")

class FaultyFrontier final : public crawler::Frontier,
                             public crawler::FrontierWaits,
                             public crawler::FrontierRestarts {
 public:
  FaultyFrontier(Frontier& inner_, Random& random_, double rate_)
      : inner(inner_),
        waits(dynamic_cast<crawler::FrontierWaits&>(inner_)),
        random(random_),
        rate(rate_) {}
  Result<std::uint64_t> add(const std::vector<crawler::FetchJob>& jobs) override {
    HITOKOE_MAY_FAIL();
    return inner.add(jobs);
  }
  Result<std::optional<crawler::FetchJob>> next(UtcTime now,
                                                const std::vector<std::string>& sources,
                                                const std::vector<std::string>& busy) override {
    HITOKOE_MAY_FAIL();
    return inner.next(now, sources, busy);
  }
  Result<std::optional<UtcTime>> next_due(const std::vector<std::string>& sources,
                                          const std::vector<std::string>& busy) override {
    HITOKOE_MAY_FAIL();
    return inner.next_due(sources, busy);
  }
  Result<void> done(const crawler::FetchJob& job, crawler::FetchOutcome outcome, UtcTime at,
                    const std::string& reason) override {
    HITOKOE_MAY_FAIL();
    return inner.done(job, outcome, at, reason);
  }
  Result<void> list_done(const crawler::FetchJob& next, crawler::FetchOutcome outcome, UtcTime at,
                         const std::string& reason) override {
    HITOKOE_MAY_FAIL();
    return inner.list_done(next, outcome, at, reason);
  }
  Result<void> retry(const crawler::FetchJob& job, UtcTime due,
                     const std::string& reason) override {
    HITOKOE_MAY_FAIL();
    return inner.retry(job, due, reason);
  }
  Result<std::optional<crawler::Validators>> validators(const std::string& url) override {
    HITOKOE_MAY_FAIL();
    return inner.validators(url);
  }
  Result<void> set_validators(const std::string& url, const crawler::Validators& v) override {
    HITOKOE_MAY_FAIL();
    return inner.set_validators(url, v);
  }
  Result<void> leave_alone(const std::string& host, UtcTime until) override {
    HITOKOE_MAY_FAIL();
    return waits.leave_alone(host, until);
  }
  Result<std::vector<std::pair<std::string, UtcTime>>> left_alone(UtcTime now) override {
    HITOKOE_MAY_FAIL();
    return waits.left_alone(now);
  }
  Result<void> not_later(UtcTime now, Duration wait,
                         const std::vector<std::string>& sources) override {
    HITOKOE_MAY_FAIL();
    return waits.not_later(now, wait, sources);
  }
  Result<std::string> memory(const std::string& source) override { return inner.memory(source); }
  Result<std::vector<Coverage>> coverage() override { return inner.coverage(); }

  std::uint64_t restarts() const override { return forgot; }

  std::uint64_t forgot = 0;
  Frontier& inner;
  FrontierWaits& waits;
  Random& random;
  double rate;
};

class FaultyQueue final : public crawler::WorkQueue {
 public:
  FaultyQueue(WorkQueue& inner_, Random& random_, double rate_)
      : inner(inner_), random(random_), rate(rate_) {}
  Result<void> push(const std::string& capture, UtcTime now) override {
    HITOKOE_MAY_FAIL();
    return inner.push(capture, now);
  }
  Result<std::vector<crawler::WorkItem>> claim(const std::string& worker, std::size_t limit,
                                               UtcTime now, Duration visibility) override {
    return inner.claim(worker, limit, now, visibility);
  }
  Result<std::uint64_t> take_over(const std::string& worker) override {
    return inner.take_over(worker);
  }
  Result<void> renew(const std::string& worker, const std::vector<std::uint64_t>& tickets,
                     UtcTime now) override {
    return inner.renew(worker, tickets, now);
  }
  Result<void> acknowledge(std::uint64_t ticket) override { return inner.acknowledge(ticket); }
  Result<void> set_aside(std::uint64_t ticket, const std::string& reason) override {
    return inner.set_aside(ticket, reason);
  }
  Result<std::uint64_t> depth() override { return inner.depth(); }

  WorkQueue& inner;
  Random& random;
  double rate;
};

class FaultyCaptures final : public crawler::CaptureStore {
 public:
  FaultyCaptures(Random& random_, double rate_) : random(random_), rate(rate_) {}
  Result<void> put(const crawler::CaptureMeta& meta, ByteView) override {
    HITOKOE_MAY_FAIL();
    if (all.emplace(meta.id, meta).second) order.push_back(meta.id);
    return ok();
  }
  Result<crawler::CaptureMeta> meta(const std::string& id) override { return all.at(id); }
  Result<Bytes> read(const std::string&) override {
    return fail(Errc::kUnsupported, "no bytes", "no bytes");
  }
  Result<void> keep_for_incident(const std::string&, const std::string&) override { return ok(); }
  Result<std::vector<std::string>> list() override { return order; }

  Random& random;
  double rate;
  std::map<std::string, crawler::CaptureMeta> all;
  std::vector<std::string> order;
};

#undef HITOKOE_MAY_FAIL

}  // namespace hitokoe::testing
