#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "hitokoe/base/crypto/digest.h"
#include "hitokoe/base/file.h"
#include "hitokoe/base/serial_worker.h"
#include "identity/hkf_format.h"
#include "identity/record_codec.h"

namespace hitokoe::identity {
namespace {

class Source {
 public:
  static Result<Source> open(const std::filesystem::path& path) {
    Source s(path);
    s.fd_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (s.fd_ < 0) {
      return fail(errno == ENOENT ? Errc::kNotFound : Errc::kIo,
                  s.name_ + ": " + step_failed("open", errno));
    }
    struct stat info {};
    if (::fstat(s.fd_, &info) != 0 || !S_ISREG(info.st_mode)) {
      return fail(Errc::kBadInput, s.name_ + ": no regular file",
                  s.name_ + ": 通常のファイルではありません");
    }
    s.size_ = static_cast<std::uint64_t>(info.st_size);
    return s;
  }
  Source(Source&& o) noexcept
      : name_(std::move(o.name_)), fd_(std::exchange(o.fd_, -1)), size_(o.size_) {}
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  Source& operator=(Source&&) = delete;
  ~Source() {
    if (fd_ >= 0) ::close(fd_);
  }

  std::uint64_t size() const { return size_; }

  auto corrupt(const Words& what) const { return fail(Errc::kCorrupt, name_ + ": " + what); }
  auto cut(std::uint64_t need) const {
    return corrupt({"the fingerprint file was cut: it ends at byte " + std::to_string(size_) +
                        " of " + std::to_string(need),
                    "指紋ファイルが途中で切れています: 必要 " + std::to_string(need) +
                        " バイトのうち " + std::to_string(size_) + " バイト"});
  }

  // Exactly `out.size()` bytes at `at`, which must be within size(): fewer are there when somebody
  // cuts the file while it is read.
  Result<void> read(std::uint64_t at, std::span<std::uint8_t> out) const {
    while (!out.empty()) {
      const ssize_t n = ::pread(fd_, out.data(), out.size(), static_cast<off_t>(at));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return fail(Errc::kIo, name_ + ": " + step_failed("read", errno));
      if (n == 0) return corrupt({"was cut while it was read", "読み取り中に切り詰められました"});
      at += static_cast<std::uint64_t>(n);
      out = out.subspan(static_cast<std::size_t>(n));
    }
    return ok();
  }

  const std::string& name() const { return name_; }

 private:
  explicit Source(const std::filesystem::path& path) : name_(shown(path)) {}
  std::string name_;
  int fd_ = -1;
  std::uint64_t size_ = 0;
};

struct Opened {
  ParsedHkfHeader parsed;
  std::uint64_t body_at = 0;
};

Result<Opened> open_header(const Source& source) {
  std::array<std::uint8_t, kHkfFixed> fixed{};
  const std::size_t have = std::min<std::uint64_t>(source.size(), fixed.size());
  TRYV(source.read(0, std::span(fixed).first(have)));
  const std::size_t magic = std::min(have, kHkfMagic.size());
  if (as_text(fixed).substr(0, magic) != kHkfMagic.substr(0, magic) || have == 0) {
    return source.corrupt({"not a fingerprint file (.hkf): it begins otherwise",
                           "指紋ファイル（.hkf）ではありません: 先頭が違います"});
  }
  if (have < fixed.size()) return source.cut(kHkfFixed + kHkfSignature);
  ByteReader reader(ByteView(fixed).subspan(kHkfMagic.size()));
  TRY(const auto version, reader.get_u16());
  TRY(const auto reserved, reader.get_u16());
  TRY(const auto length, reader.get_u32());
  if (version > kHkfVersion) {
    return fail(Errc::kUnsupported,
                source.name() + ": format version " + std::to_string(version) +
                    "; this program reads version " + std::to_string(kHkfVersion) +
                    ": use a newer one",
                source.name() + ": 形式の版は " + std::to_string(version) +
                    "。このプログラムが読めるのは版 " + std::to_string(kHkfVersion) +
                    ": 新しい版を使ってください");
  }
  if (version != kHkfVersion || reserved != 0 || length > kMostHkfHeader) {
    return source.corrupt({"the fingerprint file was altered: its first bytes are impossible",
                           "指紋ファイルが改変されています: 先頭のバイトがあり得ない値"});
  }
  Opened out;
  out.body_at = kHkfFixed + std::uint64_t{length} + kHkfSignature;
  if (source.size() < out.body_at) return source.cut(out.body_at);
  Bytes head(kHkfFixed + length);
  crypto::Signature signature;
  TRYV(source.read(0, head));
  TRYV(source.read(head.size(), signature));
  crypto::SignPublicKey signer{};
  std::copy_n(fixed.end() - signer.size(), signer.size(), signer.begin());
  if (!crypto::verify(signer, hkf_signed_part(head), signature)) {
    return source.corrupt(
        {"the fingerprint file was altered: the signature over its header does not hold",
         "指紋ファイルが改変されています: ヘッダの署名が正しくありません"});
  }
  auto parsed = parse_hkf_header(ByteView(head).subspan(kHkfFixed));
  if (!parsed) return fail(parsed.error().code, source.name() + ": " + parsed.error().words());
  out.parsed = std::move(parsed).value();
  HkfHeader& h = out.parsed.header;
  h.signer = signer;
  const std::uint64_t there = source.size() - out.body_at;
  if (there < h.body_bytes) return source.cut(out.body_at + h.body_bytes);
  if (there > h.body_bytes) {
    const auto extra = std::to_string(there - h.body_bytes);
    return source.corrupt({"the fingerprint file has " + extra + " bytes too many",
                           "指紋ファイルに余分な " + extra + " バイトがあります"});
  }
  return out;
}

// One walk over the body, block by block.
class Body {
 public:
  Body(const Source& source, const Opened& opened, const Key256& key)
      : source_(source), header_(opened.parsed.header), at_(opened.body_at), key_(key) {}

  // Where the body first shows that it is not what was written.
  auto altered(std::uint64_t index, const Words& what) const {
    return source_.corrupt(Words{"block " + std::to_string(index) + " of the fingerprint file ",
                                 "指紋ファイルのブロック " + std::to_string(index) + ": "} +
                           what);
  }

  // Gives every record to `each`, and the digest of the bytes as they stand in the file, which
  // another thread makes meanwhile.
  template <class Each>
  Result<crypto::Digest> walk(const Each& each, const ProgressShare& share) {
    const std::uint64_t end = at_ + header_.body_bytes;
    bool last = false;
    crypto::Sha256 digest;
    Bytes buffer;
    SerialWorker hashing(1);  // ends before what it reads
    for (std::uint64_t index = 0; !last; ++index) {
      if (end - at_ < 4) return altered(index, {"is missing", "ありません"});
      std::array<std::uint8_t, 4> head{};
      TRYV(source_.read(at_, head));
      TRY(const std::uint64_t size, ByteReader(head).get_u32());
      if (size > kMostHkfBlock || size > end - at_ - head.size()) {
        return altered(index, {"has an impossible length", "長さがあり得ない値"});
      }
      hashing.drain();
      buffer.resize(head.size() + size);
      std::copy(head.begin(), head.end(), buffer.begin());
      const std::span<std::uint8_t> sealed = std::span(buffer).subspan(head.size());
      TRYV(source_.read(at_ + head.size(), sealed));
      at_ += buffer.size();
      last = at_ == end;
      hashing.post([&digest, &buffer] { digest.update(buffer); });
      auto plain = crypto::open(key_, sealed, hkf_block_context(index, last));
      if (!plain) return altered(index, {"does not open", "開きません"});
      TRYV(records(plain.value(), index, each));
      wipe_value(plain.value());
      share.at(header_.body_bytes - (end - at_), header_.body_bytes);
    }
    hashing.drain();
    if (records_ != header_.records || keys_ != header_.keys || checks_ != header_.checks) {
      return source_.corrupt({"the counts in the header are not those of the records",
                              "ヘッダの件数が記録と合いません"});
    }
    return digest.finish();
  }

 private:
  template <class Each>
  Result<void> records(ByteView plain, std::uint64_t index, const Each& each) {
    for (std::size_t at = 0; at < plain.size();) {
      const Fingerprint before = record_.u_ref;
      if (const auto r = decode_record(plain, at, record_); !r) {
        return altered(index, Words{"holds ", ""} + r.error().words());
      }
      if (records_ > 0 && record_.u_ref < before) {
        return altered(index, {"holds records out of order", "記録の順が正しくありません"});
      }
      ++records_;
      keys_ += record_.keys.size();
      checks_ += record_.checks.size();
      TRYV(each(record_));
    }
    return ok();
  }
  const Source& source_;
  const HkfHeader& header_;
  std::uint64_t at_;
  const Key256& key_;
  HkfRecord record_;
  std::uint64_t records_ = 0, keys_ = 0, checks_ = 0;
};

auto altered_body(const Source& source) {
  return source.corrupt({"the body of the fingerprint file was altered: its digest does not hold",
                         "指紋ファイルの本文が改変されています: ダイジェストが合いません"});
}

}  // namespace

Result<HkfHeader> read_hkf_header(const std::filesystem::path& path) {
  TRY(const auto source, Source::open(path));
  TRY(auto opened, open_header(source));
  return std::move(opened.parsed.header);
}

Result<HkfHeader> verify_hkf(const std::filesystem::path& path) {
  TRY(const auto source, Source::open(path));
  TRY(auto opened, open_header(source));
  crypto::Sha256 digest;
  Bytes buffer(256U << 10);
  for (std::uint64_t at = opened.body_at; at < source.size();) {
    const auto piece =
        std::span(buffer).first(std::min<std::uint64_t>(buffer.size(), source.size() - at));
    TRYV(source.read(at, piece));
    digest.update(piece);
    at += piece.size();
  }
  if (digest.finish() != opened.parsed.header.body) return altered_body(source);
  return std::move(opened.parsed.header);
}

Result<HkfHeader> read_hkf(const std::filesystem::path& path, const crypto::BoxKeyPair& service,
                           const std::function<Result<void>(const HkfRecord&)>& each,
                           const ProgressShare& share) {
  TRY(const auto source, Source::open(path));
  TRY(auto opened, open_header(source));
  auto key_bytes = crypto::open_box(service, opened.parsed.sealed_file_key);
  Key256 file_key;
  if (!key_bytes || key_bytes.value().size() != file_key.expose().size()) {
    return fail(Errc::kForbidden,
                source.name() +
                    ": sealed to another service: it was made with a key "
                    "that this service did not issue",
                source.name() +
                    ": 別のサービスに封をしたもの: このサービスが渡していない鍵で作られています");
  }
  std::copy(key_bytes.value().begin(), key_bytes.value().end(), file_key.expose().begin());
  wipe_value(key_bytes.value());

  const auto digest = Body(source, opened, file_key).walk(each, share);
  if (!digest && digest.error().code == Errc::kCorrupt) {
    // A body that differs from what was signed is told as such, wherever it first shows.
    TRYV(verify_hkf(path));
  }
  if (!digest) return digest.error();
  if (digest.value() != opened.parsed.header.body) return altered_body(source);
  return std::move(opened.parsed.header);
}

}  // namespace hitokoe::identity
