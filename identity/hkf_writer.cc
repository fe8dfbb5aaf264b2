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
#include "identity/hkf_format.h"
#include "identity/record_codec.h"

namespace hitokoe::identity {

struct HkfWriter::State {
  State(std::filesystem::path p, HkfHeader h, Random& r)
      : path(std::move(p)), header(std::move(h)), random(r) {}
  ~State() {
    if (fd >= 0) ::close(fd);
    if (!temporary.empty()) ::unlink(temporary.c_str());
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  std::filesystem::path path;
  std::string temporary;  // empty when there is nothing to remove
  int fd = -1;
  HkfHeader header;
  Random& random;
  Key256 file_key;
  Bytes sealed_file_key;
  Bytes block;
  std::uint64_t blocks = 0;
  crypto::Sha256 digest;
  std::optional<Fingerprint> last;

  Error io(std::string_view step) const {
    return {Errc::kIo, shown(path) + ": " + step_failed(step, errno)};
  }
  Result<void> write(ByteView bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ::write(fd, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return io("write");
      bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
    return ok();
  }
  Result<void> close_block(bool is_last) {
    const Bytes sealed =
        crypto::seal(file_key, block, hkf_block_context(blocks++, is_last), random);
    block.clear();
    Bytes head;
    put_u32(head, static_cast<std::uint32_t>(sealed.size()));
    digest.update(head);
    digest.update(sealed);
    header.body_bytes += head.size() + sealed.size();
    TRYV(write(head));
    return write(sealed);
  }
};

HkfWriter::HkfWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
HkfWriter::HkfWriter(HkfWriter&&) noexcept = default;
HkfWriter& HkfWriter::operator=(HkfWriter&&) noexcept = default;
HkfWriter::~HkfWriter() = default;

Result<HkfWriter> HkfWriter::create(const std::filesystem::path& path, HkfHeader header,
                                    const crypto::BoxPublicKey& service, Random& random) {
  for (const auto* name :
       {&header.party, &header.controller, &header.delegation, &header.snapshot}) {
    if (name->empty() || name->size() > kMostHkfName) {
      return fail(Errc::kUsage, "ids of parties, delegations and snapshots have 1 to 128 bytes",
                  "事業者・委託・断面の id は 1〜128 バイト");
    }
  }
  header.records = header.keys = header.checks = header.body_bytes = 0;
  auto state = std::make_unique<State>(path, std::move(header), random);
  State& s = *state;
  s.file_key = crypto::random_key256(random);
  s.sealed_file_key = crypto::seal_to(service, s.file_key.expose());
  s.block.reserve(kHkfBlock + kMostRecord);
  std::string temporary = path.string() + ".XXXXXX";
  s.fd = ::mkostemp(temporary.data(), O_CLOEXEC);
  if (s.fd < 0) return s.io("create");
  s.temporary = temporary;
  TRYV(s.write(encode_hkf_header(s.header, s.sealed_file_key)));
  TRYV(s.write(Bytes(kHkfSignature)));
  return HkfWriter(std::move(state));
}

Result<void> HkfWriter::add(const HkfRecord& record) {
  State& s = *state_;
  if (s.last && record.u_ref < *s.last) {
    return fail(Errc::kInternal, "records of a fingerprint file out of order",
                "指紋ファイルの記録の順が正しくありません");
  }
  s.last = record.u_ref;
  TRYV(encode_record(record, s.block));
  ++s.header.records;
  s.header.keys += record.keys.size();
  s.header.checks += record.checks.size();
  return s.block.size() < kHkfBlock ? ok() : s.close_block(false);
}

Result<HkfHeader> HkfWriter::finish(const crypto::SignKeyPair& signer) {
  State& s = *state_;
  TRYV(s.close_block(true));
  s.header.signer = signer.public_key;
  s.header.body = s.digest.finish();
  const Bytes header = encode_hkf_header(s.header, s.sealed_file_key);
  if (::lseek(s.fd, 0, SEEK_SET) != 0) return s.io("seek");
  TRYV(s.write(header));
  TRYV(s.write(crypto::sign(signer, hkf_signed_part(header))));
  if (::fchmod(s.fd, 0644) != 0) return s.io("set mode");
  if (::fsync(s.fd) != 0) return s.io("sync");
  if (::rename(s.temporary.c_str(), s.path.c_str()) != 0) return s.io("rename");
  s.temporary.clear();
  const auto folder = s.path.has_parent_path() ? s.path.parent_path() : ".";
  const int dir = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = dir >= 0 && ::fsync(dir) == 0;
  if (dir >= 0) ::close(dir);
  if (!synced) return s.io("sync folder");
  return s.header;
}

}  // namespace hitokoe::identity
