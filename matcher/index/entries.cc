#include "matcher/index/entries.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <string_view>

#include "hitokoe/base/crypto/block_seal.h"
#include "hitokoe/base/file.h"
#include "hitokoe/base/serial_worker.h"

namespace hitokoe::matcher {

namespace {

constexpr std::string_view kMagic = "HKENT002";
constexpr std::string_view kOldMagic = "HKENT001";  // before the first release that keeps it
constexpr std::size_t kBlockHeader = 5;
constexpr std::size_t kMostSealed = crypto::BlockSeal::kMost + crypto::BlockSeal::kOverhead;
constexpr std::size_t kMostWaiting = 4;      // batches between the threads
constexpr std::size_t kFlushed = 16U << 20;  // the disk begins to write after as much

Words block_words(std::uint64_t block, const Words& what) {
  return Words{"block ", "ブロック "} + std::to_string(block) + what;
}

Bytes context_of(const std::string& snapshot, std::uint64_t sequence, std::uint64_t block,
                 bool last) {
  Bytes out;
  put_string(out, "hitokoe entries 2");
  put_string(out, snapshot);
  put_u64(out, sequence);
  put_u64(out, block);
  put_u8(out, last ? 1 : 0);
  return out;
}

// Column after column: a block is little more than a few copies of memory.
constexpr std::size_t kHead = 12;
constexpr std::size_t kOfRecord = 16 + 1 + 4 + 2 + 2;
constexpr std::size_t kOfKey = 1 + 16;
constexpr std::size_t kOfCheck = 1 + 4;

static_assert(std::endian::native == std::endian::little, "the columns are little-endian");

void encode(const EntryBatch& batch, Bytes& out) {
  const std::size_t records = batch.size();
  out.resize(kHead + records * kOfRecord + batch.y.size() * kOfKey +
             batch.checks.size() * kOfCheck);
  std::uint8_t* at = out.data();
  const auto column = [&](const auto* values, std::size_t n) {
    if (n > 0) std::memcpy(at, values, n * sizeof *values);
    at += n * sizeof *values;
  };
  const auto each = [&](std::size_t n, const auto& value_of) {
    for (std::size_t i = 0; i < n; ++i) {
      const auto value = value_of(i);
      std::memcpy(at, &value, sizeof value);
      at += sizeof value;
    }
  };
  const std::array<std::uint32_t, 3> sizes = {static_cast<std::uint32_t>(records),
                                              static_cast<std::uint32_t>(batch.y.size()),
                                              static_cast<std::uint32_t>(batch.checks.size())};
  column(sizes.data(), sizes.size());
  column(batch.y_ref.data(), records);
  column(batch.has_ref.data(), records);
  column(batch.order.data(), records);
  each(records, [&](std::size_t i) {
    return static_cast<std::uint16_t>(batch.key_at[i + 1] - batch.key_at[i]);
  });
  each(records, [&](std::size_t i) {
    return static_cast<std::uint16_t>(batch.check_at[i + 1] - batch.check_at[i]);
  });
  column(batch.field.data(), batch.field.size());
  column(batch.y.data(), batch.y.size());
  each(batch.checks.size(), [&](std::size_t i) { return batch.checks[i].field; });
  each(batch.checks.size(), [&](std::size_t i) { return batch.checks[i].tag; });
}

Result<void> decode(ByteView plain, EntryBatch& batch) {
  batch.clear();
  ByteReader in(plain);
  TRY(const std::size_t records, in.get_u32());
  TRY(const std::size_t keys, in.get_u32());
  TRY(const std::size_t checks, in.get_u32());
  if (in.remaining() != records * kOfRecord + keys * kOfKey + checks * kOfCheck) {
    return fail(Errc::kCorrupt, "its size is not what it says", "大きさが記載と合いません");
  }
  const std::uint8_t* at = plain.data() + kHead;
  const auto column = [&](auto& values, std::size_t n) {
    values.resize(n);
    if (n > 0) std::memcpy(values.data(), at, n * sizeof values[0]);
    at += n * sizeof values[0];
  };
  // Counts become places; they must add up.
  const auto places = [&](std::vector<std::uint32_t>& out, std::size_t most) {
    for (std::size_t i = 0; i < records; ++i, at += 2) {
      std::uint16_t n = 0;
      std::memcpy(&n, at, sizeof n);
      out.push_back(out.back() + n);
    }
    return out.back() == most;
  };
  column(batch.y_ref, records);
  column(batch.has_ref, records);
  column(batch.order, records);
  const bool keys_fit = places(batch.key_at, keys);
  const bool checks_fit = places(batch.check_at, checks);
  column(batch.field, keys);
  column(batch.y, keys);
  const std::uint8_t* fields = at;
  at += checks;
  batch.checks.resize(checks);
  for (std::size_t i = 0; i < checks; ++i, at += 4) {
    batch.checks[i].field = static_cast<FieldId>(fields[i]);
    std::memcpy(&batch.checks[i].tag, at, 4);
  }
  if (!keys_fit || !checks_fit)
    return fail(Errc::kCorrupt, "its counts do not add up", "件数の合計が合いません");
  return ok();
}

}  // namespace

void EntryBatch::clear() {
  y_ref.clear();
  has_ref.clear();
  order.clear();
  key_at.assign(1, 0);
  field.clear();
  y.clear();
  check_at.assign(1, 0);
  checks.clear();
}

std::size_t bytes_of(const EntryBatch& b) {
  const auto taken = [](const auto& v) { return v.capacity() * sizeof v[0]; };
  return taken(b.y_ref) + taken(b.has_ref) + taken(b.order) + taken(b.key_at) + taken(b.field) +
         taken(b.y) + taken(b.check_at) + taken(b.checks);
}

void EntryBatch::reserve_like(const EntryBatch& other) {
  const auto like = [](auto& mine, const auto& theirs) {
    mine.reserve(theirs.size() + theirs.size() / 8);
  };
  like(y_ref, other.y_ref);
  like(has_ref, other.has_ref);
  like(order, other.order);
  like(key_at, other.key_at);
  like(field, other.field);
  like(y, other.y);
  like(check_at, other.check_at);
  like(checks, other.checks);
}

struct EntryWriter::State {
  std::filesystem::path path;
  std::string snapshot;
  std::uint64_t sequence;
  int fd = -1;

  // Of the worker, until it is drained.
  crypto::BlockSeal seal;
  std::uint64_t block = 0;
  std::uint64_t written = 0, flushed = 0;
  int error = 0;  // the first of the disk
  Bytes plain, sealed;
  std::optional<SerialWorker> worker;

  State(std::filesystem::path p, std::string s, std::uint64_t q, const Key256& key,
        const crypto::FileSalt& salt)
      : path(std::move(p)), snapshot(std::move(s)), sequence(q), seal(key, salt) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    worker.reset();
    if (fd >= 0) ::close(fd);
  }

  void put(ByteView bytes) {
    while (error == 0 && !bytes.empty()) {
      const ssize_t n = ::write(fd, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) {
        error = errno;
        return;
      }
      bytes = bytes.subspan(static_cast<std::size_t>(n));
      written += static_cast<std::uint64_t>(n);
    }
    if (written - flushed >= kFlushed) {  // fsync() then waits for little
      ::sync_file_range(fd, static_cast<off64_t>(flushed), static_cast<off64_t>(written - flushed),
                        SYNC_FILE_RANGE_WRITE);
      flushed = written;
    }
  }

  void put_block(const EntryBatch& batch, bool last) {
    encode(batch, plain);
    seal.seal(block, plain, context_of(snapshot, sequence, block, last), sealed);
    ++block;
    Bytes header;
    put_u8(header, last ? 1 : 0);
    put_u32(header, static_cast<std::uint32_t>(sealed.size()));
    put(header);
    put(sealed);
    wipe_value(plain);
  }
};

EntryWriter::EntryWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
EntryWriter::EntryWriter(EntryWriter&&) noexcept = default;
EntryWriter& EntryWriter::operator=(EntryWriter&&) noexcept = default;
EntryWriter::~EntryWriter() = default;

Result<EntryWriter> EntryWriter::create(const std::filesystem::path& path,
                                        const std::string& snapshot, std::uint64_t sequence,
                                        const Key256& key, Random& random) {
  const auto salt = crypto::random_salt(random);
  auto state = std::make_unique<State>(path, snapshot, sequence, key, salt);
  state->fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (state->fd < 0) {
    return fail(Errc::kIo, Words{"cannot create entries ", "記録ファイルを作れません: "} +
                               (shown(path) + ": " + std::strerror(errno)));
  }
  state->put(as_bytes(kMagic));
  state->put(salt);
  state->worker.emplace(kMostWaiting);
  return EntryWriter(std::move(state));
}

void EntryWriter::add(std::shared_ptr<const EntryBatch> batch) {
  state_->worker->post(
      [s = state_.get(), batch = std::move(batch)] { s->put_block(*batch, false); });
}

Result<void> EntryWriter::finish() {
  State& s = *state_;
  s.worker->post([&s] { s.put_block(EntryBatch{}, true); });
  s.worker->drain();
  if (s.error == 0 && ::fsync(s.fd) != 0) s.error = errno;
  if (s.error != 0) {
    return fail(Errc::kIo, Words{"cannot write entries ", "記録ファイルに書けません: "} +
                               (shown(s.path) + ": " + std::strerror(s.error)));
  }
  ::close(s.fd);
  s.fd = -1;
  return ok();
}

Result<void> read_entries(const std::filesystem::path& path, const std::string& snapshot,
                          std::uint64_t sequence, const Key256& key,
                          const std::function<Result<void>(const EntryBatch&)>& each) {
  const auto corrupt = [&](const Words& what) {
    return fail(Errc::kCorrupt, Words{"entries ", "記録ファイル "} + (shown(path) + ": ") + what);
  };
  std::ifstream in(path, std::ios::binary);
  if (!in)
    return fail(Errc::kNotFound, "entries " + shown(path) + " cannot be read",
                "記録ファイル " + shown(path) + " が読めません");
  const auto get = [&](std::span<std::uint8_t> out) {
    in.read(reinterpret_cast<char*>(out.data()), static_cast<std::streamsize>(out.size()));
    return static_cast<std::size_t>(in.gcount()) == out.size();
  };
  std::array<std::uint8_t, kMagic.size()> magic{};
  if (get(magic) && as_text(magic) == kOldMagic) {
    return fail(Errc::kUnsupported,
                "entries " + shown(path) +
                    ": written by an earlier release; move index/ away and add the files again",
                "記録ファイル " + shown(path) +
                    ": 以前の版で書かれています。index/ "
                    "を別の場所に移し、ファイルを取り込み直してください");
  }
  if (as_text(magic) != kMagic) {
    return corrupt(
        {"it does not begin like such a file", "先頭が記録ファイルのものではありません"});
  }
  crypto::FileSalt salt{};
  if (!get(salt)) {
    return corrupt({"it is cut before its first block", "最初のブロックの前で切れています"});
  }
  crypto::BlockSeal seal(key, salt);
  EntryBatch batch;
  Bytes sealed;
  Bytes plain;
  for (std::uint64_t block = 0;; ++block) {
    std::array<std::uint8_t, kBlockHeader> header{};
    if (!get(header))
      return corrupt(Words{"it is cut at block ", "切れている位置: ブロック "} +
                     std::to_string(block));
    ByteReader fields(header);
    TRY(auto last, fields.get_u8());
    TRY(auto length, fields.get_u32());
    if (last > 1 || length > kMostSealed) {
      return corrupt(block_words(block, {" is altered", "が改変されています"}));
    }
    sealed.resize(length);
    if (!get(sealed)) {
      return corrupt(Words{"it is cut at block ", "切れている位置: ブロック "} +
                     std::to_string(block));
    }
    const auto opened =
        seal.open(block, sealed, context_of(snapshot, sequence, block, last == 1), plain);
    if (!opened) return corrupt(block_words(block, {" does not open", "が開きません"}));
    const auto decoded = decode(plain, batch);
    wipe_value(plain);
    if (!decoded)
      return corrupt(block_words(block, {" breaks its format", "の形式が崩れています"}));
    if (last == 1) break;
    TRYV(each(batch));
  }
  if (in.get() != std::ifstream::traits_type::eof())
    return corrupt({"there is more after its end", "末尾の後に余分なデータがあります"});
  return ok();
}

}  // namespace hitokoe::matcher
