// The implementations that a contract suite runs over. Each case gets one of its own, which may be
// closed and opened again where it is kept on disk or in a server.
#pragma once

#include <memory>
#include <string>

#include "hitokoe/base/random.h"
#include "hitokoe/storage/memory.h"
#include "hitokoe/storage/redis.h"
#include "hitokoe/storage/sql.h"
#include "tests/database_under_test.h"
#include "tests/redis_server.h"
#include "tests/scratch_folder.h"

namespace hitokoe::storage {

enum class Kept { kInMemory, kInSql, kInRedis };

inline std::string name_of(Kept kept) {
  if (kept == Kept::kInRedis) return "Redis";
  return kept == Kept::kInMemory ? "Memory" : "Sql";
}

// A server of a case's own, and connections to it.
class RedisUnderTest {
 public:
  std::shared_ptr<Redis> open(RedisOptions options = {}) {
    options.address = server.address();
    return Redis::open(options, clock, random, Logger::silent()).value();
  }

  hitokoe::testing::RedisServer server;
  SystemClock clock;
  SystemRandom random;
};

// A port of any kind. `reopen` is a restart for what is kept, nothing for what is not.
template <class Port>
class UnderTest {
 public:
  using MakeMemory = std::unique_ptr<Port> (*)();
  using MakeSql = std::unique_ptr<Port> (*)(std::shared_ptr<Database>);
  using MakeRedis = std::unique_ptr<Port> (*)(std::shared_ptr<Redis>);

  UnderTest(Kept kept, MakeMemory memory, MakeSql sql, MakeRedis redis = nullptr)
      : kept_(kept), sql_(sql), redis_(redis) {
    if (kept_ == Kept::kInMemory) {
      port_ = memory();
    } else {
      reopen();
    }
  }

  void reopen() {
    if (kept_ == Kept::kInMemory) return;
    port_.reset();
    if (kept_ == Kept::kInSql) {
      port_ = sql_(testing::open_database(folder_.path() / "t.db").value());
      return;
    }
    if (!server_) server_ = std::make_unique<RedisUnderTest>();
    port_ = redis_(server_->open());
  }

  Port* operator->() { return port_.get(); }
  Port& operator*() { return *port_; }

 private:
  Kept kept_;
  MakeSql sql_;
  MakeRedis redis_;
  ScratchFolder folder_;
  std::unique_ptr<RedisUnderTest> server_;
  std::unique_ptr<Port> port_;
};

}  // namespace hitokoe::storage
