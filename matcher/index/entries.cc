#include "matcher/index/entries.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "hitokoe/base/crypto/sealed.h"
#include "hitokoe/base/file.h"

namespace hitokoe::matcher {

namespace {

constexpr std::array<std::uint8_t, 8> kMagic = {'H', 'K', 'E', 'N', 'T', '0', '0', '1'};
constexpr std::size_t kBlockHeader = 5;
constexpr std::size_t kMostSealed = 64U << 20;

Words block_words(std::uint64_t block, const Words& what) {
  return Words{"block ", "ブロック "} + std::to_string(block) + what;
}

Bytes context_of(const std::string& snapshot, std::uint64_t sequence, std::uint64_t block,
                 bool last) {
  Bytes out;
  put_string(out, "hitokoe entries 1");
  put_string(out, snapshot);
  put_u64(out, sequence);
  put_u64(out, block);
  put_u8(out, last ? 1 : 0);
  return out;
}

void encode(const EntryBatch& batch, Bytes& out) {
  out.clear();
  const auto raw = [&](const auto& v) {
    const auto* at = reinterpret_cast<const std::uint8_t*>(&v);
    out.insert(out.end(), at, at + sizeof v);
  };
  raw(static_cast<std::uint32_t>(batch.size()));
  for (std::size_t i = 0; i < batch.size(); ++i) {
    put_bytes(out, batch.y_ref[i]);
    out.push_back(batch.has_ref[i]);
    raw(batch.order[i]);
    raw(static_cast<std::uint16_t>(batch.key_at[i + 1] - batch.key_at[i]));
    raw(static_cast<std::uint16_t>(batch.check_at[i + 1] - batch.check_at[i]));
    for (auto k = batch.key_at[i]; k < batch.key_at[i + 1]; ++k) {
      out.push_back(static_cast<std::uint8_t>(batch.field[k]));
      put_bytes(out, batch.y[k]);
    }
    for (auto c = batch.check_at[i]; c < batch.check_at[i + 1]; ++c) {
      out.push_back(static_cast<std::uint8_t>(batch.checks[c].field));
      raw(batch.checks[c].tag);
    }
  }
}

Result<Fingerprint> get_fingerprint(ByteReader& in) {
  TRY(auto bytes, in.get_bytes(sizeof(Fingerprint)));
  Fingerprint f;
  std::memcpy(f.data(), bytes.data(), f.size());
  return f;
}

Result<void> decode(ByteView plain, EntryBatch& batch) {
  batch.clear();
  ByteReader in(plain);
  TRY(auto records, in.get_u32());
  for (std::uint32_t i = 0; i < records; ++i) {
    TRY(auto y_ref, get_fingerprint(in));
    TRY(auto has_ref, in.get_u8());
    TRY(auto order, in.get_u32());
    TRY(auto keys, in.get_u16());
    TRY(auto checks, in.get_u16());
    batch.y_ref.push_back(y_ref);
    batch.has_ref.push_back(has_ref);
    batch.order.push_back(order);
    for (std::uint16_t k = 0; k < keys; ++k) {
      TRY(auto field, in.get_u8());
      TRY(auto y, get_fingerprint(in));
      batch.field.push_back(static_cast<FieldId>(field));
      batch.y.push_back(y);
    }
    for (std::uint16_t c = 0; c < checks; ++c) {
      TRY(auto field, in.get_u8());
      TRY(auto tag, in.get_u32());
      batch.checks.push_back({static_cast<FieldId>(field), tag});
    }
    batch.key_at.push_back(static_cast<std::uint32_t>(batch.y.size()));
    batch.check_at.push_back(static_cast<std::uint32_t>(batch.checks.size()));
  }
  if (in.remaining() != 0)
    return fail(Errc::kCorrupt, "there is more after the last record",
                "最後の記録の後に余分なデータがあります");
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

struct EntryWriter::State {
  std::filesystem::path path;
  std::string snapshot;
  std::uint64_t sequence;
  Key256 key;
  Random& random;
  int fd = -1;
  std::uint64_t block = 0;
  Bytes plain;

  State(std::filesystem::path p, std::string s, std::uint64_t q, Key256 k, Random& r)
      : path(std::move(p)), snapshot(std::move(s)), sequence(q), key(std::move(k)), random(r) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    wipe_value(plain);
    if (fd >= 0) ::close(fd);
  }

  Result<void> put(ByteView bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ::write(fd, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) {
        return fail(Errc::kIo, Words{"cannot write entries ", "記録ファイルに書けません: "} +
                                   (shown(path) + ": " + std::strerror(errno)));
      }
      bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
    return ok();
  }

  Result<void> put_block(bool last) {
    const Bytes sealed =
        crypto::seal(key, plain, context_of(snapshot, sequence, block++, last), random);
    Bytes header;
    put_u8(header, last ? 1 : 0);
    put_u32(header, static_cast<std::uint32_t>(sealed.size()));
    TRYV(put(header));
    return put(sealed);
  }
};

EntryWriter::EntryWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
EntryWriter::EntryWriter(EntryWriter&&) noexcept = default;
EntryWriter& EntryWriter::operator=(EntryWriter&&) noexcept = default;
EntryWriter::~EntryWriter() = default;

Result<EntryWriter> EntryWriter::create(const std::filesystem::path& path,
                                        const std::string& snapshot, std::uint64_t sequence,
                                        Key256 key, Random& random) {
  auto state = std::make_unique<State>(path, snapshot, sequence, std::move(key), random);
  state->fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (state->fd < 0) {
    return fail(Errc::kIo, Words{"cannot create entries ", "記録ファイルを作れません: "} +
                               (shown(path) + ": " + std::strerror(errno)));
  }
  TRYV(state->put(kMagic));
  return EntryWriter(std::move(state));
}

Result<void> EntryWriter::add(const EntryBatch& batch) {
  encode(batch, state_->plain);
  return state_->put_block(false);
}

Result<void> EntryWriter::finish() {
  encode(EntryBatch{}, state_->plain);
  TRYV(state_->put_block(true));
  if (::fsync(state_->fd) != 0) {
    return fail(Errc::kIo, "cannot write entries " + shown(state_->path) + " (disk full?)",
                "記録ファイルに書けません: " + shown(state_->path) + "（ディスクの空き不足？）");
  }
  ::close(state_->fd);
  state_->fd = -1;
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
  if (!get(magic) || magic != kMagic)
    return corrupt(
        {"it does not begin like such a file", "先頭が記録ファイルのものではありません"});
  EntryBatch batch;
  Bytes sealed;
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
    if (!get(sealed))
      return corrupt(Words{"it is cut at block ", "切れている位置: ブロック "} +
                     std::to_string(block));
    auto plain = crypto::open(key, sealed, context_of(snapshot, sequence, block, last == 1));
    if (!plain) return corrupt(block_words(block, {" does not open", "が開きません"}));
    const auto decoded = decode(plain.value(), batch);
    wipe_value(plain.value());
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
