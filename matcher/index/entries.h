// Entries at rest: what one snapshot's fingerprint file held, with k[d] taken off, encrypted under
// the snapshot's own store key. The merged index is made from them and can be made again.
//
// File (docs/index-files.md): magic, salt, then blocks: u8 last, u32 length, sealed bytes. Each
// block is bound to snapshot, sequence, its number and whether it is the last, so that a cut,
// reordered or exchanged file does not open.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "hitokoe/base/random.h"
#include "hitokoe/base/secret.h"
#include "hitokoe/identity/hkf.h"

namespace hitokoe::matcher {

using identity::FieldId;
using identity::Fingerprint;

// Some records of one snapshot, as arrays. Record i has keys [key_at[i], key_at[i + 1]) and checks
// [check_at[i], check_at[i + 1]).
struct EntryBatch {
  std::vector<Fingerprint> y_ref;
  std::vector<std::uint8_t> has_ref;
  std::vector<std::uint32_t> order;
  std::vector<std::uint32_t> key_at = {0};
  std::vector<FieldId> field;
  std::vector<Fingerprint> y;
  std::vector<std::uint32_t> check_at = {0};
  std::vector<identity::HkfCheck> checks;

  std::size_t size() const { return y_ref.size(); }
  void clear();
  void reserve_like(const EntryBatch& other);  // as much is likely to come again
};

// A batch that is full is handed on: by records, or by what it takes in memory (records may have
// thousands of values). One record more than that is far below what a block may have.
inline constexpr std::size_t kBatchRecords = 2048;
inline constexpr std::size_t kBatchBytes = 8U << 20;
std::size_t bytes_of(const EntryBatch& batch);
inline bool full(const EntryBatch& batch) {
  return batch.size() >= kBatchRecords || bytes_of(batch) >= kBatchBytes;
}

class EntryWriter {
 public:
  static Result<EntryWriter> create(const std::filesystem::path& path, const std::string& snapshot,
                                    std::uint64_t sequence, const Key256& key, Random& random);
  EntryWriter(EntryWriter&&) noexcept;
  EntryWriter& operator=(EntryWriter&&) noexcept;
  ~EntryWriter();
  // Sealed and written on another thread: the batch must not change any more. Errors of the disk
  // are told by finish().
  void add(std::shared_ptr<const EntryBatch> batch);
  Result<void> finish();  // fsync; kIo

 private:
  struct State;
  explicit EntryWriter(std::unique_ptr<State>);
  std::unique_ptr<State> state_;
};

// Gives every record in the order written. kCorrupt names the file and the block; records before
// it may have been given.
Result<void> read_entries(const std::filesystem::path& path, const std::string& snapshot,
                          std::uint64_t sequence, const Key256& key,
                          const std::function<Result<void>(const EntryBatch&)>& each);

}  // namespace hitokoe::matcher
