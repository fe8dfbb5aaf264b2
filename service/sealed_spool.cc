#include "service/sealed_spool.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>

#include "hitokoe/base/crypto/sealed.h"
#include "hitokoe/base/file.h"

namespace hitokoe::service {

namespace {

namespace fs = std::filesystem;
constexpr auto kKept = std::chrono::hours(24);
constexpr std::string_view kSuffix = ".part";

Bytes context_of(const std::string& name, std::uint64_t piece) {
  const std::string text = name + "\n" + std::to_string(piece);
  return Bytes(text.begin(), text.end());
}

// Nothing (-1): no folder, or a living process has it.
Descriptor lock(const fs::path& folder) {
  Descriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
  if (fd.get() < 0 || ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) return Descriptor(-1);
  return fd;
}

Error broken_off() {
  return Error{Errc::kIo, "the upload could not be kept: begin it anew",
               "アップロードを保存できませんでした: 最初からやり直してください"};
}

bool write_all(int fd, ByteView content) {
  while (!content.empty()) {
    const ssize_t n = ::write(fd, content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    content = content.subspan(static_cast<std::size_t>(n));
  }
  return true;
}

}  // namespace

SealedSpool::SealedSpool(fs::path folder, Descriptor lock, const Clock& clock, Random& random)
    : folder_(std::move(folder)),
      lock_(std::move(lock)),
      clock_(clock),
      random_(random),
      key_(crypto::random_key256(random)) {}

Result<std::unique_ptr<SealedSpool>> SealedSpool::open(const fs::path& folder, const Clock& clock,
                                                       Random& random) {
  TRYV(make_private_dir(folder));
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const auto gone = lock(entry.path());
    if (gone.get() >= 0) fs::remove_all(entry.path(), error);
  }
  const auto own = folder / std::to_string(random.u64());
  TRYV(make_private_dir(own));
  auto held = lock(own);
  if (held.get() < 0) return fail(Errc::kIo, step_failed("open folder", errno));
  return std::unique_ptr<SealedSpool>(new SealedSpool(own, std::move(held), clock, random));
}

fs::path SealedSpool::path_of(const std::string& name) const {
  return folder_ / (name + std::string(kSuffix));
}

std::optional<std::uint64_t> SealedSpool::size(const std::string& name) {
  const std::scoped_lock lock(mutex_);
  const auto found = uploads_.find(name);
  return found == uploads_.end() ? std::nullopt : std::optional(found->second.bytes);
}

Result<std::uint64_t> SealedSpool::begin(const std::string& name) {
  const std::scoped_lock lock(mutex_);
  const auto found = uploads_.find(name);
  if (found == uploads_.end() && uploads_.size() >= kMost)
    return fail(Errc::kLimit, "too many unfinished uploads", "未完了のアップロードが多すぎます");
  auto& upload = uploads_[name];
  if (upload.held)
    return fail(Errc::kConflict, "that upload is going on", "そのアップロードは進行中です");
  upload.held = true;
  upload.touched = clock_.now();
  return upload.bytes;
}

// Whoever holds an upload is alone with its file: the lock is for the table of uploads only, and
// the disk is waited for without it.
SealedSpool::Upload SealedSpool::held(const std::string& name) {
  const std::scoped_lock lock(mutex_);
  return uploads_.at(name);
}

Result<void> SealedSpool::append(const std::string& name, ByteView piece) {
  const auto upload = held(name);
  if (upload.broken) return broken_off();
  const auto sealed = crypto::seal(key_, piece, context_of(name, upload.pieces), random_);
  Bytes framed;
  put_u32(framed, static_cast<std::uint32_t>(sealed.size()));
  put_bytes(framed, sealed);
  const auto path = path_of(name);
  // The first piece stands alone, whatever an upload of that name has left behind.
  const int how = upload.pieces == 0 ? O_TRUNC : O_APPEND;
  const Descriptor fd(
      ::open(path.c_str(), O_WRONLY | how | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (fd.get() < 0) return fail(Errc::kIo, step_failed("open", errno));
  const auto before = ::lseek(fd.get(), 0, SEEK_END);
  if (!write_all(fd.get(), framed)) {
    const int error = errno;
    // Half a piece must not stay: what comes later would not be found.
    if (before < 0 || ::ftruncate(fd.get(), before) != 0) {
      const std::scoped_lock lock(mutex_);
      std::error_code ignored;
      fs::remove(path, ignored);
      auto& lost = uploads_.at(name);  // it is held: it goes when it is let go
      lost.broken = true;
      lost.bytes = lost.pieces = 0;
    }
    return fail(Errc::kIo, step_failed("write", error));
  }
  const std::scoped_lock lock(mutex_);
  auto& kept = uploads_.at(name);
  ++kept.pieces;
  kept.bytes += piece.size();
  kept.touched = clock_.now();
  return ok();
}

void SealedSpool::let_go(const std::string& name) {
  const std::scoped_lock lock(mutex_);
  const auto found = uploads_.find(name);
  if (found == uploads_.end()) return;
  found->second.held = false;
  if (found->second.bytes == 0) uploads_.erase(found);  // nothing to go on from
}

void SealedSpool::remove(const std::string& name) {
  const std::scoped_lock lock(mutex_);
  uploads_.erase(name);
  std::error_code ignored;
  fs::remove(path_of(name), ignored);
}

Result<Bytes> SealedSpool::read(const std::string& name) {
  const auto upload = held(name);
  if (upload.broken) return broken_off();
  Bytes out;
  if (upload.pieces == 0) return out;
  std::ifstream in(path_of(name), std::ios::binary);
  out.reserve(upload.bytes);
  Bytes sealed;
  for (std::uint64_t piece = 0; piece < upload.pieces; ++piece) {
    std::array<std::uint8_t, 4> head{};
    in.read(reinterpret_cast<char*>(head.data()), head.size());
    ByteReader size(ByteView(head.data(), head.size()));
    TRY(const auto length, size.get_u32());
    if (!in || length > (1U << 20))
      return fail(Errc::kCorrupt, "an upload was altered", "アップロードが改変されています");
    sealed.resize(length);
    in.read(reinterpret_cast<char*>(sealed.data()), length);
    if (!in) return fail(Errc::kCorrupt, "an upload was cut", "アップロードが切れています");
    TRY(const auto plain, crypto::open(key_, sealed, context_of(name, piece)));
    put_bytes(out, plain);
  }
  return out;
}

void SealedSpool::tidy() {
  const std::scoped_lock lock(mutex_);
  const auto now = clock_.now();
  std::erase_if(uploads_, [&](const auto& entry) {
    if (entry.second.held || entry.second.touched + kKept > now) return false;
    std::error_code ignored;
    fs::remove(path_of(entry.first), ignored);
    return true;
  });
}

}  // namespace hitokoe::service
