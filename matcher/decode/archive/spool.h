// The bytes of an archive that must be there as a whole before it can be read: in memory while they
// are few, beyond that in a file without a name, encrypted with a key that only this object has.
// Nothing of it can be read after the process ends, and nothing of it is plain on disk.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "hitokoe/base/bytes.h"
#include "hitokoe/base/crypto/block_seal.h"
#include "hitokoe/base/descriptor.h"
#include "hitokoe/base/language.h"

namespace hitokoe::matcher {

class Spool {
 public:
  static constexpr std::size_t kBlock = 64U << 10;

  // The file is made in $TMPDIR, else /tmp. At least `kLeftFree` of the disk stays free.
  static constexpr std::uint64_t kLeftFree = 1ULL << 30;
  Spool(std::uint64_t memory, std::uint64_t most) : memory_(memory), most_(most) {}
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  // False: no room, and why() says why; what was there stays, more is refused.
  bool append(ByteView piece);
  // Of one that is to be kept for long: beyond 256 KiB it goes to disk. Where that fails it stays.
  void leave_memory();
  const Words& why() const { return why_; }
  std::uint64_t size() const { return size_; }
  bool on_disk() const { return file_.get() >= 0; }

  // Bytes from `at` on into `out`; how many. Fewer than asked: the end, or the file cannot be read
  // (failed()). One thread at a time. A block is decrypted once while reads stay in it.
  std::size_t read(std::uint64_t at, std::span<std::uint8_t> out) const;
  Bytes read(std::uint64_t at, std::size_t most) const;
  bool failed() const { return failed_; }

 private:
  bool to_disk();
  bool write_block(ByteView block);
  bool write_full_blocks();
  bool load(std::uint64_t block) const;

  std::uint64_t memory_, most_, size_ = 0;
  Words why_;
  bool full_ = false;
  Bytes held_;  // all of it, or what no block is full of yet
  Descriptor file_;
  mutable std::optional<crypto::BlockSeal> seal_;
  std::uint64_t blocks_ = 0;  // in the file
  Bytes sealed_;
  mutable Bytes loaded_, from_disk_;
  mutable std::uint64_t loaded_block_ = ~0ULL;
  mutable bool failed_ = false;
};

}  // namespace hitokoe::matcher
