// Steps a second of the queues in Redis. tests/bench/storage/redis runs it beside redis-benchmark,
// alone and as two processes at once.
//   redis_bench HOST:PORT queue WORKER ITEMS BATCH     push, claim and acknowledge in batches
//   redis_bench HOST:PORT frontier WORKER URLS HOSTS   add in lists of 100, then next and done
// WORKER: a number; each has captures and sources of its own. Prints "NAME STEPS_A_SECOND" lines.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "hitokoe/storage/redis.h"

namespace hitokoe::storage {
namespace {

using Steady = std::chrono::steady_clock;

template <class F>
void timed(const char* what, std::size_t steps, F run) {
  const auto begun = Steady::now();
  run();
  const double took = std::chrono::duration<double>(Steady::now() - begun).count();
  std::printf("%s %.0f\n", what, static_cast<double>(steps) / took);
}

void queue(const std::shared_ptr<Redis>& redis, const std::string& worker, std::size_t items,
           std::size_t batch) {
  const auto queue = make_redis_work_queue(redis, "bench", "seat" + worker);
  const UtcTime now{};
  timed("push", items, [&] {
    std::vector<std::string> captures;
    captures.reserve(batch);
    for (std::size_t n = 0; n < items; ++n) {
      captures.push_back("cap-" + worker + "-" + std::to_string(n));
      if (captures.size() < batch && n + 1 < items) continue;
      queue->push_all(captures, now).value();
      captures.clear();
    }
  });
  // Another process may take some of ours, and we some of its own.
  timed("take and end", items, [&] {
    for (std::size_t done = 0; done < items;) {
      const auto taken = queue->claim("w", batch, now, std::chrono::minutes(5)).value();
      if (taken.empty()) break;
      std::vector<std::uint64_t> tickets;
      tickets.reserve(taken.size());
      for (const auto& item : taken) tickets.push_back(item.ticket);
      queue->acknowledge_all(tickets).value();
      done += taken.size();
    }
  });
}

void frontier(const std::shared_ptr<Redis>& redis, const std::string& worker, std::size_t urls,
              std::size_t hosts) {
  constexpr std::size_t kSources = 50, kList = 100, kSteps = 2'000;
  const auto frontier = make_redis_frontier(redis);
  std::vector<std::string> sources;
  sources.reserve(kSources);
  for (std::size_t s = 0; s < kSources; ++s)
    sources.push_back("s" + worker + "-" + std::to_string(s));
  timed("add", urls, [&] {
    std::vector<crawler::FetchJob> list;
    list.reserve(kList);
    for (std::size_t n = 0; n < urls; ++n) {
      const auto host = "https://h" + std::to_string(n % hosts) + ".example:443";
      const auto id = std::to_string(n);
      list.push_back({sources[n % hosts % kSources], "item" + id, host + "/raw/" + id, host, 0,
                      UtcTime(std::chrono::seconds(1'775'000'000 + n))});
      if (list.size() < kList && n + 1 < urls) continue;
      frontier->add(list).value();
      list.clear();
    }
  });
  const auto steps = std::min(urls, kSteps);
  timed("next and done", steps, [&] {
    const UtcTime late(std::chrono::hours(24 * 365 * 100));
    for (std::size_t n = 0; n < steps; ++n) {
      const auto job = frontier->next(late, sources, {}).value();
      if (!job) break;
      frontier->done(*job, crawler::FetchOutcome::kFetched, job->due, "").value();
    }
  });
}

}  // namespace
}  // namespace hitokoe::storage

int main(int argc, char** argv) {
  const std::string what = argc == 6 ? argv[2] : "";
  if (what != "queue" && what != "frontier") {
    std::fprintf(stderr,
                 "redis_bench HOST:PORT queue WORKER ITEMS BATCH | frontier WORKER URLS HOSTS\n");
    return 2;
  }
  const hitokoe::SystemClock clock;
  hitokoe::SystemRandom random;
  hitokoe::storage::RedisOptions options;
  options.address = argv[1];
  options.prefix = "bench";
  const auto redis =
      hitokoe::storage::Redis::open(options, clock, random, hitokoe::Logger::silent()).value();
  const auto a = std::strtoull(argv[4], nullptr, 10);
  const auto b = std::max(1ULL, std::strtoull(argv[5], nullptr, 10));
  if (what == "queue") {
    hitokoe::storage::queue(redis, argv[3], a, b);
  } else {
    hitokoe::storage::frontier(redis, argv[3], a, b);
  }
  return 0;
}
