#include "matcher/index/sorted_runs.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>

#include "hitokoe/base/file.h"
#include "hitokoe/base/serial_worker.h"

namespace hitokoe::matcher {

namespace {

// Moves the items into buckets by their leading bits, about 64 a bucket: the sorts that are left
// stay in the first-level cache. Gives where each bucket begins, and the end.
std::vector<std::size_t> to_buckets(HugeVector<KeyItem>& items, HugeVector<KeyItem>& scratch) {
  const int bits = std::clamp(static_cast<int>(std::bit_width(items.size() / 64)), 6, 16);
  const int shift = 64 - bits;
  std::vector<std::size_t> starts((std::size_t{1} << bits) + 1, 0);
  for (const auto& item : items) ++starts[(item.high >> shift) + 1];
  for (std::size_t i = 1; i < starts.size(); ++i) starts[i] += starts[i - 1];
  scratch.resize(items.size());
  auto at = starts;
  for (const auto& item : items) scratch[at[item.high >> shift]++] = item;
  items.swap(scratch);
  return starts;
}

void sort_buckets(HugeVector<KeyItem>& items, std::span<const std::size_t> starts) {
  for (std::size_t b = 0; b + 1 < starts.size(); ++b) {
    std::sort(items.begin() + static_cast<std::ptrdiff_t>(starts[b]),
              items.begin() + static_cast<std::ptrdiff_t>(starts[b + 1]));
  }
}

}  // namespace

void sort_keys(HugeVector<KeyItem>& items, HugeVector<KeyItem>& scratch) {
  constexpr std::size_t kSmall = 4096;
  if (items.size() <= kSmall) {
    std::sort(items.begin(), items.end());
    return;
  }
  const auto starts = to_buckets(items, scratch);
  sort_buckets(items, starts);
}

struct SortedRuns::Run {
  const KeyItem* begin = nullptr;
  const KeyItem* at = nullptr;
  const KeyItem* end = nullptr;
  Run() = default;
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
  ~Run() {
    if (begin != nullptr) {
      ::munmap(const_cast<KeyItem*>(begin), static_cast<std::size_t>(end - begin) * sizeof *begin);
    }
  }
};

// Sorts bucket after bucket on another thread while those before are read.
struct SortedRuns::Ahead {
  static constexpr std::size_t kGroup = 64;  // buckets that are told of at once

  HugeVector<KeyItem>& items;
  HugeVector<KeyItem>& scratch;
  std::vector<std::size_t> starts;      // of the worker, until something is sorted
  std::size_t read = 0;                 // buckets that the reader has had
  std::atomic<std::size_t> sorted = 0;  // buckets
  std::atomic<bool> stopped = false;    // the reader wants no more
  SerialWorker worker{1};

  Ahead(HugeVector<KeyItem>& all, HugeVector<KeyItem>& room) : items(all), scratch(room) {
    worker.post([this] {
      starts = to_buckets(items, scratch);
      scratch = {};
      for (std::size_t b = 0; b < buckets() && !stopped; b = sorted) {
        const std::size_t end = std::min(b + kGroup, buckets());
        sort_buckets(items, std::span(starts).subspan(b, end - b + 1));
        sorted = end;
        sorted.notify_all();
      }
    });
  }
  ~Ahead() { stopped = true; }

  std::size_t buckets() const { return starts.size() - 1; }

  std::span<const KeyItem> next() {
    while (read == 0 || read < buckets()) {
      sorted.wait(read);
      const std::size_t end = sorted;
      const std::span<const KeyItem> piece(items.data() + starts[read], starts[end] - starts[read]);
      read = end;
      if (!piece.empty()) return piece;
    }
    return {};
  }
};

SortedRuns::SortedRuns(std::filesystem::path temporary, std::size_t run_items)
    : temporary_(std::move(temporary)), run_items_(run_items) {}
SortedRuns::~SortedRuns() = default;

void SortedRuns::reserve(std::uint64_t items) {
  items_.reserve(std::min<std::uint64_t>(items, run_items_));
}

Result<void> SortedRuns::spill() {
  sort_keys(items_, scratch_);
  std::string name = temporary_ / "run-XXXXXX";
  const int fd = ::mkostemp(name.data(), O_CLOEXEC);
  if (fd < 0) {
    return fail(Errc::kIo, Words{"cannot make a temporary file: ", "一時ファイルを作れません: "} +
                               std::string_view(std::strerror(errno)));
  }
  ::unlink(name.c_str());
  const std::size_t bytes = items_.size() * sizeof(KeyItem);
  std::size_t done = 0;
  while (done < bytes) {
    const ssize_t n =
        ::write(fd, reinterpret_cast<const char*>(items_.data()) + done, bytes - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      ::close(fd);
      return fail(Errc::kIo, "cannot write a temporary file of the index (disk full?)",
                  "索引の一時ファイルに書けません（ディスクの空き不足？）");
    }
    done += static_cast<std::size_t>(n);
  }
  void* map = ::mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE, fd, 0);
  ::close(fd);
  if (map == MAP_FAILED)
    return fail(Errc::kIo, "cannot map a temporary file of the index",
                "索引の一時ファイルを割り当てられません");
  auto run = std::make_unique<Run>();
  run->begin = run->at = static_cast<const KeyItem*>(map);
  run->end = run->begin + items_.size();
  runs_.push_back(std::move(run));
  items_.clear();
  return ok();
}

Result<void> SortedRuns::start_reading() {
  if (runs_.empty()) {
    ahead_ = std::make_unique<Ahead>(items_, scratch_);
    return ok();
  }
  if (!items_.empty()) {
    TRYV(spill());
  }
  items_ = {};
  scratch_ = {};
  for (std::size_t i = 0; i < runs_.size(); ++i) heap_.push_back(i);
  const auto later = [&](std::size_t a, std::size_t b) { return *runs_[b]->at < *runs_[a]->at; };
  std::make_heap(heap_.begin(), heap_.end(), later);
  return ok();
}

std::span<const KeyItem> SortedRuns::next_piece() {
  return ahead_ ? ahead_->next() : next_of_runs();
}

std::span<const KeyItem> SortedRuns::next_of_runs() {
  constexpr std::size_t kPiece = 4096;
  const auto later = [&](std::size_t a, std::size_t b) { return *runs_[b]->at < *runs_[a]->at; };
  merged_.clear();
  while (!heap_.empty() && merged_.size() < kPiece) {
    std::pop_heap(heap_.begin(), heap_.end(), later);
    Run& run = *runs_[heap_.back()];
    merged_.push_back(*run.at++);
    if (run.at == run.end) {
      heap_.pop_back();
    } else {
      std::push_heap(heap_.begin(), heap_.end(), later);
    }
  }
  return merged_;
}

}  // namespace hitokoe::matcher
