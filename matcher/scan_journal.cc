#include "matcher/scan_journal.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "hitokoe/base/crypto/block_seal.h"
#include "hitokoe/base/descriptor.h"
#include "hitokoe/base/file.h"
#include "matcher/resolve/findings_codec.h"
#include "matcher/resolve/row_batch.h"

namespace hitokoe::matcher {

namespace {

constexpr std::string_view kMagic = "HKSCAN01";
constexpr std::size_t kDay = 10;  // "2026-04-01"
constexpr std::size_t kHead = kMagic.size() + kDay;
constexpr std::uint8_t kRun = 'R';    // a process begins to write: a salt follows
constexpr std::uint8_t kFrame = 'F';  // u32 length, sealed bytes

// Frame: kind, number of the first batch, how many, rows in them; then for each batch its digest
// and findings.
enum Kind : std::uint8_t { kBatches = 1, kBegun = 2, kLeftOut = 3 };

// Batches that may have been in work, or not yet written, when a run ended: 128 of a frame, and
// four for each of at most 256 threads.
constexpr std::uint64_t kUncertain = ScanJournal::kBatchesAFrame + 1024;
constexpr std::uint64_t kNoBatch = UINT64_MAX;  // begun
constexpr unsigned kTries = 2;  // a batch that was begun as often and never ended is left out

Error io(const std::filesystem::path& path, std::string_view step, int error) {
  return {Errc::kIo, "scan journal " + shown(path) + ": " + step_failed(step, error)};
}

}  // namespace

struct ScanJournal::State {
  struct Stored {  // a frame of batches, or of one that is left out (findings: nothing)
    std::uint64_t first = 0, count = 0;
    std::uint64_t at = 0;  // of the sealed bytes in the file
    std::uint32_t length = 0;
    std::size_t run = 0;
    std::uint64_t number = 0;  // in its run
    bool left_out = false;
  };

  std::filesystem::path path;
  Descriptor fd;
  crypto::Digest scan{};
  Key256 key;
  std::vector<crypto::FileSalt> salts;  // by run
  std::vector<Stored> stored;
  std::uint64_t known = 0;
  std::uint64_t known_rows = 0;
  bool proved = false;  // a frame could be opened: it is this scan's
  bool resumed = false;
  std::uint64_t begun_number = 0;
  unsigned begun_times = 0;
  std::optional<crypto::BlockSeal> seal;  // of this run
  std::uint64_t next_frame = 0;
  Bytes batches;  // of the frame that is being filled, without its head
  std::uint64_t batches_first = 0, batches_count = 0, batches_rows = 0;
  std::optional<Error> trouble;

  // Reading back: the frame that take() is in.
  std::size_t reading = 0;
  Bytes plain;
  ByteView left;
  std::uint64_t left_count = 0;
  std::optional<std::pair<std::size_t, crypto::BlockSeal>> opener;  // of a run

  Bytes context() const {
    Bytes c;
    put_bytes(c, as_bytes("hitokoe scan journal"));
    put_u32(c, kVersion);
    put_u64(c, RowBatch::kMostRows);
    put_u64(c, RowBatch::kMostText);
    put_bytes(c, scan);
    return c;
  }

  bool read_at(std::uint64_t at, std::span<std::uint8_t> out) const;
  std::uint64_t load(std::uint64_t size);
  bool load_frame(std::uint64_t& at, std::uint64_t size, std::uint64_t number);
  Result<void> open_frame(const Stored& s, Bytes& out);
  Result<void> write(ByteView bytes);
  void frame(Kind kind, std::uint64_t first, std::uint64_t count, std::uint64_t rows,
             ByteView body);
  void flush();
};

bool ScanJournal::State::read_at(std::uint64_t at, std::span<std::uint8_t> out) const {
  while (!out.empty()) {
    const ssize_t n = ::pread(fd.get(), out.data(), out.size(), static_cast<off_t>(at));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    at += static_cast<std::uint64_t>(n);
    out = out.subspan(static_cast<std::size_t>(n));
  }
  return true;
}

Result<void> ScanJournal::State::open_frame(const Stored& s, Bytes& out) {
  Bytes sealed(s.length);
  if (!read_at(s.at, sealed)) return outcome::failure(io(path, "read", errno));
  if (!opener || opener->first != s.run) {
    opener.emplace(s.run, crypto::BlockSeal(key, salts[s.run]));
  }
  return opener->second.open(s.number, sealed, context(), out);
}

// One frame at `at`; moves on. False: the file ends here.
bool ScanJournal::State::load_frame(std::uint64_t& at, std::uint64_t size, std::uint64_t number) {
  std::array<std::uint8_t, 4> head{};
  if (salts.empty() || !read_at(at + 1, head)) return false;
  Stored s;
  s.length = ByteReader(head).get_u32().value();
  s.at = at + 1 + head.size();
  s.run = salts.size() - 1;
  s.number = number;
  if (s.length > crypto::BlockSeal::kMost || s.at + s.length > size) return false;
  Bytes out;
  if (!open_frame(s, out)) return false;
  ByteView body = out;
  const auto kind = take_number(body);
  const auto first = take_number(body);
  const auto count = take_number(body);
  const auto rows = take_number(body);
  if (!kind || !first || !count || !rows) return false;
  s.first = first.value();
  s.count = count.value();
  proved = true;
  if (kind.value() == kBegun) {
    begun_times = begun_number == s.first ? begun_times + 1 : 1;
    begun_number = s.first;
  } else {
    if (s.first != known || s.count == 0) return false;
    s.left_out = kind.value() == kLeftOut;
    known += s.count;
    known_rows += rows.value();
    stored.push_back(s);
  }
  at = s.at + s.length;
  return true;
}

// Everything up to the first thing that is cut or foreign; where that is.
std::uint64_t ScanJournal::State::load(std::uint64_t size) {
  std::uint64_t at = kHead;
  std::uint64_t number = 0;
  while (at < size) {
    std::uint8_t kind = 0;
    if (!read_at(at, {&kind, 1})) break;
    if (kind == kRun) {
      crypto::FileSalt salt{};
      if (at + 1 + salt.size() > size || !read_at(at + 1, salt)) break;
      salts.push_back(salt);
      number = 0;
      at += 1 + salt.size();
    } else if (kind != kFrame || !load_frame(at, size, number++)) {
      break;
    }
  }
  return at;
}

Result<void> ScanJournal::State::write(ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd.get(), bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return outcome::failure(io(path, "write", errno));
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  if (::fdatasync(fd.get()) != 0) return outcome::failure(io(path, "sync", errno));
  return ok();
}

void ScanJournal::State::frame(Kind kind, std::uint64_t first, std::uint64_t count,
                               std::uint64_t rows, ByteView body) {
  if (trouble) return;
  Bytes head;
  put_number(head, kind);
  put_number(head, first);
  put_number(head, count);
  put_number(head, rows);
  put_bytes(head, body);
  Bytes sealed;
  seal->seal(next_frame++, head, context(), sealed);
  Bytes out;
  put_u8(out, kFrame);
  put_u32(out, static_cast<std::uint32_t>(sealed.size()));
  put_bytes(out, sealed);
  if (const auto done = write(out); !done) trouble = done.error();
}

void ScanJournal::State::flush() {
  if (batches_count > 0) frame(kBatches, batches_first, batches_count, batches_rows, batches);
  batches.clear();
  batches_count = 0;
  batches_rows = 0;
}

Result<std::unique_ptr<ScanJournal>> ScanJournal::open(const std::filesystem::path& path,
                                                       const crypto::Digest& scan,
                                                       identity::KeyStore& keys,
                                                       const JstDay& today, Random& random) {
  TRYV(make_private_dir(path.parent_path()));
  auto state = std::make_unique<State>();
  State& s = *state;
  s.path = path;
  s.scan = scan;
  s.fd = Descriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_APPEND, 0600));
  if (s.fd.get() < 0) return outcome::failure(io(path, "open", errno));
  if (::flock(s.fd.get(), LOCK_EX | LOCK_NB) != 0) {
    return fail(Errc::kConflict, "another process is scanning the same files",
                "別のプロセスが同じファイルを照合中です");
  }
  struct stat info {};
  if (::fstat(s.fd.get(), &info) != 0) return outcome::failure(io(path, "read", errno));
  const auto size = static_cast<std::uint64_t>(info.st_size);
  std::string day = format_day(today);
  std::uint64_t good = 0;
  std::string head(kHead, '\0');
  if (size >= kHead && s.read_at(0, {reinterpret_cast<std::uint8_t*>(head.data()), head.size()}) &&
      head.starts_with(kMagic)) {
    const std::string its_day = head.substr(kMagic.size());
    if (auto key = keys.get(identity::KeyKind::kCaptureDay, its_day)) {
      TRY(s.key, keys.key256(identity::KeyKind::kCaptureDay, its_day));
      good = s.load(size);
      // Of another scan, or of a version that cuts batches otherwise.
      if (!s.proved) good = 0;
      day = its_day;
    }
  }
  s.resumed = good > 0;
  if (!s.resumed) {
    s.salts.clear();
    day = format_day(today);
    TRY(s.key, keys.key256(identity::KeyKind::kCaptureDay, day));
  }
  if (::ftruncate(s.fd.get(), static_cast<off_t>(good)) != 0) {
    return outcome::failure(io(path, "write", errno));
  }
  Bytes out;
  if (!s.resumed) {
    put_bytes(out, as_bytes(kMagic));
    put_bytes(out, as_bytes(day));
  }
  // A salt of its own for each run: no number is sealed twice, not even that of a cut frame.
  const auto salt = crypto::random_salt(random);
  put_u8(out, kRun);
  put_bytes(out, salt);
  TRYV(s.write(out));
  s.salts.push_back(salt);
  s.seal.emplace(s.key, salt);
  // The first frame proves whose journal it is, however soon the process ends.
  if (!s.resumed) s.frame(kBegun, kNoBatch, 1, 0, {});
  s.opener.reset();
  if (s.begun_times >= kTries && s.begun_number == s.known) {
    s.frame(kLeftOut, s.known, 1, 0, {});
    if (s.trouble) return outcome::failure(*s.trouble);
    State::Stored left_out;
    left_out.first = s.known++;
    left_out.count = 1;
    left_out.left_out = true;
    s.stored.push_back(left_out);
  }
  s.batches_first = s.known;
  return std::unique_ptr<ScanJournal>(new ScanJournal(std::move(state)));
}

ScanJournal::ScanJournal(std::unique_ptr<State> state) : state_(std::move(state)) {}

ScanJournal::~ScanJournal() { state_->flush(); }

std::uint64_t ScanJournal::known() const { return state_->known; }
std::uint64_t ScanJournal::known_rows() const { return state_->known_rows; }

Result<std::optional<Findings>> ScanJournal::take(std::uint64_t number, std::uint64_t digest) {
  State& s = *state_;
  while (s.reading < s.stored.size() &&
         number >= s.stored[s.reading].first + s.stored[s.reading].count) {
    ++s.reading;
  }
  if (s.reading >= s.stored.size()) {
    return fail(Errc::kInternal, "scan journal: no such batch",
                "照合の記録: その区切りはありません");
  }
  const auto& frame = s.stored[s.reading];
  if (frame.left_out) return std::optional<Findings>();
  if (number == frame.first) {
    TRYV(s.open_frame(frame, s.plain));
    s.left = s.plain;
    for (int i = 0; i < 4; ++i) {
      TRYV(take_number(s.left));
    }
  }
  TRY(const auto kept, take_number(s.left));
  TRY(auto findings, take_findings(s.left));
  if (kept != digest) {
    return fail(
        Errc::kConflict,
        "the files have changed since the interrupted scan; begin anew with --fresh",
        "中断した照合のあとにファイルが変わっています。--fresh で最初からやり直してください");
  }
  return std::optional(std::move(findings));
}

bool ScanJournal::careful(std::uint64_t number) const {
  return state_->resumed && number >= state_->known && number < state_->known + kUncertain &&
         !state_->trouble;
}

void ScanJournal::begin(std::uint64_t number) {
  state_->flush();
  state_->frame(kBegun, number, 1, 0, {});
}

void ScanJournal::note(std::uint64_t number, std::uint64_t digest, const Findings& findings) {
  State& s = *state_;
  if (s.trouble) return;
  if (s.batches_count == 0) s.batches_first = number;
  put_number(s.batches, digest);
  put_findings(s.batches, findings);
  s.batches_rows += findings.counts.rows;
  if (++s.batches_count >= kBatchesAFrame || s.batches.size() > (8U << 20) || careful(number)) {
    s.flush();
  }
}

const std::optional<Error>& ScanJournal::trouble() const { return state_->trouble; }

void ScanJournal::remove() {
  state_->batches_count = 0;
  ::unlink(state_->path.c_str());
}

}  // namespace hitokoe::matcher
