// One immutable file of the index: data in blocks of 1 MiB with an XXH3 sum each, then the table of
// sums, then a footer that covers the table (docs/index-files.md). Every byte of the file is under
// some sum, so that a flipped bit anywhere is found and its block named.
#pragma once

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "hitokoe/base/bytes.h"
#include "hitokoe/base/serial_worker.h"

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
};

inline constexpr std::size_t kSectionBlock = 1 << 20;

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

// A finished section, read-only: in huge pages where memory is plenty (an eighth of what is
// available, at most, goes to one section), else mapped. Movable; the data live as long as it does,
// even when the file is unlinked meanwhile.
class Section {
 public:
  // kNotFound; kCorrupt: names the file and the block. Reads the whole file once (memory speed from
  // the page cache).
  static Result<Section> open(const std::filesystem::path& path, SectionKind kind);
  Section() = default;
  Section(Section&&) noexcept;
  Section& operator=(Section&&) noexcept;
  Section(const Section&) = delete;
  Section& operator=(const Section&) = delete;
  ~Section();

  ByteView bytes() const { return {data_, size_}; }
  // The data as an array of T; a tail that is no whole T is not shown. T has no padding.
  template <class T>
  std::span<const T> as() const {
    return {reinterpret_cast<const T*>(data_), size_ / sizeof(T)};
  }

 private:
  const std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
  void* memory_ = nullptr;
  std::size_t memory_size_ = 0;
  bool mapped_ = false;
};

}  // namespace hitokoe::matcher
