#include "service/redis_watch.h"

#include <algorithm>

namespace hitokoe::service {
namespace {

constexpr auto kEvery = std::chrono::seconds(5);
constexpr std::size_t kNewest = 1'000;

std::int64_t shown(std::uint64_t n) { return static_cast<std::int64_t>(n); }

}  // namespace

RedisWatch::RedisWatch(Parts parts)
    : p_(std::move(parts)),
      connected_(p_.metrics.gauge("hitokoe_redis_connected", "1: Redis answers")),
      failovers_seen_(
          p_.metrics.gauge("hitokoe_redis_failovers", "Connections to another server than before")),
      failures_(p_.metrics.gauge("hitokoe_redis_failures", "Calls that Redis did not answer")),
      used_(p_.metrics.gauge("hitokoe_redis_memory_bytes", "Memory that Redis uses")),
      most_(p_.metrics.gauge("hitokoe_redis_memory_most_bytes",
                             "Memory that Redis may use; 0: no limit")),
      pending_(p_.metrics.gauge("hitokoe_redis_queue_pending",
                                "Captures that a matcher holds (work queue in Redis)")),
      claimed_(p_.metrics.gauge("hitokoe_redis_queue_claimed",
                                "Captures that were taken from a dead or silent matcher, ever")),
      set_aside_(p_.metrics.gauge("hitokoe_redis_queue_set_aside",
                                  "Captures that were set aside, ever")) {}

Task<Result<void>> RedisWatch::run() {
  for (;;) {
    const auto looked = co_await p_.pool.run([this] { return look(); });
    if (!looked) p_.log.warn("redis.look_failed", {{"error", to_string(looked.error().code)}});
    CO_TRYV(co_await p_.sleeper.sleep_for(kEvery));
  }
}

Result<void> RedisWatch::look() {
  const auto memory = p_.redis.memory();
  const auto health = p_.redis.health();
  sound_ = memory.has_value();
  if (!memory) trouble_ = memory.error().code;
  connected_.set(memory ? 1 : 0);
  failovers_seen_.set(shown(health.failovers));
  failures_.set(shown(health.failures));
  if (!memory) return outcome::failure(memory.error());
  used_.set(shown(memory.value().used));
  most_.set(shown(memory.value().most));
  if (p_.queue == nullptr) return ok();
  TRY(const auto figures, p_.queue->figures());
  pending_.set(shown(figures.pending));
  claimed_.set(shown(figures.claimed));
  set_aside_.set(shown(figures.set_aside));
  if (health.failovers == failovers_) return ok();
  TRYV(push_newest());
  failovers_ = health.failovers;
  return ok();
}

Result<void> RedisWatch::push_newest() {
  TRY(const auto ids, p_.captures.list());
  const auto first = ids.size() - std::min(ids.size(), kNewest);
  const std::vector<std::string> newest(ids.begin() + static_cast<std::ptrdiff_t>(first),
                                        ids.end());
  p_.log.info("redis.pushed_again", {{"captures", newest.size()}});
  return p_.queue->push_all(newest, p_.clock.now());
}

Result<void> RedisWatch::readiness() const {
  if (sound_) return ok();
  return fail(trouble_, "redis does not answer", "redis が応答しません");
}

}  // namespace hitokoe::service
