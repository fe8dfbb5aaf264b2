// Makes a carrier's next segment: the old one, without the snapshots that go, with those that come.
// Linear in old plus new; the new keys are sorted externally. The result depends only on the
// entries, not on the order or grouping in which they were merged.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "hitokoe/base/crypto/digest.h"
#include "hitokoe/base/progress.h"
#include "matcher/index/entries.h"
#include "matcher/index/segment.h"

namespace hitokoe::matcher {

struct MergeOptions {
  std::size_t run_items = 16U << 20;  // 24 bytes each
  ProgressShare share = {};           // of finish()
};

class SegmentMerge {
 public:
  // `old` may be null. `removed`: snapshots of it that go (ids it does not know are ignored).
  // `link_to`: the segment in which records without a customer number look for their subject;
  // null: they stay unlinked. `k_idx` and the segments outlive the merge.
  SegmentMerge(std::string controller, std::uint32_t epoch, const crypto::Aes128& k_idx,
               std::shared_ptr<const Segment> old, const std::vector<std::string>& removed,
               std::shared_ptr<const Segment> link_to, std::filesystem::path temporary,
               MergeOptions options = {});
  ~SegmentMerge();

  // Once, before the first snapshot: what all of them will bring, so that memory is taken once.
  void expect(std::uint64_t records, std::uint64_t keys);
  // Then the records of this snapshot follow. kLimit: over 65,535 snapshots.
  Result<void> begin_snapshot(SegmentSnapshot snapshot);
  Result<void> add(const EntryBatch& batch);

  // Writes the segment into the folder `dir`, which must not exist. No call after this.
  Result<SegmentMeta> finish(const std::filesystem::path& dir);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hitokoe::matcher
