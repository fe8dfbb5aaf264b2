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

#include "hitokoe/base/file.h"
#include "hitokoe/base/huge_pages.h"

namespace hitokoe::matcher {

namespace {

constexpr std::uint64_t kMagic = 0x3143455345454b48ULL;  // "HKEESEC1"
constexpr std::uint32_t kVersion = 1;

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

bool read_all(int fd, void* data, std::size_t size) {
  char* at = static_cast<char*>(data);
  while (size > 0) {
    const ssize_t n = ::read(fd, at, size);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    at += n;
    size -= static_cast<std::size_t>(n);
  }
  return true;
}

Error corrupt(const std::filesystem::path& path, const Words& what) {
  return Error{Errc::kCorrupt, Words{"index file ", "索引ファイル "} + (shown(path) + ": ") + what};
}

}  // namespace

namespace {

constexpr std::size_t kBuffers = 3;  // blocks of a writer: one is filled, others on their way
constexpr std::size_t kFlushed = 16U << 20;  // the disk begins to write after as much

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
    if (bytes.empty()) bytes.resize(kSectionBlock);
    return bytes.data();
  }

  void write(Buffer& buffer, std::size_t used) {
    sums.push_back(XXH3_64bits(buffer.bytes.data(), used));
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
    : state_(std::move(state)), next_(state_->fresh()), left_(kSectionBlock) {}
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
  state_->hand_on(kSectionBlock - left_);
  next_ = state_->fresh();
  left_ = kSectionBlock;
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

std::uint64_t SectionWriter::size() const { return state_->size + kSectionBlock - left_; }

Result<void> SectionWriter::finish() {
  State& s = *state_;
  if (left_ < kSectionBlock) flush();
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

Section::Section(Section&& other) noexcept { *this = std::move(other); }

Section& Section::operator=(Section&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(memory_, other.memory_);
  std::swap(memory_size_, other.memory_size_);
  std::swap(mapped_, other.mapped_);
  return *this;
}

Section::~Section() {
  if (memory_ == nullptr) return;
  if (mapped_) {
    ::munmap(memory_, memory_size_);
  } else {
    free_large(memory_, memory_size_);
  }
}

Result<Section> Section::open(const std::filesystem::path& path, SectionKind kind) {
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
    return corrupt(path, {"it is cut", "切れています"});
  }
  Section section;
  section.memory_size_ = file_size;
  section.mapped_ = file_size < kHugePage || file_size > available_memory() / 8;
  bool whole = true;
  if (section.mapped_) {
    section.memory_ = ::mmap(nullptr, file_size, PROT_READ, MAP_SHARED, fd, 0);
    if (section.memory_ == MAP_FAILED) section.memory_ = nullptr;
  } else {
    section.memory_ = allocate_large(file_size);
    whole = read_all(fd, section.memory_, file_size);
  }
  ::close(fd);
  if (section.memory_ == nullptr) {
    return fail(Errc::kIo, "cannot map the index file " + shown(path),
                "索引ファイルを割り当てられません: " + shown(path));
  }
  if (!whole)
    return fail(Errc::kIo, "cannot read the index file " + shown(path),
                "索引ファイルが読めません: " + shown(path));
  const auto* base = static_cast<const std::uint8_t*>(section.memory_);
  Footer footer;
  std::memcpy(&footer, base + file_size - sizeof footer, sizeof footer);
  if (footer.magic != kMagic || footer.sum != footer_sum(footer)) {
    return corrupt(path, {"its footer is altered, or the file is cut",
                          "末尾が改変されているか、ファイルが切れています"});
  }
  if (footer.version != kVersion) return corrupt(path, {"it has another version", "別の版のもの"});
  if (footer.kind != static_cast<std::uint32_t>(kind)) {
    return corrupt(path, {"it is another kind of file", "別の種類のファイル"});
  }
  const std::size_t blocks = footer.size <= file_size ? blocks_of(footer.size) : 0;
  const std::size_t table = blocks * sizeof(std::uint64_t);
  if (footer.size > file_size || padded(footer.size) + table + sizeof footer != file_size) {
    return corrupt(path, {"its size is not what it says", "大きさが記載と違います"});
  }
  const std::uint8_t* sums = base + padded(footer.size);
  if (XXH3_64bits(sums, table) != footer.table)
    return corrupt(path, {"its table of sums is altered", "検査値の表が改変されています"});
  for (std::size_t at = footer.size; at < padded(footer.size); ++at) {
    if (base[at] != 0) return corrupt(path, {"its padding is altered", "余白が改変されています"});
  }
  for (std::size_t block = 0; block < blocks; ++block) {
    const std::size_t from = block * kSectionBlock;
    const std::size_t n = std::min(kSectionBlock, static_cast<std::size_t>(footer.size) - from);
    std::uint64_t sum = 0;
    std::memcpy(&sum, sums + block * sizeof sum, sizeof sum);
    if (XXH3_64bits(base + from, n) != sum) {
      return corrupt(path, Words{"block ", "ブロック "} + std::to_string(block) +
                               Words{" is altered", " が改変されています"});
    }
  }
  section.data_ = base;
  section.size_ = footer.size;
  return section;
}

}  // namespace hitokoe::matcher
