// The stores beside what the disk can do: one durable step cannot be faster than one fsync.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "hitokoe/storage/captures.h"
#include "hitokoe/storage/sql.h"

namespace hitokoe::storage {
namespace {

// In the working folder: /tmp may be memory.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::current_path() / "storage-bench-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

void MachineAppendAndFsync(benchmark::State& state) {
  const Folder folder;
  const int fd = ::open((folder.path() / "f").c_str(), O_CREAT | O_WRONLY, 0600);
  const std::string page(4096, 'x');
  for (auto _ : state) {
    if (::write(fd, page.data(), page.size()) < 0 || ::fsync(fd) != 0) state.SkipWithError("fsync");
  }
  ::close(fd);
}
BENCHMARK(MachineAppendAndFsync)->Unit(benchmark::kMicrosecond);

crawler::FetchJob job(std::size_t n, std::size_t hosts) {
  const auto id = std::to_string(n);
  return {"source" + std::to_string(n % hosts),
          "item" + id,
          "https://paste.example/raw/" + id,
          "https://host" + std::to_string(n % hosts) + ".example:443",
          0,
          UtcTime(std::chrono::seconds(n))};
}

struct Filled {
  Filled(std::size_t jobs, std::size_t hosts)
      : frontier(make_frontier(Database::open(folder.path() / "t.db").value())) {
    std::vector<crawler::FetchJob> batch;
    for (std::size_t n = 0; n < jobs; ++n) batch.push_back(job(n, hosts));
    frontier->add(batch).value();
    for (std::size_t h = 0; h < hosts; ++h) sources.push_back("source" + std::to_string(h));
    for (std::size_t h = 0; h < std::min<std::size_t>(64, hosts / 2); ++h)
      busy.push_back("https://host" + std::to_string(h) + ".example:443");
  }
  Folder folder;
  std::unique_ptr<crawler::Frontier> frontier;
  std::vector<std::string> sources, busy;
};

// Arguments: pending jobs, hosts; half of the hosts (at most 64), those due first, are busy.
void FrontierNext(benchmark::State& state) {
  Filled f(static_cast<std::size_t>(state.range(0)), static_cast<std::size_t>(state.range(1)));
  for (auto _ : state)
    benchmark::DoNotOptimize(f.frontier->next(UtcTime::max(), f.sources, f.busy).value());
}
BENCHMARK(FrontierNext)
    ->Args({1'000, 10})
    ->Args({100'000, 10})
    ->Args({100'000, 200})
    ->Args({1'000'000, 200})
    ->Unit(benchmark::kMicrosecond);

void FrontierDone(benchmark::State& state) {
  Filled f(100'000, 200);
  std::size_t n = 0;
  for (auto _ : state)
    f.frontier->done(job(n++ % 100'000, 200), crawler::FetchOutcome::kFetched, UtcTime(), "")
        .value();
}
BENCHMARK(FrontierDone)->Unit(benchmark::kMicrosecond);

void FrontierAddAListOf100(benchmark::State& state) {
  Filled f(100'000, 200);
  std::size_t n = 100'000;
  for (auto _ : state) {
    std::vector<crawler::FetchJob> batch;
    for (int i = 0; i < 100; ++i) batch.push_back(job(n++, 200));
    f.frontier->add(batch).value();
  }
}
BENCHMARK(FrontierAddAListOf100)->Unit(benchmark::kMicrosecond);

void FrontierCoverageOf100000(benchmark::State& state) {
  Filled f(100'000, 200);
  for (auto _ : state) benchmark::DoNotOptimize(f.frontier->coverage().value());
}
BENCHMARK(FrontierCoverageOf100000)->Unit(benchmark::kMicrosecond);

void WorkQueuePushClaimAcknowledge(benchmark::State& state) {
  const Folder folder;
  const auto queue = make_work_queue(Database::open(folder.path() / "t.db").value());
  std::size_t n = 0;
  for (auto _ : state) {
    queue->push("cap-" + std::to_string(n++), UtcTime()).value();
    const auto claimed = queue->claim("w", 1, UtcTime(), std::chrono::seconds(1)).value();
    for (const auto& item : claimed) queue->acknowledge(item.ticket).value();
  }
}
BENCHMARK(WorkQueuePushClaimAcknowledge)->Unit(benchmark::kMicrosecond);

void CapturePut(benchmark::State& state) {
  const Folder folder;
  const SystemClock clock;
  SystemRandom random;
  const SecretText passphrase{std::string("bench")};
  identity::KeyStore::init(folder.path(), passphrase, clock, random,
                           {.ops = 1, .memory_bytes = 8192})
      .value();
  auto keys = identity::KeyStore::open(folder.path(), passphrase, clock, random).value();
  const auto store = make_capture_store(folder.path(), keys, clock, random);
  std::string body;
  while (body.size() < static_cast<std::size_t>(state.range(0)))
    body += "0" + std::to_string(random.below(1'000'000)) + ",甲野太郎,090-1234-5678\n";
  body.resize(static_cast<std::size_t>(state.range(0)));
  std::size_t n = 0;
  for (auto _ : state) {
    crawler::CaptureMeta meta;
    meta.id = "cap-" + std::to_string(n++);
    meta.fetched = clock.now();
    meta.size = body.size();
    store->put(meta, as_bytes(body)).value();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * state.range(0));
}
BENCHMARK(CapturePut)->Arg(10'000)->Arg(10'000'000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace hitokoe::storage
