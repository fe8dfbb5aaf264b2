// One immutable file of the index: data in blocks of 4 KiB with an XXH3 sum each, then the table of
// sums, then a footer that covers the table (docs/index-files.md). Every byte of the file is under
// some sum, so that a flipped bit anywhere is found and its block named.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "hitokoe/base/bytes.h"
#include "hitokoe/base/serial_worker.h"
#include "matcher/index/damage.h"

namespace hitokoe::matcher {

// Part of the footer: a file that stands in another's place is refused.
enum class SectionKind : std::uint32_t {
  kLines = 1,
  kKeys = 2,
  kPostings = 3,
  kLists = 4,
  kSubjects = 5,
  kChecks = 6,
  kCheckFields = 7,
  kClassStarts = 8,
  kClassMembers = 9,
  kClassCounts = 10,
  kMeta = 11,
  kFilter = 12,
  kSubjectNumbers = 13,
  kClassTable = 14,
  kClassChanges = 15,
};

inline constexpr std::size_t kSectionBlock = 4 << 10;

// Sequential; mode 0600. Errors of the disk are kept and told by finish(). A writer that is
// destroyed without finish() leaves an unfinished file that open() refuses.
class SectionWriter {
 public:
  // With a worker, which must outlive the writer, full blocks are summed and written there: several
  // writers may share one.
  static Result<SectionWriter> create(const std::filesystem::path& path, SectionKind kind,
                                      SerialWorker* worker = nullptr);
  SectionWriter(SectionWriter&&) noexcept;
  SectionWriter& operator=(SectionWriter&&) noexcept;
  ~SectionWriter();

  void append(const void* data, std::size_t size);
  template <class T>
  void put(const T& value) {
    if (left_ < sizeof value) return append(&value, sizeof value);
    std::memcpy(next_, &value, sizeof value);
    next_ += sizeof value;
    left_ -= sizeof value;
  }
  std::uint64_t size() const;
  Result<void> finish();  // fsync; kIo

 private:
  struct State;
  explicit SectionWriter(std::unique_ptr<State>);
  void flush();

  std::unique_ptr<State> state_;
  std::uint8_t* next_ = nullptr;  // in the block that is being filled
  std::size_t left_ = 0;
};

class Section;

// Copies sections that are read a lot into huge pages, on a thread of its own, while they are used:
// a look-up at random places costs most by the walk through the page tables.
class Warming {
 public:
  Warming() = default;
  ~Warming();  // stops early
  Warming(const Warming&) = delete;
  Warming& operator=(const Warming&) = delete;
  // Thread-safe. The section outlives this.
  void want(const Section& section);

 private:
  std::mutex mutex_;
  std::atomic<bool> stopping_ = false;
  std::unique_ptr<SerialWorker> worker_;  // last
};

// A finished section, read-only and mapped: opening it costs the table of sums (1/512 of the
// data). A block is held against its sum when it is first read, so that no byte is used unchecked
// and opening does not read gigabytes. Where many blocks were read, and memory is plenty (an eighth
// of what is available, at most, goes to one section), Warming moves the data into huge pages.
// Thread-safe; the data live as long as the section does, even when the file is unlinked meanwhile.
class Section {
 public:
  struct Care {
    std::shared_ptr<Damage> damage;  // where damage is noted; never null
    Warming* warming = nullptr;      // null: stays mapped. Must be destroyed before the section
  };
  // kNotFound; kUnsupported: another version; kCorrupt: names the file. Footer, table and padding
  // are checked, blocks are not.
  static Result<std::unique_ptr<Section>> open(const std::filesystem::path& path, SectionKind kind,
                                               Care care);
  // Checks every block too: kCorrupt names the first that is altered.
  static Result<std::unique_ptr<Section>> open_whole(const std::filesystem::path& path,
                                                     SectionKind kind);
  Section(const Section&) = delete;
  Section& operator=(const Section&) = delete;
  ~Section();

  std::size_t size() const { return size_; }
  template <class T>
  std::size_t count() const {
    return size_ / sizeof(T);
  }
  // `many` values of T from number `index` on, checked; null where there are not so many, or a
  // block of them is damaged, which Damage then knows. T has no padding.
  template <class T>
  const T* at(std::size_t index, std::size_t many = 1) const {
    if (many > count<T>() || index > count<T>() - many) return nullptr;
    const std::size_t from = index * sizeof(T);
    if (many > 0 && !good(from, from + many * sizeof(T))) return nullptr;
    return reinterpret_cast<const T*>(data_.load(std::memory_order_acquire) + from);
  }
  // All of them, once all were checked; empty before.
  template <class T>
  std::span<const T> whole() const {
    return whole_.load(std::memory_order_acquire) ? as<T>() : std::span<const T>();
  }
  // Where it lies, unchecked: to fetch ahead, never to read. Any index.
  template <class T>
  const void* place(std::size_t index) const {
    return data_.load(std::memory_order_relaxed) + std::min(index * sizeof(T), size_);
  }
  // The whole, unchecked: for sections that were opened whole.
  template <class T>
  std::span<const T> as() const {
    return {reinterpret_cast<const T*>(data_.load(std::memory_order_acquire)), count<T>()};
  }

  // Every block. kCorrupt names the first that is altered; kIo.
  Result<void> check() const;
  // What lies before the value with this number is not needed soon: its memory may go.
  template <class T>
  void forget_before(std::size_t index) const {
    forget_bytes(index * sizeof(T));
  }
  // Moves the data into huge pages, unless memory is short or `stopping` becomes true.
  void move_to_huge_pages(const std::atomic<bool>& stopping) const;

 private:
  Section() = default;
  bool good(std::size_t from, std::size_t to) const {
    if (whole_.load(std::memory_order_relaxed)) return true;
    for (std::size_t b = from / kSectionBlock; b <= (to - 1) / kSectionBlock; ++b) {
      if (!good_[b].load(std::memory_order_relaxed) && !first_look(b)) return false;
    }
    return true;
  }
  bool first_look(std::size_t block) const;
  bool fetch(std::size_t block) const;
  // No words: the block is whole.
  Words fault_of(std::size_t block) const;
  void forget_bytes(std::size_t end) const;

  std::filesystem::path path_;
  Care care_;
  const std::uint8_t* mapped_ = nullptr;  // the file
  std::size_t mapped_size_ = 0;
  std::size_t size_ = 0;
  std::size_t blocks_ = 0;
  mutable std::atomic<const std::uint8_t*> data_ = nullptr;  // the mapping, or its copy
  mutable void* copy_ = nullptr;                             // in huge pages; of Warming's thread
  mutable std::unique_ptr<std::atomic<bool>[]> good_;        // blocks that were checked
  mutable std::unique_ptr<std::atomic<bool>[]> fetched_;     // groups that were brought in
  mutable std::atomic<std::size_t> looked_ = 0;              // how many
  mutable std::atomic<bool> whole_ = false;                  // all were
};

}  // namespace hitokoe::matcher
