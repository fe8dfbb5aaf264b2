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

constexpr std::size_t kBucket = 16384;  // items that fit the second-level cache with their copies
constexpr std::size_t kSmall = 12;      // items of the last step

// Uniformly distributed keys: a bucket by the leading bits holds about as many as another. Two
// steps, each with few enough places to write to that the caches keep up.
struct Split {
  int bits = 0;     // of the key, after `skipped`
  int skipped = 0;  // leading bits that all items share
  std::size_t buckets() const { return std::size_t{1} << bits; }
  std::size_t of(const KeyItem& item) const {
    return bits == 0 ? 0 : static_cast<std::size_t>((item.high << skipped) >> (64 - bits));
  }
};

Split split_into(std::size_t items, std::size_t each, int skipped) {
  return {std::min(static_cast<int>(std::bit_width(items / each)), 12), skipped};
}

// Writes the items to `out` by bucket; starts[b] … starts[b + 1] is bucket b.
void scatter(std::span<const KeyItem> items, const Split& split, KeyItem* out,
             std::vector<std::size_t>& starts, std::vector<std::size_t>& at) {
  starts.assign(split.buckets() + 1, 0);
  for (const auto& item : items) ++starts[split.of(item) + 1];
  for (std::size_t b = 1; b < starts.size(); ++b) starts[b] += starts[b - 1];
  at = starts;
  for (const auto& item : items) out[at[split.of(item)]++] = item;
}

void insertion_sort(std::span<KeyItem> items) {
  for (std::size_t i = 1; i < items.size(); ++i) {
    const KeyItem item = items[i];
    std::size_t k = i;
    for (; k > 0 && item < items[k - 1]; --k) items[k] = items[k - 1];
    items[k] = item;
  }
}

// Sorts one bucket after another; what it needs for that is kept between them.
class BucketSort {
 public:
  void sort(std::span<KeyItem> bucket, int skipped) {
    const Split split = split_into(bucket.size(), kSmall, skipped);
    copy_.resize(std::max(copy_.size(), bucket.size()));
    scatter(bucket, split, copy_.data(), starts_, at_);
    for (std::size_t b = 0; b < split.buckets(); ++b) {
      const auto part = std::span(copy_).subspan(starts_[b], starts_[b + 1] - starts_[b]);
      if (part.size() <= 4 * kSmall) {
        insertion_sort(part);
      } else {
        std::sort(part.begin(), part.end());  // one value that many have
      }
    }
    std::copy_n(copy_.begin(), bucket.size(), bucket.begin());
  }

 private:
  std::vector<KeyItem> copy_;
  std::vector<std::size_t> starts_, at_;
};

// All items into buckets, in place: a copy would take as much memory again, and taking memory for
// the first time costs more than this does.
Split to_buckets(std::span<KeyItem> items, std::vector<std::size_t>& starts) {
  const Split split = split_into(items.size(), kBucket, 0);
  starts.assign(split.buckets() + 1, 0);
  for (const auto& item : items) ++starts[split.of(item) + 1];
  for (std::size_t b = 1; b < starts.size(); ++b) starts[b] += starts[b - 1];
  auto next = starts;  // where the next item of each bucket goes
  for (std::size_t b = 0; b < split.buckets(); ++b) {
    while (next[b] < starts[b + 1]) {
      KeyItem item = items[next[b]];
      for (std::size_t to = split.of(item); to != b; to = split.of(item)) {
        std::swap(item, items[next[to]++]);
      }
      items[next[b]++] = item;
    }
  }
  return split;
}

}  // namespace

void sort_keys(std::span<KeyItem> items) {
  std::vector<std::size_t> starts;
  const Split split = to_buckets(items, starts);
  BucketSort bucket_sort;
  for (std::size_t b = 0; b < split.buckets(); ++b) {
    bucket_sort.sort(items.subspan(starts[b], starts[b + 1] - starts[b]), split.bits);
  }
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
  HugeVector<KeyItem>& items;
  std::vector<std::size_t> starts;      // of the worker, until something is sorted
  std::size_t read = 0;                 // buckets that the reader has had
  std::atomic<std::size_t> sorted = 0;  // buckets
  std::atomic<bool> stopped = false;    // the reader wants no more
  SerialWorker worker{1};

  explicit Ahead(HugeVector<KeyItem>& all) : items(all) {
    worker.post([this] {
      const Split split = to_buckets(items, starts);
      BucketSort bucket_sort;
      for (std::size_t b = 0; b < split.buckets() && !stopped; ++b) {
        bucket_sort.sort(std::span(items).subspan(starts[b], starts[b + 1] - starts[b]),
                         split.bits);
        sorted = b + 1;
        sorted.notify_all();
      }
    });
  }
  ~Ahead() { stopped = true; }

  std::span<const KeyItem> next() {
    while (read == 0 || read + 1 < starts.size()) {
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
  sort_keys(items_);
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
    ahead_ = std::make_unique<Ahead>(items_);
    return ok();
  }
  if (!items_.empty()) {
    TRYV(spill());
  }
  HugeVector<KeyItem>().swap(items_);
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
