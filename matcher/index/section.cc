#include "matcher/index/section.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <new>

#include "hitokoe/base/file.h"
#include "hitokoe/base/huge_pages.h"

namespace hitokoe::matcher {

namespace {

constexpr std::uint64_t kMagic = 0x3143455345454b48ULL;  // "HKEESEC1"
constexpr std::uint32_t kVersion = 2;

struct Footer {
  std::uint64_t magic = kMagic;
  std::uint32_t version = kVersion;
  std::uint32_t kind = 0;
  std::uint64_t size = 0;   // of the data
  std::uint64_t table = 0;  // XXH3 of the table of sums
  std::uint64_t sum = 0;    // XXH3 of the four fields above
};
static_assert(sizeof(Footer) == 40);

std::uint64_t footer_sum(const Footer& f) { return XXH3_64bits(&f, offsetof(Footer, sum)); }

std::size_t padded(std::size_t size) { return (size + 7) & ~std::size_t{7}; }
std::size_t blocks_of(std::size_t size) { return (size + kSectionBlock - 1) / kSectionBlock; }

bool write_all(int fd, const void* data, std::size_t size) {
  const char* at = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t n = ::write(fd, at, size);
    if (n < 0) {
      if (errno == EINTR) continue;
      return false;
    }
    at += n;
    size -= static_cast<std::size_t>(n);
  }
  return true;
}

constexpr std::size_t kBuffers = 3;  // of a writer: one is filled, others on their way
constexpr std::size_t kBuffer = 1U << 20;
constexpr std::size_t kFlushed = 16U << 20;  // the disk begins to write after as much
constexpr std::size_t kForgotten = 4U << 20;
constexpr std::size_t kFetched = 64U << 10;
// Where every so-manieth block of a section was read, it is worth copying whole.
constexpr std::size_t kWarmShare = 4;

}  // namespace

struct SectionWriter::State {
  struct Buffer {
    std::vector<std::uint8_t> bytes;  // taken when it is needed: most sections are small
    std::atomic<bool> busy = false;
  };

  std::filesystem::path path;
  SectionKind kind;
  SerialWorker* worker;
  int fd = -1;
  std::array<Buffer, kBuffers> buffers;
  std::size_t current = 0;
  std::uint64_t size = 0;  // of what was handed on

  // Of the worker, until it is settled.
  bool broken = false;
  std::uint64_t written = 0;
  std::vector<std::uint64_t> sums;

  State(std::filesystem::path p, SectionKind k, SerialWorker* w)
      : path(std::move(p)), kind(k), worker(w) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    settle();
    if (fd >= 0) ::close(fd);
  }

  // Waits for the jobs themselves, not for the buffers: a job that has given its buffer back still
  // has a foot in here.
  void settle() {
    if (worker != nullptr) worker->drain();
  }

  std::uint8_t* fresh() {
    auto& bytes = buffers[current].bytes;
    if (bytes.empty()) bytes.resize(kBuffer);
    return bytes.data();
  }

  void write(Buffer& buffer, std::size_t used) {
    for (std::size_t from = 0; from < used; from += kSectionBlock) {
      sums.push_back(XXH3_64bits(buffer.bytes.data() + from, std::min(kSectionBlock, used - from)));
    }
    broken = broken || !write_all(fd, buffer.bytes.data(), used);
    written += used;
    if (written % kFlushed == 0) {  // fsync() then waits for little
      ::sync_file_range(fd, static_cast<off64_t>(written - kFlushed), kFlushed,
                        SYNC_FILE_RANGE_WRITE);
    }
    buffer.busy = false;
    buffer.busy.notify_all();
  }

  void hand_on(std::size_t used) {
    Buffer& buffer = buffers[current];
    size += used;
    buffer.busy = true;
    if (worker != nullptr) {
      worker->post([this, &buffer, used] { write(buffer, used); });
    } else {
      write(buffer, used);
    }
    current = (current + 1) % kBuffers;
    buffers[current].busy.wait(true);
  }
};

SectionWriter::SectionWriter(std::unique_ptr<State> state)
    : state_(std::move(state)), next_(state_->fresh()), left_(kBuffer) {}
SectionWriter::SectionWriter(SectionWriter&&) noexcept = default;
SectionWriter& SectionWriter::operator=(SectionWriter&&) noexcept = default;
SectionWriter::~SectionWriter() = default;

Result<SectionWriter> SectionWriter::create(const std::filesystem::path& path, SectionKind kind,
                                            SerialWorker* worker) {
  auto state = std::make_unique<State>(path, kind, worker);
  state->fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (state->fd < 0) {
    return fail(Errc::kIo, Words{"cannot create the index file ", "索引ファイルを作れません: "} +
                               (shown(path) + ": " + std::strerror(errno)));
  }
  return SectionWriter(std::move(state));
}

void SectionWriter::flush() {
  state_->hand_on(kBuffer - left_);
  next_ = state_->fresh();
  left_ = kBuffer;
}

void SectionWriter::append(const void* data, std::size_t size) {
  const auto* at = static_cast<const std::uint8_t*>(data);
  while (size > 0) {
    const std::size_t n = std::min(size, left_);
    std::memcpy(next_, at, n);
    next_ += n;
    left_ -= n;
    at += n;
    size -= n;
    if (left_ == 0) flush();
  }
}

std::uint64_t SectionWriter::size() const { return state_->size + kBuffer - left_; }

Result<void> SectionWriter::finish() {
  State& s = *state_;
  if (left_ < kBuffer) flush();
  s.settle();
  const std::uint64_t zeros = 0;
  s.broken = s.broken || !write_all(s.fd, &zeros, padded(s.size) - s.size);
  const std::size_t table = s.sums.size() * sizeof(std::uint64_t);
  s.broken = s.broken || !write_all(s.fd, s.sums.data(), table);
  Footer footer;
  footer.kind = static_cast<std::uint32_t>(s.kind);
  footer.size = s.size;
  footer.table = XXH3_64bits(s.sums.data(), table);
  footer.sum = footer_sum(footer);
  s.broken = s.broken || !write_all(s.fd, &footer, sizeof footer);
  s.broken = s.broken || ::fsync(s.fd) != 0;
  if (s.broken) {
    return fail(Errc::kIo, "cannot write the index file " + shown(s.path) + " (disk full?)",
                "索引ファイルに書けません: " + shown(s.path) + "（ディスクの空き不足？）");
  }
  ::close(s.fd);
  s.fd = -1;
  return ok();
}

Warming::~Warming() { stopping_ = true; }

void Warming::want(const Section& section) {
  const std::lock_guard lock(mutex_);
  constexpr std::size_t kMostWanted = 64;  // more than a carrier has sections
  if (worker_ == nullptr) worker_ = std::make_unique<SerialWorker>(kMostWanted);
  worker_->post([this, &section] { section.move_to_huge_pages(stopping_); });
}

Section::~Section() {
  if (mapped_ != nullptr) ::munmap(const_cast<std::uint8_t*>(mapped_), mapped_size_);
  if (copy_ != nullptr) free_large(copy_, size_);
}

Result<std::unique_ptr<Section>> Section::open(const std::filesystem::path& path, SectionKind kind,
                                               Care care) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return fail(errno == ENOENT ? Errc::kNotFound : Errc::kIo,
                Words{"cannot open the index file ", "索引ファイルを開けません: "} +
                    (shown(path) + ": " + std::strerror(errno)));
  }
  struct stat info {};
  const bool known = ::fstat(fd, &info) == 0;
  const auto file_size = known ? static_cast<std::size_t>(info.st_size) : 0;
  if (!known || file_size < sizeof(Footer)) {
    ::close(fd);
    return damaged_file(path, {"it is cut", "切れています"});
  }
  void* memory = ::mmap(nullptr, file_size, PROT_READ, MAP_SHARED, fd, 0);
  ::close(fd);
  if (memory == MAP_FAILED) {
    return fail(Errc::kIo, "cannot map the index file " + shown(path),
                "索引ファイルを割り当てられません: " + shown(path));
  }
  std::unique_ptr<Section> section(new Section);
  section->path_ = path;
  section->care_ = std::move(care);
  section->mapped_ = static_cast<const std::uint8_t*>(memory);
  section->mapped_size_ = file_size;
  const std::uint8_t* base = section->mapped_;
  Footer footer;
  std::memcpy(&footer, base + file_size - sizeof footer, sizeof footer);
  if (footer.magic != kMagic || footer.sum != footer_sum(footer)) {
    return damaged_file(path, {"its footer is altered, or the file is cut",
                               "末尾が改変されているか、ファイルが切れています"});
  }
  if (footer.version != kVersion) {
    return fail(Errc::kUnsupported, "index file " + shown(path) + ": it has another version",
                "索引ファイル " + shown(path) + ": 別の版のもの");
  }
  if (footer.kind != static_cast<std::uint32_t>(kind)) {
    return damaged_file(path, {"it is another kind of file", "別の種類のファイル"});
  }
  const std::size_t blocks = footer.size <= file_size ? blocks_of(footer.size) : 0;
  const std::size_t table = blocks * sizeof(std::uint64_t);
  if (footer.size > file_size || padded(footer.size) + table + sizeof footer != file_size) {
    return damaged_file(path, {"its size is not what it says", "大きさが記載と違います"});
  }
  if (XXH3_64bits(base + padded(footer.size), table) != footer.table)
    return damaged_file(path, {"its table of sums is altered", "検査値の表が改変されています"});
  for (std::size_t at = footer.size; at < padded(footer.size); ++at) {
    if (base[at] != 0) {
      return damaged_file(path, {"its padding is altered", "余白が改変されています"});
    }
  }
  section->size_ = footer.size;
  section->blocks_ = blocks;
  section->data_ = base;
  section->good_ = std::make_unique<std::atomic<bool>[]>(blocks);
  section->fetched_ = std::make_unique<std::atomic<bool>[]>(footer.size / kFetched + 1);
  return section;
}

Result<std::unique_ptr<Section>> Section::open_whole(const std::filesystem::path& path,
                                                     SectionKind kind) {
  TRY(auto section, open(path, kind, {std::make_shared<Damage>(), nullptr}));
  TRYV(section->check());
  return section;
}

// Brings the block's pages in, and its neighbours' with them: a sector that cannot be read is an
// answer here, and a signal to the process later. Where a neighbour's cannot, it asks for the block
// alone.
bool Section::fetch(std::size_t block) const {
  const std::size_t group = block * kSectionBlock / kFetched;
  if (fetched_[group].load(std::memory_order_relaxed)) return true;
  const auto populate = [&](std::size_t from, std::size_t bytes) {
    auto* at = const_cast<std::uint8_t*>(mapped_) + from;
    return ::madvise(at, std::min(bytes, size_ - from), MADV_POPULATE_READ) == 0 || errno == EINVAL;
  };
  if (!populate(group * kFetched, kFetched)) return populate(block * kSectionBlock, kSectionBlock);
  fetched_[group].store(true, std::memory_order_relaxed);
  return true;
}

Words Section::fault_of(std::size_t block) const {
  const std::size_t from = block * kSectionBlock;
  const std::size_t n = std::min(kSectionBlock, size_ - from);
  if (!fetch(block)) {
    return Words{"block ", "ブロック "} + std::to_string(block) +
           Words{" cannot be read", " が読めません"};
  }
  std::uint64_t sum = 0;
  std::memcpy(&sum, mapped_ + padded(size_) + block * sizeof sum, sizeof sum);
  if (XXH3_64bits(mapped_ + from, n) == sum) return {};
  return Words{"block ", "ブロック "} + std::to_string(block) +
         Words{" is altered", " が改変されています"};
}

bool Section::first_look(std::size_t block) const {
  const Words fault = fault_of(block);
  if (!fault.en.empty()) {
    care_.damage->note(path_, fault);
    return false;
  }
  // Two may look at once: only one of them counts.
  if (good_[block].exchange(true, std::memory_order_relaxed)) return true;
  const std::size_t looked = looked_.fetch_add(1, std::memory_order_relaxed) + 1;
  if (care_.warming != nullptr && looked == (blocks_ + kWarmShare - 1) / kWarmShare &&
      size_ >= kHugePage) {
    care_.warming->want(*this);
  }
  return true;
}

Result<void> Section::check() const {
  for (std::size_t block = 0; block < blocks_; ++block) {
    const Words fault = fault_of(block);
    if (!fault.en.empty()) return damaged_file(path_, fault);
    good_[block].store(true, std::memory_order_relaxed);
    if ((block + 1) * kSectionBlock % kForgotten == 0) forget_bytes((block + 1) * kSectionBlock);
  }
  whole_.store(true, std::memory_order_relaxed);
  return ok();
}

void Section::forget_bytes(std::size_t end) const {
  // Of the mapping alone: the page cache keeps what it likes.
  const std::size_t whole = end / kForgotten * kForgotten;
  if (whole < kForgotten) return;
  ::madvise(const_cast<std::uint8_t*>(mapped_) + whole - kForgotten, kForgotten, MADV_DONTNEED);
}

void Section::move_to_huge_pages(const std::atomic<bool>& stopping) const {
  if (size_ > available_memory() / 8) return;
  try {
    copy_ = allocate_large(size_);
  } catch (const std::bad_alloc&) {
    return;
  }
  auto* to = static_cast<std::uint8_t*>(copy_);
  for (std::size_t block = 0; block < blocks_; ++block) {
    const std::size_t from = block * kSectionBlock;
    if (stopping) return;
    // What is damaged stays in the mapping, where a reader of that block learns of it.
    if (!good_[block].load(std::memory_order_relaxed)) {
      if (!fault_of(block).en.empty()) return;
      good_[block].store(true, std::memory_order_relaxed);
    }
    std::memcpy(to + from, mapped_ + from, std::min(kSectionBlock, size_ - from));
    if ((block + 1) * kSectionBlock % kForgotten == 0) forget_bytes((block + 1) * kSectionBlock);
  }
  data_.store(to, std::memory_order_release);
  whole_.store(true, std::memory_order_release);
  ::madvise(const_cast<std::uint8_t*>(mapped_), size_, MADV_DONTNEED);  // what is mapped twice
}

}  // namespace hitokoe::matcher
