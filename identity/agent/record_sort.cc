#include "identity/agent/record_sort.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <queue>
#include <utility>
#include <vector>

#include "hitokoe/base/crypto/sealed.h"
#include "hitokoe/base/file.h"
#include "identity/record_codec.h"

namespace hitokoe::identity {
namespace {

constexpr std::size_t kBlock = 256U << 10;  // plain bytes of a run that are sealed together
constexpr std::size_t kLeastMemory = 1U << 20;
constexpr std::size_t kRefSize = sizeof(Fingerprint);
constexpr std::size_t kOrderAt = 17;  // see record_codec.h

// The first 8 bytes of u_ref decide nearly always, without touching the record.
struct Entry {
  std::uint64_t prefix;
  std::uint32_t offset;
};

std::uint64_t prefix_of(const std::uint8_t* record) {
  std::uint64_t out = 0;
  for (int i = 0; i < 8; ++i) out = out << 8 | record[i];
  return out;
}

std::uint32_t order_of(const std::uint8_t* record) {
  std::uint32_t out = 0;
  for (int i = 3; i >= 0; --i) out = out << 8 | record[kOrderAt + static_cast<std::size_t>(i)];
  return out;
}

bool before(const std::uint8_t* a, const std::uint8_t* b) {
  const int c = std::memcmp(a, b, kRefSize);
  return c != 0 ? c < 0 : order_of(a) < order_of(b);
}

struct Block {
  std::uint64_t at;
  std::uint32_t sealed;
};
using Run = std::vector<Block>;

Bytes block_context(std::uint64_t at) {
  Bytes out;
  put_bytes(out, as_bytes("hitokoe sort block"));
  put_u64(out, at);
  return out;
}

// A file without a name.
class RunFile {
 public:
  RunFile() = default;
  ~RunFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  RunFile(const RunFile&) = delete;
  RunFile& operator=(const RunFile&) = delete;

  static auto io(std::string_view step) {
    return fail(Errc::kIo, Words{"the temporary file of the sort: ", "並べ替えの一時ファイル: "} +
                               step_failed(step, errno));
  }
  Result<void> open(const std::filesystem::path& folder) {
    if (fd_ >= 0) return ok();
    const std::filesystem::path dir = folder.empty() ? "." : folder;
    fd_ = ::open(dir.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd_ >= 0) return ok();
    std::string name =
        (dir / ".hitokoe-sort-XXXXXX").string();  // the file system knows no O_TMPFILE
    fd_ = ::mkostemp(name.data(), O_CLOEXEC);
    if (fd_ < 0) return io("create");
    ::unlink(name.c_str());
    return ok();
  }
  Result<Block> append(ByteView bytes) {
    const Block block{end_, static_cast<std::uint32_t>(bytes.size())};
    while (!bytes.empty()) {
      const ssize_t n = ::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(end_));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return io("write");
      end_ += static_cast<std::uint64_t>(n);
      bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
    return block;
  }
  Result<void> read(const Block& block, Bytes& out) const {
    out.resize(block.sealed);
    std::size_t got = 0;
    while (got < out.size()) {
      const ssize_t n =
          ::pread(fd_, out.data() + got, out.size() - got, static_cast<off_t>(block.at + got));
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return io("read");
      got += static_cast<std::size_t>(n);
    }
    return ok();
  }
  std::uint64_t end() const { return end_; }

 private:
  int fd_ = -1;
  std::uint64_t end_ = 0;
};

}  // namespace

struct RecordSort::State {
  State(std::filesystem::path f, std::size_t m, Random& r)
      : folder(std::move(f)),
        memory(std::clamp<std::size_t>(m, kLeastMemory, 1ULL << 31)),
        random(r),
        key(crypto::random_key256(r)) {}

  std::filesystem::path folder;
  std::size_t memory;
  Random& random;
  Key256 key;
  Bytes arena;
  std::vector<Entry> entries;
  std::uint64_t count = 0;
  RunFile file;
  std::vector<Run> runs;

  void sort() {
    const std::uint8_t* base = arena.data();
    std::sort(entries.begin(), entries.end(), [base](const Entry& a, const Entry& b) {
      if (a.prefix != b.prefix) return a.prefix < b.prefix;
      return before(base + a.offset, base + b.offset);
    });
  }

  Result<void> spill() {
    TRYV(file.open(folder));
    sort();
    Run run;
    Bytes block;
    block.reserve(kBlock + kMostRecord);
    const auto close = [&]() -> Result<void> {
      TRY(const Block at, file.append(crypto::seal(key, block, block_context(file.end()), random)));
      run.push_back(at);
      block.clear();
      return ok();
    };
    for (const Entry& e : entries) {
      const ByteView rest = ByteView(arena).subspan(e.offset);
      TRY(const std::size_t size, encoded_size(rest));
      put_bytes(block, rest.first(size));
      if (block.size() >= kBlock) {
        TRYV(close());
      }
    }
    if (!block.empty()) {
      TRYV(close());
    }
    runs.push_back(std::move(run));
    arena.clear();
    entries.clear();
    return ok();
  }

  // Walks one run, a block at a time.
  struct Cursor {
    const Run* run = nullptr;
    std::size_t next = 0;
    Bytes sealed;
    Bytes plain;
    std::size_t at = 0;

    const std::uint8_t* record() const { return plain.data() + at; }
  };

  // False at the end of the run.
  Result<bool> load(Cursor& c) const {
    if (c.at < c.plain.size()) return true;
    if (c.next == c.run->size()) return false;
    const Block& block = (*c.run)[c.next++];
    TRYV(file.read(block, c.sealed));
    TRY(c.plain, crypto::open(key, c.sealed, block_context(block.at)));
    c.at = 0;
    return true;
  }

  Result<void> merge(const std::function<Result<void>(const HkfRecord&)>& each) {
    std::vector<Cursor> cursors(runs.size());
    const auto later = [](const Cursor* a, const Cursor* b) {
      return before(b->record(), a->record());
    };
    std::priority_queue<Cursor*, std::vector<Cursor*>, decltype(later)> heap(later);
    for (std::size_t i = 0; i < runs.size(); ++i) {
      cursors[i].run = &runs[i];
      TRY(const bool more, load(cursors[i]));
      if (more) heap.push(&cursors[i]);
    }
    HkfRecord record;
    while (!heap.empty()) {
      Cursor* c = heap.top();
      heap.pop();
      TRYV(decode_record(c->plain, c->at, record));
      TRYV(each(record));
      TRY(const bool more, load(*c));
      if (more) heap.push(c);
    }
    return ok();
  }
};

RecordSort::RecordSort(std::filesystem::path folder, std::size_t memory, Random& random)
    : state_(std::make_unique<State>(std::move(folder), memory, random)) {}
RecordSort::RecordSort(RecordSort&&) noexcept = default;
RecordSort& RecordSort::operator=(RecordSort&&) noexcept = default;
RecordSort::~RecordSort() = default;

std::uint64_t RecordSort::size() const { return state_->count; }

Result<void> RecordSort::add(const HkfRecord& record) {
  State& s = *state_;
  if (s.arena.capacity() == 0) s.arena.reserve(s.memory);  // never copied; touched as it fills
  const std::size_t at = s.arena.size();
  TRYV(encode_record(record, s.arena));
  s.entries.push_back({prefix_of(s.arena.data() + at), static_cast<std::uint32_t>(at)});
  ++s.count;
  const std::size_t held = s.arena.size() + s.entries.size() * sizeof(Entry) + kMostRecord;
  return held < s.memory ? ok() : s.spill();
}

Result<void> RecordSort::drain(const std::function<Result<void>(const HkfRecord&)>& each) {
  State& s = *state_;
  if (!s.runs.empty()) {
    if (!s.entries.empty()) {
      TRYV(s.spill());
    }
    s.arena = Bytes();
    s.entries = {};
    return s.merge(each);
  }
  s.sort();
  HkfRecord record;
  for (const Entry& e : s.entries) {
    std::size_t at = e.offset;
    TRYV(decode_record(s.arena, at, record));
    TRYV(each(record));
  }
  return ok();
}

}  // namespace hitokoe::identity
