// One sealed worker access log (docs/storage.md):
//   "HKALOG1\n", 32 bytes of salt, then blocks: length (u32), sealed bytes
// A block's plain begins with 1 (rows: time u64, worker, data set, operation, count u64) or with 2
// (the end: number of rows u64), so that a cut file is known as such. Little-endian; texts behind
// their length (u16). The context of every block is the delegation's id.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "hitokoe/base/crypto/block_seal.h"
#include "hitokoe/base/descriptor.h"
#include "hitokoe/registry/access_logs.h"

namespace hitokoe::storage {

// Writes beside its final place; nothing is there under the final name before finish(). A writer
// that is destroyed earlier leaves nothing. kIo: the disk.
class AccessLogWriter {
 public:
  static Result<AccessLogWriter> create(const std::filesystem::path& folder, const Key256& key,
                                        std::string delegation, Random& random);
  AccessLogWriter(AccessLogWriter&&) noexcept = default;
  AccessLogWriter& operator=(AccessLogWriter&&) = delete;
  ~AccessLogWriter();

  Result<void> add(const registry::AccessRow& row);
  // Durable under `name` in the folder when it returns; replaces what is there.
  Result<void> finish(const std::string& name);

 private:
  AccessLogWriter(std::filesystem::path folder, std::string temporary, Descriptor fd,
                  crypto::BlockSeal seal, std::string delegation);
  Result<void> write(ByteView bytes);
  Result<void> seal_block();

  std::filesystem::path folder_;
  std::string temporary_;  // empty: finished, or moved away
  Descriptor fd_;
  crypto::BlockSeal seal_;
  std::string delegation_;
  std::uint64_t block_ = 0, rows_ = 0;
  Bytes plain_, sealed_;
};

// Every row in order until `each` says false. kNotFound: no such file; kCorrupt: altered or cut.
Result<void> read_access_log(const std::filesystem::path& path, const Key256& key,
                             const std::string& delegation,
                             const std::function<bool(const registry::AccessRow&)>& each);

}  // namespace hitokoe::storage
