#include "hitokoe/service/shared_queues.h"

#include <algorithm>

#include "hitokoe/base/file.h"

namespace hitokoe::service {
namespace {

std::string chance_name(Random& random) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (int i = 0; i < 16; ++i) out += kDigits[random.below(kDigits.size())];
  return out;
}

Result<std::string> seat_of(const std::filesystem::path& data, Random& random) {
  const auto file = data / "redis.seat";
  constexpr std::uint64_t kLongest = 64;
  auto bytes = read_file(file, kLongest);
  if (!bytes && bytes.error().code == Errc::kNotFound) {
    const auto name = chance_name(random);
    TRYV(write_file_durably(file, as_bytes(name + "\n")));
    // Another process may have been faster.
    bytes = read_file(file, kLongest);
  }
  if (!bytes) return outcome::failure(bytes.error());
  std::string seat(as_text(bytes.value()));
  while (seat.ends_with('\n')) seat.pop_back();
  if (seat.size() != 16 || seat.find_first_not_of("0123456789abcdef") != std::string::npos) {
    return fail(Errc::kCorrupt,
                "redis.seat: 16 hexadecimal digits expected; without this file it is made anew",
                "redis.seat: 16 桁の 16 進数が必要です。このファイルを消すと作り直されます");
  }
  return seat;
}

}  // namespace

std::unique_ptr<crawler::Frontier> SharedQueues::frontier(
    std::shared_ptr<storage::Database> db) const {
  if (!redis) return storage::make_frontier(std::move(db));
  return storage::make_redis_frontier(redis);
}

std::unique_ptr<crawler::WorkQueue> SharedQueues::work_queue(
    std::shared_ptr<storage::Database> db) const {
  if (!redis || queue.empty()) return storage::make_work_queue(std::move(db));
  return storage::make_redis_work_queue(redis, queue, seat);
}

std::unique_ptr<crawler::HostPoliteness> SharedQueues::politeness() const {
  if (!redis) return nullptr;
  return storage::make_redis_host_politeness(redis, seat + "/" + worker);
}

Result<SharedQueues> open_shared_queues(const storage::RedisOptions& options,
                                        const std::filesystem::path& data, const Clock& clock,
                                        Random& random, const Logger& log) {
  SharedQueues out;
  if (!options.wanted()) return out;
  TRY(out.redis, storage::Redis::open(options, clock, random, log));
  out.queue = options.queue;
  TRY(out.seat, seat_of(data, random));
  out.worker = chance_name(random);
  return out;
}

}  // namespace hitokoe::service
