#include "matcher/decode/archive/spool.h"

#include <fcntl.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

#include "hitokoe/base/crypto/sealed.h"
#include "hitokoe/base/file.h"

namespace hitokoe::matcher {

namespace {

constexpr std::size_t kSealed = Spool::kBlock + crypto::BlockSeal::kOverhead;

int nameless_file() {
  const char* folder = std::getenv("TMPDIR");
  if (folder == nullptr || *folder == '\0') folder = "/tmp";
  const int fd = ::open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);
  if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT)) return fd;
  std::string name = std::string(folder) + "/hitokoe-XXXXXX";
  const int named = ::mkostemp(name.data(), O_CLOEXEC);
  if (named >= 0) ::unlink(name.c_str());
  return named;
}

}  // namespace

bool Spool::to_disk() {
  file_ = Descriptor(nameless_file());
  if (file_.get() < 0) {
    why_ =
        Words{"no temporary file: ", "一時ファイルを作れません: "} + step_failed("create", errno);
    return false;
  }
  SystemRandom random;
  seal_.emplace(crypto::random_key256(random), crypto::random_salt(random));
  return true;
}

bool Spool::write_block(ByteView block) {
  struct statvfs disk {};
  if (blocks_ % 256 == 0 && ::fstatvfs(file_.get(), &disk) == 0 &&
      static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize < kLeftFree) {
    why_ = {"the disk for temporary files is nearly full",
            "一時ファイルのディスクの残りがわずかです"};
    return false;
  }
  seal_->seal(blocks_, block, {}, sealed_);
  std::size_t done = 0;
  while (done < sealed_.size()) {
    const ssize_t n = ::pwrite(file_.get(), sealed_.data() + done, sealed_.size() - done,
                               static_cast<off_t>(blocks_ * kSealed + done));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      why_ = Words{"temporary file: ", "一時ファイル: "} + step_failed("write", errno);
      return false;
    }
    done += static_cast<std::size_t>(n);
  }
  ++blocks_;
  return true;
}

bool Spool::append(ByteView piece) {
  if (full_) return false;
  if (size_ + piece.size() > most_) {
    why_ = {"larger than what may be kept of it", "一時保存できる大きさを超えています"};
    full_ = true;
    return false;
  }
  held_.insert(held_.end(), piece.begin(), piece.end());
  size_ += piece.size();
  if (!on_disk()) {
    if (held_.size() <= memory_) return true;
    if (!to_disk()) {
      full_ = true;
      return false;
    }
  }
  full_ = !write_full_blocks();
  return !full_;
}

bool Spool::write_full_blocks() {
  bool done = true;
  std::size_t at = 0;
  while (done && held_.size() - at >= kBlock) {
    done = write_block(ByteView(held_).subspan(at, kBlock));
    if (done) at += kBlock;
  }
  held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(at));
  if (held_.capacity() > 4 * kBlock + held_.size()) held_.shrink_to_fit();
  return done;
}

void Spool::leave_memory() {
  constexpr std::size_t kSmall = 256U << 10;
  if (!on_disk() && held_.size() > kSmall && to_disk()) write_full_blocks();
}

bool Spool::load(std::uint64_t block) const {
  if (block == loaded_block_) return true;
  loaded_block_ = ~0ULL;
  from_disk_.resize(kSealed);
  std::size_t done = 0;
  while (done < kSealed) {
    const ssize_t n = ::pread(file_.get(), from_disk_.data() + done, kSealed - done,
                              static_cast<off_t>(block * kSealed + done));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    done += static_cast<std::size_t>(n);
  }
  if (done < kSealed || !seal_->open(block, from_disk_, {}, loaded_)) {
    failed_ = true;
    return false;
  }
  loaded_block_ = block;
  return true;
}

std::size_t Spool::read(std::uint64_t at, std::span<std::uint8_t> out) const {
  std::size_t done = 0;
  const std::uint64_t in_file = blocks_ * kBlock;
  while (done < out.size() && at < size_) {
    ByteView from;
    if (at < in_file) {
      if (!load(at / kBlock)) break;
      from = ByteView(loaded_).subspan(at % kBlock);
    } else if (at - in_file < held_.size()) {
      from = ByteView(held_).subspan(at - in_file);
    } else {
      break;
    }
    const std::size_t n = std::min(from.size(), out.size() - done);
    std::memcpy(out.data() + done, from.data(), n);
    done += n;
    at += n;
  }
  return done;
}

Bytes Spool::read(std::uint64_t at, std::size_t most) const {
  Bytes out(static_cast<std::size_t>(std::min<std::uint64_t>(most, size_ - std::min(at, size_))));
  out.resize(read(at, out));
  return out;
}

}  // namespace hitokoe::matcher
