// The crawler's and matcher's queues in Redis (7.0), shared by processes on several machines.
// Vendor types stay in storage/redis/. What may be lost when, and sizes: docs/redis.md.
//
// All calls block, for `connect_timeout` or `command_timeout` at most. While Redis does not answer
// they fail at once (kUnavailable) until the next attempt to connect is due, so that a caller is
// not held up again and again.
//
// Errors of all calls: kUnavailable: no connection, no master, Redis is loading or was demoted;
// kTimeout: no answer in time, the call may have had its effect; kUnauthorized, kForbidden: the
// user's password or rights; kLimit: Redis' memory or one of the limits below is used up; kIo:
// Redis cannot write to its disk; kCorrupt: an answer that is not ours. The text says what to do.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "hitokoe/base/log.h"
#include "hitokoe/base/random.h"
#include "hitokoe/base/result.h"
#include "hitokoe/base/time.h"
#include "hitokoe/crawler/frontier.h"
#include "hitokoe/crawler/host_politeness.h"
#include "hitokoe/crawler/work_queue.h"

namespace hitokoe::storage {

struct RedisOptions {
  std::string address;                  // host:port of one server
  std::vector<std::string> sentinels;   // or host:port of sentinels, which know the master …
  std::string master = "hitokoe";       // … by this name
  std::string user;                     // of the ACL; empty: the default user
  std::filesystem::path password_file;  // empty: no AUTH
  std::filesystem::path sentinel_password_file;  // empty: no AUTH
  std::uint32_t database = 0;                    // number, 0 … 15
  std::string prefix = "hitokoe";                // of all keys: one an installation
  std::string queue;  // name of the matcher's queue; empty: that stays in the data folder
  Duration connect_timeout = std::chrono::milliseconds(500);
  Duration command_timeout = std::chrono::seconds(2);
  Duration backoff_least = std::chrono::milliseconds(100);  // before the second attempt, doubled …
  Duration backoff_most = std::chrono::seconds(5);          // … up to this, ±25 %
  Duration lease = std::chrono::seconds(30);                // of a host, while its holder is silent
  std::uint64_t most_items = 5'000'000;      // queued and seen ones; then lists are not read
  std::uint64_t most_captures = 1'000'000;   // that wait for the matcher; then nothing is fetched
  std::uint64_t known_captures = 1'000'000;  // ids that are known not to be pushed twice
  std::uint32_t wait_replicas = 0;           // that must have a pushed capture; 0: none

  bool wanted() const { return !address.empty() || !sentinels.empty(); }
};

// A connection that comes back by itself. Thread-safe; one call at a time.
class Redis {
 public:
  // Does not connect. kBadInput: an address, a prefix; and of the password files.
  static Result<std::shared_ptr<Redis>> open(const RedisOptions& options, const Clock& clock,
                                             Random& random, const Logger& log);
  ~Redis();

  struct Health {
    bool connected = false;
    std::uint64_t connects = 0;   // that succeeded
    std::uint64_t failovers = 0;  // of them, to another server than before
    std::uint64_t failures = 0;   // calls without an answer
  };
  Health health() const;
  Result<void> ping();
  // Bytes that the server uses, and may use (0: no limit).
  struct Memory {
    std::uint64_t used = 0, most = 0;
  };
  Result<Memory> memory();

  struct Impl;
  Impl& impl() { return *impl_; }

 private:
  explicit Redis(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Items that are queued and seen. add() is one step for each 200 jobs.
std::unique_ptr<crawler::Frontier> make_redis_frontier(std::shared_ptr<Redis> redis);

// `worker`: a name that this process alone has.
std::unique_ptr<crawler::HostPoliteness> make_redis_host_politeness(std::shared_ptr<Redis> redis,
                                                                    std::string worker);

struct RedisQueueFigures {
  std::uint64_t depth = 0;      // neither acknowledged nor set aside
  std::uint64_t pending = 0;    // of them, held by somebody
  std::uint64_t claimed = 0;    // ever taken from a silent or dead worker
  std::uint64_t set_aside = 0;  // ever
};
class RedisWorkQueue : public crawler::WorkQueue {
 public:
  virtual Result<RedisQueueFigures> figures() = 0;
};
// A stream with one consumer group. `seat`: what one process at a time sits on, a data folder;
// take_over() concerns the workers of this seat, others may be alive. Silence is measured by the
// clock of Redis: `now` of claim() is not used. Captures are named only: all who share a queue
// share the store of captures, too.
std::unique_ptr<RedisWorkQueue> make_redis_work_queue(std::shared_ptr<Redis> redis,
                                                      const std::string& queue, std::string seat);

}  // namespace hitokoe::storage
