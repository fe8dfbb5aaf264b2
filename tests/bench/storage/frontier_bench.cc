// Many queued URLs over many hosts: how fast the next one is found, what it takes in memory, and
// how long a restart is. By hand:
//   frontier_bench URLS HOSTS               the data folder's frontier
//   frontier_bench URLS HOSTS HOST:PORT     the one in Redis (an empty one; its memory is read)
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "hitokoe/crawler/frontier_order.h"
#include "hitokoe/storage/redis.h"
#include "hitokoe/storage/sql.h"

namespace hitokoe::storage {
namespace {

using crawler::FetchJob;
using Steady = std::chrono::steady_clock;
constexpr std::size_t kSources = 100;
constexpr std::size_t kBatch = 10'000;

double seconds_since(Steady::time_point begun) {
  return std::chrono::duration<double>(Steady::now() - begun).count();
}

double megabytes() {
  std::ifstream in("/proc/self/statm");
  std::size_t whole = 0, resident = 0;
  in >> whole >> resident;
  return static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE)) / 1e6;
}

std::string host_of(std::size_t n) { return "https://host" + std::to_string(n) + ".example:443"; }

FetchJob job(std::size_t n, std::size_t hosts) {
  const auto host = n % hosts;
  const auto id = std::to_string(n);
  return {"source" + std::to_string(host % kSources),
          "item" + id,
          "https://host" + std::to_string(host) + ".example/raw/thread/" + id,
          host_of(host),
          0,
          UtcTime(std::chrono::seconds(1'775'000'000 + n))};
}

void fill(crawler::Frontier& frontier, std::size_t urls, std::size_t hosts) {
  const auto begun = Steady::now();
  std::vector<FetchJob> batch;
  batch.reserve(kBatch);
  for (std::size_t n = 0; n < urls; ++n) {
    batch.push_back(job(n, hosts));
    if (batch.size() == kBatch || n + 1 == urls) {
      frontier.add(batch).value();
      batch.clear();
    }
  }
  const double took = seconds_since(begun);
  std::printf("add: %.1f s, %.0f URLs/s\n", took, static_cast<double>(urls) / took);
}

// The order of hosts where the frontier keeps one, as the crawler asks it; otherwise with lists.
void find(crawler::Frontier& frontier, std::size_t hosts, std::size_t busy_hosts) {
  auto* order = dynamic_cast<crawler::FrontierOrder*>(&frontier);
  std::vector<std::string> sources, busy;
  for (std::size_t s = 0; s < kSources; ++s) sources.push_back("source" + std::to_string(s));
  for (std::size_t h = 0; h < std::min(busy_hosts, hosts - 1); ++h) busy.push_back(host_of(h));
  const UtcTime late(std::chrono::hours(24 * 365 * 100));
  constexpr std::size_t kRounds = 2'000;
  std::vector<double> all, moves;
  all.reserve(kRounds);
  moves.reserve(kRounds);
  if (order != nullptr) {
    order->open_all();
    order->offer(sources);
    for (const auto& host : busy) order->shut(host);
  }
  for (std::size_t i = 0; i < kRounds; ++i) {
    auto begun = Steady::now();
    const auto found =
        order != nullptr ? order->next_open(late) : frontier.next(late, sources, busy);
    all.push_back(seconds_since(begun) * 1e6);
    if (!found || !found.value()) std::abort();
    if (order == nullptr) continue;
    begun = Steady::now();
    order->shut(found.value()->host);
    order->open(found.value()->host);
    moves.push_back(seconds_since(begun) * 1e6);
  }
  std::ranges::sort(all);
  std::ranges::sort(moves);
  std::printf("next, %zu hosts busy: median %.1f us, p99 %.1f us", busy.size(), all[kRounds / 2],
              all[kRounds * 99 / 100]);
  if (!moves.empty()) std::printf("; a host taken and given back: %.1f us", moves[kRounds / 2]);
  std::printf("\n");
}

// A job is done and the next one looked for, as a crawler does.
void work(crawler::Frontier& frontier) {
  std::vector<std::string> sources;
  for (std::size_t s = 0; s < kSources; ++s) sources.push_back("source" + std::to_string(s));
  constexpr int kRounds = 500;
  const auto begun = Steady::now();
  for (int i = 0; i < kRounds; ++i) {
    const auto found =
        frontier.next(UtcTime(std::chrono::hours(24 * 365 * 100)), sources, {}).value();
    frontier.done(*found, crawler::FetchOutcome::kFetched, found->due, "").value();
  }
  std::printf("next and done, durable: %.0f us\n", seconds_since(begun) / kRounds * 1e6);
}

void measure(crawler::Frontier& frontier, std::size_t hosts) {
  for (const std::size_t busy :
       {std::size_t{0}, std::size_t{64}, std::size_t{1'000}, std::size_t{5'000}})
    find(frontier, hosts, busy);
  work(frontier);
}

void embedded(std::size_t urls, std::size_t hosts) {
  std::string name = (std::filesystem::current_path() / "frontier-bench-XXXXXX").string();
  const std::filesystem::path folder = ::mkdtemp(name.data());
  const auto file = folder / "t.db";
  {
    const auto frontier = make_frontier(Database::open(file).value());
    fill(*frontier, urls, hosts);
    measure(*frontier, hosts);
  }
  const auto begun = Steady::now();
  const auto frontier = make_frontier(Database::open(file).value());
  frontier->next(UtcTime(std::chrono::hours(24 * 365 * 100)), {"source0"}, {}).value();
  std::printf("restart until the first answer: %.3f s\n", seconds_since(begun));
  std::printf("file: %.0f MB; memory of this process: %.0f MB\n",
              static_cast<double>(std::filesystem::file_size(file)) / 1e6, megabytes());
  std::filesystem::remove_all(folder);
}

void in_redis(std::size_t urls, std::size_t hosts, const std::string& address) {
  SystemClock clock;
  SystemRandom random;
  RedisOptions options;
  options.address = address;
  options.prefix = "bench";
  const auto redis = Redis::open(options, clock, random, Logger::silent()).value();
  const auto before = redis->memory().value().used;
  const auto frontier = make_redis_frontier(redis);
  fill(*frontier, urls, hosts);
  const auto used = [&] {
    return static_cast<double>(redis->memory().value().used - before) / static_cast<double>(urls);
  };
  std::printf("memory of Redis: %.0f bytes a queued URL\n", used());
  measure(*frontier, hosts);
  const auto begun = Steady::now();
  std::size_t ended = 0;
  for (; ended < urls && seconds_since(begun) < 120; ++ended) {
    const auto one = job(ended, hosts);
    frontier->done(one, crawler::FetchOutcome::kFetched, one.due, "").value();
  }
  std::printf("done, one by one: %.0f us; memory: %.0f bytes a URL with %zu of %zu seen\n",
              seconds_since(begun) / static_cast<double>(ended) * 1e6, used(), ended, urls);
}

}  // namespace
}  // namespace hitokoe::storage

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "frontier_bench URLS HOSTS [HOST:PORT]\n");
    return 2;
  }
  const auto urls = std::strtoull(argv[1], nullptr, 10);
  const auto hosts = std::strtoull(argv[2], nullptr, 10);
  if (argc > 3) {
    hitokoe::storage::in_redis(urls, hosts, argv[3]);
  } else {
    hitokoe::storage::embedded(urls, hosts);
  }
  return 0;
}
