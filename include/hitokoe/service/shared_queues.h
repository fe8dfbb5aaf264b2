// Where frontier and work queue stand: in the data folder's database, or in Redis, where crawlers
// on several machines share the work (docs/redis.md).
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "hitokoe/base/log.h"
#include "hitokoe/base/random.h"
#include "hitokoe/crawler/frontier.h"
#include "hitokoe/crawler/host_politeness.h"
#include "hitokoe/crawler/work_queue.h"
#include "hitokoe/storage/redis.h"
#include "hitokoe/storage/sql.h"

namespace hitokoe::service {

struct SharedQueues {
  std::shared_ptr<storage::Redis> redis;  // null: everything stands in the data folder
  std::string queue;                      // of the matcher, in Redis; empty: in the data folder
  std::string seat;                       // a name of the data folder that no other has
  std::string worker;                     // of this process, that no other ever has

  // The port in Redis, else in `db`.
  std::unique_ptr<crawler::Frontier> frontier(std::shared_ptr<storage::Database> db) const;
  std::unique_ptr<crawler::WorkQueue> work_queue(std::shared_ptr<storage::Database> db) const;
  // Null: nothing is shared.
  std::unique_ptr<crawler::HostPoliteness> politeness() const;
};

// Does not connect. The seat is kept in `<data>/redis.seat`; made where it is missing. Errors: of
// Redis::open, kIo. Where `options` name no server: everything null and empty.
Result<SharedQueues> open_shared_queues(const storage::RedisOptions& options,
                                        const std::filesystem::path& data, const Clock& clock,
                                        Random& random, const Logger& log);

}  // namespace hitokoe::service
