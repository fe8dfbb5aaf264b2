// One connection to the present master, made again when it is lost; and how adapters run scripts.
// Everything that changes data is a script: Redis runs one at a time, so each is one step.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/base/secret.h"
#include "hitokoe/storage/redis.h"
#include "storage/redis/reply.h"

struct redisContext;  // NOLINT(readability-identifier-naming): hiredis' own

namespace hitokoe::storage::redis {

// Lua. KEYS[1] is the prefix under which all keys of the call stand. Lives as long as the program.
struct Script {
  std::string_view name;
  std::string text;
};

struct Address {
  std::string host;
  int port = 6379;
  friend bool operator==(const Address&, const Address&) = default;
};
// "host:port", "[::1]:6379", "host". kBadInput.
Result<Address> parse_address(const std::string& text);

struct CloseContext {
  void operator()(redisContext* context) const;
};
using Context = std::unique_ptr<redisContext, CloseContext>;

// kUnavailable, kTimeout.
Result<Context> dial(const Address& address, const RedisOptions& options);
// Commands are written with the first receive(). An error reply is an Error.
void append(redisContext& context, const std::vector<std::string>& words);
Result<Reply> receive(redisContext& context);
bool is_broken(const redisContext& context);  // it must be made anew
Result<Reply> ask(redisContext& context, const std::vector<std::string>& words);
// AUTH, where there is a password.
Result<void> log_in(redisContext& context, const std::string& user, const SecretText& password);

// A server's run id and the mark of its data (the key's last part; empty: it has none yet).
std::string server_id(const std::string& run_id, const std::string& mark);
bool has_mark(const std::string& id);
// Where the one of before had no mark, it may have got one since.
bool is_same_server(const std::string& before, const std::string& now);

// Asks one sentinel after the other. kUnavailable: none knows a master that says that it is one.
Result<Address> find_master(const std::vector<Address>& sentinels, const RedisOptions& options,
                            const SecretText& password);

}  // namespace hitokoe::storage::redis

namespace hitokoe::storage {

struct Redis::Impl {
  Impl(RedisOptions o, const Clock& c, Random& r, const Logger& l)
      : options(std::move(o)), clock(c), random(r), log(l.named("redis")) {}

  // Runs a script; `prefix` becomes KEYS[1].
  Result<redis::Reply> run(const redis::Script& script, const std::string& prefix,
                           const std::vector<std::string>& arguments);
  // The same, on the server of this run id and on no other: kUnavailable, and nothing was run,
  // where the connection is another's now.
  Result<redis::Reply> run_on(const std::string& server, const redis::Script& script,
                              const std::string& prefix, const std::vector<std::string>& arguments);
  // Many calls of one script, 128 on their way at a time. The first error ends it: those that
  // follow in its batch may have run. `replicas`: that must have got what a batch wrote, on the
  // connection that wrote it; kUnavailable where they are too few in time.
  Result<std::vector<redis::Reply>> run_all(const redis::Script& script, const std::string& prefix,
                                            const std::vector<std::vector<std::string>>& calls,
                                            std::uint32_t replicas = 0);
  Result<redis::Reply> command(const std::vector<std::string>& words);
  // The server's run id and the mark of its data: another server, a restart, or a loss of all data
  // (FLUSHALL) changes it. Without a mark while the server is too full for one. Empty: not
  // connected.
  std::string server() const;

  const RedisOptions options;
  const Clock& clock;
  Random& random;
  const Logger log;
  redis::Address address;
  std::vector<redis::Address> sentinels;
  SecretText password;
  SecretText sentinel_password;

  mutable std::mutex mutex;
  redis::Context context;
  std::map<const redis::Script*, std::string> loaded;  // their digests, of this connection
  std::string server_id;
  std::string last_server_id;
  // Key that is there as long as the data are. Empty: it could not be set, and that is tried before
  // each command.
  std::string mark;
  Health health;
  unsigned failed_attempts = 0;
  SteadyTime next_attempt{};

 private:
  using Calls = std::vector<std::vector<std::string>>;
  struct Conditions {
    std::string server{};        // the only one that it may run on; empty: any
    std::uint32_t replicas = 0;  // that must have it
  };
  Result<std::vector<redis::Reply>> exchange(const redis::Script* script, const std::string& prefix,
                                             const Calls& calls, const Conditions& conditions);
  Result<std::uint64_t> wait_for_replicas(std::uint32_t wanted, bool& lost);
  Result<std::vector<redis::Reply>> send(const redis::Script* script, const std::string& prefix,
                                         const Calls& calls, bool& lost);
  Result<void> connect();
  Result<void> connect_now();
  // The key that says that the data are the same as before: found, or set anew. "": no memory for
  // it.
  Result<std::string> find_mark();
  void find_mark_again();
  void drop(const Error& why);
  void attempt_failed(const Error& why);
};

}  // namespace hitokoe::storage
