// A clock and a sleeper for which a day takes a moment: when nobody has anything left to do, time
// jumps to the next who sleeps. The same program makes the same jumps.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <map>
#include <memory>
#include <utility>

#include "hitokoe/base/async.h"
#include "hitokoe/base/simulated_clock.h"

namespace hitokoe::testing {

class VirtualTime final : public Sleeper {
 public:
  explicit VirtualTime(UtcTime start) : clock(start) {}

  Task<Result<void>> sleep_for(Duration d) override {
    const auto bed = std::make_shared<Bed>(co_await asio::this_coro::executor);
    const auto key = std::pair(clock.now() + d, ++sequence_);
    beds_.emplace(key, bed);
    co_await bed->wait.async_wait(asio::as_tuple(asio::use_awaitable));
    if (bed->rung) co_return ok();
    beds_.erase(key);
    co_return fail(Errc::kCancelled, "stopped", "stopped");
  }

  // Until nobody sleeps, `until`, or `done`.
  template <class Done>
  void run(asio::io_context& io, UtcTime until, Done done) {
    for (;;) {
      io.restart();
      io.poll();
      if (done() || beds_.empty()) return;
      const auto next = beds_.begin();
      const auto at = next->first.first;
      if (at > until) {
        clock.advance(std::max(Duration::zero(), until - clock.now()));
        return;
      }
      clock.advance(std::max(Duration::zero(), at - clock.now()));
      const auto bed = next->second;
      beds_.erase(next);
      bed->rung = true;
      bed->wait.cancel();
    }
  }

  SimulatedClock clock;

 private:
  struct Bed {
    explicit Bed(const asio::any_io_executor& executor)
        : wait(executor, asio::steady_timer::time_point::max()) {}
    asio::steady_timer wait;
    bool rung = false;
  };
  std::map<std::pair<UtcTime, std::uint64_t>, std::shared_ptr<Bed>> beds_;
  std::uint64_t sequence_ = 0;
};

}  // namespace hitokoe::testing
