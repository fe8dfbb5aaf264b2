// Requests a second of the crawler's own path, on one thread (tests/bench/crawler/fetch runs it
// beside its peers):
//   fetch_bench fetcher URL REQUESTS CONCURRENCY     the HTTP client alone
//   fetch_bench engine PORT HOSTS [FOLDER]           a round over 127.0.0.1 … 127.0.0.HOSTS, each
//                                                    with a list at /list: all in memory (the
//                                                    frontier in SQLite), or in FOLDER, as the
//                                                    product has it
#include <sys/resource.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hitokoe/crawler/crawler.h"
#include "hitokoe/identity/key_store.h"
#include "hitokoe/storage/captures.h"
#include "hitokoe/storage/memory.h"
#include "hitokoe/storage/sql.h"

namespace hitokoe {
namespace {

double cpu_seconds() {
  struct rusage use {};
  ::getrusage(RUSAGE_SELF, &use);
  const auto of = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return of(use.ru_utime) + of(use.ru_stime);
}

class Stopwatch {
 public:
  // "WALL CPU": a second.
  void tell(std::uint64_t requests) const {
    const double wall =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count();
    const auto n = static_cast<double>(requests);
    std::printf("%.0f %.0f\n", n / wall, n / (cpu_seconds() - cpu_));
  }

 private:
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  double cpu_ = cpu_seconds();
};

struct Count {
  std::uint64_t left = 0, good = 0;
};

Task<Result<void>> fetch_many(net::Fetcher& fetcher, const std::string& url, Count& count) {
  const std::vector<net::IpNetwork> loopback{net::IpNetwork::parse("127.0.0.0/8").value()};
  while (count.left > 0) {
    --count.left;
    net::Request request;
    request.url = url;
    request.allow_networks = loopback;
    const auto response = co_await fetcher.fetch(std::move(request));
    if (response && response.value().status == 200 && response.value().cut == net::Cut::kNone)
      ++count.good;
  }
  co_return ok();
}

int fetcher(const std::string& url, std::uint64_t requests, std::size_t concurrency) {
  asio::io_context io(1);
  const SystemClock clock;
  const auto resolver = net::make_system_resolver(io.get_executor());
  const auto client = net::make_fetcher(io.get_executor(), *resolver, clock);
  Count count{requests, 0};
  const Stopwatch watch;
  TaskGroup group(io.get_executor());
  for (std::size_t i = 0; i < concurrency; ++i)
    group.spawn("fetch", fetch_many(*client, url, count));
  while (group.running() != 0) io.run_one();
  watch.tell(count.good);
  return count.good == requests ? 0 : 1;
}

struct Stores {
  SystemClock clock;
  SystemRandom random;
  std::optional<identity::KeyStore> keys;
  std::shared_ptr<storage::Database> db;
  std::unique_ptr<crawler::Frontier> frontier;
  std::unique_ptr<crawler::WorkQueue> queue;
  std::unique_ptr<crawler::CaptureStore> captures;

  explicit Stores(const char* folder) {
    if (folder == nullptr) {
      db = storage::Database::open_in_memory().value();
      frontier = storage::make_frontier(db);
      queue = storage::make_memory_work_queue();
      captures = storage::make_memory_capture_store();
      return;
    }
    const std::filesystem::path data(folder);
    const SecretText passphrase{std::string("made up for figures")};
    (void)identity::KeyStore::init(data, passphrase, clock, random, {1, 8U << 20});
    keys.emplace(identity::KeyStore::open(data, passphrase, clock, random).value());
    db = storage::Database::open(data / "hitokoe.db").value();
    frontier = storage::make_frontier(db);
    queue = storage::make_work_queue(db);
    captures = storage::make_capture_store(data, *keys, clock, random);
  }
};

Task<Result<void>> round(crawler::Crawler& crawler,
                         std::optional<Result<crawler::CrawlReport>>& out, TaskGroup& group) {
  out.emplace(co_await crawler.run_once({}));
  group.stop();
  co_return ok();
}

int engine(const std::string& port, int hosts, const char* folder) {
  std::string yaml = "sources:\n";
  for (int i = 1; i <= hosts; ++i) {
    yaml += "  - {id: s" + std::to_string(i) + ", kind: list, url: 'http://127.0.0." +
            std::to_string(i) + ":" + port +
            "/list', item: {link: '\"/p/([0-9]+)\"', key: '\\1', url: '/p/\\1'}, delay: 0s, "
            "allow_networks: [127.0.0.0/8], robots: {ignore: figures}}\n";
  }
  auto sources = crawler::parse_sources(yaml, "bench.yaml").value();
  Stores stores(folder);
  asio::io_context io(1);
  const auto resolver = net::make_system_resolver(io.get_executor());
  const auto client = net::make_fetcher(io.get_executor(), *resolver, stores.clock);
  SystemSleeper sleeper;
  MetricsRegistry metrics;
  TaskGroup group(io.get_executor());
  const Stopwatch watch;
  crawler::Crawler crawler(std::move(sources), {},
                           {*client, *stores.frontier, *stores.queue, *stores.captures,
                            stores.clock, sleeper, stores.random, metrics},
                           Logger::silent(), group);
  std::optional<Result<crawler::CrawlReport>> out;
  group.spawn("round", round(crawler, out, group));
  while (group.running() != 0) io.run_one();
  if (!out || !*out) {
    std::fprintf(stderr, "%s\n", out ? out->error().detail.c_str() : "stopped");
    return 1;
  }
  std::uint64_t requests = 0;
  std::uint64_t missing = 0;
  for (const auto& source : out->value().sources) {
    requests += source.requests;
    missing += source.missed + source.retried;
  }
  watch.tell(requests);
  return missing == 0 ? 0 : 1;
}

}  // namespace
}  // namespace hitokoe

int main(int argc, char** argv) {
  if (argc == 5 && std::strcmp(argv[1], "fetcher") == 0)
    return hitokoe::fetcher(argv[2], std::strtoull(argv[3], nullptr, 10),
                            std::strtoull(argv[4], nullptr, 10));
  if ((argc == 4 || argc == 5) && std::strcmp(argv[1], "engine") == 0)
    return hitokoe::engine(argv[2], std::atoi(argv[3]), argc == 5 ? argv[4] : nullptr);
  std::fprintf(stderr,
               "fetch_bench fetcher URL REQUESTS CONCURRENCY | engine PORT HOSTS [FOLDER]\n");
  return 2;
}
