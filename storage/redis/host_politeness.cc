#include "hitokoe/crawler/host_politeness.h"

#include <algorithm>

#include "storage/redis/connection.h"

namespace hitokoe::storage {
namespace {

using redis::Script;

// Keys, behind the prefix: HOST: a hash of holder, until (the end of the lease and the rest behind
// it), at (no turn before), ended (the last request), rest (owed at least), penalty; `server`: the
// run id of the server that all this was written on; `moved`: the same, where a process came to it
// from another; `settled`: no turn before, because another server took over. Times are milliseconds
// of the server's clock.
constexpr std::string_view kShared = R"lua(
local P = KEYS[1]
local call = redis.call
local time = call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function text(n) return string.format('%.0f', n) end
local function keep(k, whole) call('PEXPIRE', k, text(whole + 604800000)) end
local function hold(k, worker, lease, rest)
  call('HSET', k, 'holder', worker, 'until', text(now + lease + rest), 'rest', text(rest))
  keep(k, lease + rest)
end
-- When a host that nobody has may be asked by one who wants this rest.
local function rested(at, ended, rest)
  return math.max(tonumber(at or 0), ended and (tonumber(ended) + rest) or 0)
end
)lua";

Script script(std::string_view name, std::string_view text) {
  return {name, std::string(kShared) + std::string(text)};
}

// ARGV: host, worker, lease, rest. @return granted, wait, penalty.
const Script& take_script() {
  static const Script text = script("host_take", R"lua(
local k, worker, lease, rest = P .. ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local settled = tonumber(call('GET', P .. 'settled') or 0)
if settled > now then return {0, settled - now, 0} end
local v = call('HMGET', k, 'holder', 'until', 'at', 'rest', 'penalty', 'ended')
if v[1] and v[1] ~= worker then
  local free = tonumber(v[2]) + math.max(0, rest - tonumber(v[4] or 0))
  if free > now then return {0, free - now, 0, 1} end
end
local at = rested(v[3], v[6], rest)
if at > now then return {0, at - now, 0} end
-- Behind one who died, what it owed; what was given back is over.
hold(k, worker, lease, math.max(rest, v[1] and tonumber(v[4] or 0) or 0))
return {1, 0, tonumber(v[5] or 0)}
)lua");
  return text;
}

// ARGV: worker, lease, then host and rest for each. @return the hosts that another one has, or had
// and gave back. What nobody has and does not rest is taken anew: a failover may have forgotten it.
const Script& renew_script() {
  static const Script text = script("host_renew", R"lua(
local lost = {}
for at = 3, #ARGV, 2 do
  local k = P .. ARGV[at]
  local v = call('HMGET', k, 'holder', 'at', 'ended')
  local anothers = v[1] and v[1] ~= ARGV[1]
  local given_back = not v[1] and rested(v[2], v[3], tonumber(ARGV[at + 1])) > now
  if anothers or given_back then
    lost[#lost + 1] = ARGV[at]
  else
    hold(k, ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[at + 1]))
  end
end
return lost
)lua");
  return text;
}

// ARGV: host, worker, rest, penalty, how long ago the last request ended ("": none was made).
const Script& give_back_script() {
  static const Script text = script("host_give_back", R"lua(
local k = P .. ARGV[1]
local holder = call('HGET', k, 'holder')
if holder and holder ~= ARGV[2] then return 0 end
local rest = tonumber(ARGV[3])
call('HDEL', k, 'holder', 'until')
local at = math.max(now + rest, tonumber(call('HGET', k, 'at') or 0))
call('HSET', k, 'at', text(at), 'rest', text(rest), 'penalty', ARGV[4])
if ARGV[5] ~= '' then
  -- Another may have asked since, in a turn between two of this process.
  local ended = math.max(now - tonumber(ARGV[5]), tonumber(call('HGET', k, 'ended') or 0))
  call('HSET', k, 'ended', text(ended))
end
keep(k, at - now)
return 1
)lua");
  return text;
}

// ARGV: the server's run id, lease, "1" where this process was on another before. Where another
// server took over, what was written last on the old one may be lost, or all of it: until all who
// hold a host have renewed, nobody gets one.
const Script& settle_script() {
  static const Script text = script("host_settle", R"lua(
local known = call('GET', P .. 'server')
call('SET', P .. 'server', ARGV[1])
local replaced = known and known ~= ARGV[1]
local came_over = ARGV[3] == '1' and call('GET', P .. 'moved') ~= ARGV[1]
if not replaced and not came_over then return 0 end
call('SET', P .. 'moved', ARGV[1])
call('SET', P .. 'settled', text(now + tonumber(ARGV[2])), 'PX', ARGV[2])
return 1
)lua");
  return text;
}

// Whoever holds a host mostly gives it back long before its lease is over.
constexpr Duration kLookAgain = std::chrono::milliseconds(200);

std::string milliseconds(Duration d) {
  return std::to_string(std::chrono::ceil<std::chrono::milliseconds>(d).count());
}

class RedisHostPoliteness final : public crawler::HostPoliteness {
 public:
  RedisHostPoliteness(std::shared_ptr<Redis> redis, std::string worker)
      : redis_(std::move(redis)),
        prefix_(redis_->impl().options.prefix + ":h:"),
        worker_(std::move(worker)) {}

  Result<Turn> take(const std::string& host, Duration rest) override {
    TRY(const auto said,
        run(take_script(), {host, worker_, milliseconds(lease()), milliseconds(rest)}));
    TRY(const auto* items, redis::items_of(said, 3));
    TRY(const auto granted, redis::number_of((*items)[0]));
    TRY(const auto wait, redis::number_of((*items)[1]));
    TRY(const auto penalty, redis::number_of((*items)[2]));
    Turn turn{granted == 1, std::chrono::milliseconds(wait), Duration(penalty)};
    const bool held = items->size() > 3;
    if (held) turn.wait = std::min(turn.wait, kLookAgain);
    return turn;
  }

  Result<std::vector<std::string>> renew(const std::vector<Hold>& holds) override {
    std::vector<std::string> lost;
    if (holds.empty()) return lost;
    std::vector<std::string> words{worker_, milliseconds(lease())};
    words.reserve(2 + 2 * holds.size());
    for (const auto& hold : holds) {
      words.push_back(hold.host);
      words.push_back(milliseconds(hold.rest));
    }
    TRY(const auto said, run(renew_script(), words));
    TRY(const auto* hosts, redis::items_of(said));
    lost.reserve(hosts->size());
    for (const auto& host : *hosts) lost.push_back(host.text);
    return lost;
  }

  Result<void> give_back(const std::string& host, Duration rest, Duration penalty,
                         std::optional<Duration> asked_ago) override {
    using Milliseconds = std::chrono::milliseconds;
    const auto ago =
        asked_ago
            ? std::to_string(
                  std::chrono::floor<Milliseconds>(std::max(*asked_ago, Duration::zero())).count())
            : std::string();
    TRYV(run(give_back_script(), {host, worker_, milliseconds(std::max(rest, Duration::zero())),
                                  std::to_string(penalty.count()), ago}));
    return ok();
  }

  Duration lease() const override { return redis_->impl().options.lease; }

 private:
  // On a server that is settled, and on no other: the connection may become another's at any call.
  Result<redis::Reply> run(const Script& script, const std::vector<std::string>& words) {
    constexpr int kServers = 3;  // one after the other within a call: somebody else's trouble
    for (int attempt = 1;; ++attempt) {
      TRYV(settle());
      auto said = redis_->impl().run_on(settled_on_, script, prefix_, words);
      const auto server = redis_->impl().server();
      if (said || attempt == kServers || server.empty() || server == settled_on_) return said;
    }
  }

  // Before anything on a server that we have not seen yet.
  Result<void> settle() {
    auto server = redis_->impl().server();
    if (server.empty() || !redis::has_mark(server)) {
      TRYV(redis_->ping());
      server = redis_->impl().server();
    }
    if (redis::is_same_server(settled_on_, server)) {
      settled_on_ = server;
      return ok();
    }
    const std::string came_over = settled_on_.empty() ? "0" : "1";
    TRYV(redis_->impl().run_on(server, settle_script(), prefix_,
                               {server, milliseconds(lease()), came_over}));
    settled_on_ = server;
    return ok();
  }

  std::shared_ptr<Redis> redis_;
  std::string prefix_;
  std::string worker_;
  std::string settled_on_;  // the crawler's thread alone uses this object
};

}  // namespace

std::unique_ptr<crawler::HostPoliteness> make_redis_host_politeness(std::shared_ptr<Redis> redis,
                                                                    std::string worker) {
  return std::make_unique<RedisHostPoliteness>(std::move(redis), std::move(worker));
}

}  // namespace hitokoe::storage
