// Makes a layer from records: what the layers below say of the values and subjects that these
// touch, without the snapshots that go, with those that come. Costs in proportion to the records;
// the keys are sorted externally. What comes out does not depend on the order of the records.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "hitokoe/base/crypto/digest.h"
#include "hitokoe/base/progress.h"
#include "matcher/index/entries.h"
#include "matcher/index/layer_writer.h"
#include "matcher/index/linker.h"

namespace hitokoe::matcher {

struct BuildOptions {
  std::size_t run_items = 12U << 20;  // keys sorted at once; 24 bytes each
  // More than one layer is made of: about 70 bytes each, and 12 for every check tag.
  std::size_t most_records = 10U << 20;
};

class LayerBuild {
 public:
  // `below` may be null. `meta`: of it, or of a new carrier, with `below` set. `link_to`: the
  // segment in which records without a customer number look for their subject; null: they stay
  // unlinked. `k_idx` outlives the build.
  LayerBuild(SegmentMeta meta, const crypto::Aes128& k_idx, std::shared_ptr<const Segment> below,
             std::shared_ptr<const Segment> link_to, std::filesystem::path temporary,
             BuildOptions options = {});
  ~LayerBuild();

  // Once, before the first snapshot: what all of them will bring, so that memory is taken once.
  void expect(std::uint64_t records, std::uint64_t keys);
  // Goes, with all records that it had: those follow, in any order with others.
  void begin_removed(const std::string& snapshot);
  Result<void> remove(const EntryBatch& batch);
  // Comes: its records follow, in this layer and perhaps more of them on top. One that is there
  // keeps its ordinal and counts. kLimit: over 65,535 snapshots.
  Result<void> begin_added(SegmentSnapshot snapshot);
  Result<void> add(const EntryBatch& batch);
  // No more should be added: finish, and go on with another on top.
  bool full() const;

  // Writes the layer into the folder `dir`, which must not exist. No call after this. kCorrupt:
  // something below is damaged.
  Result<SegmentMeta> finish(const std::filesystem::path& dir, const ProgressShare& share);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hitokoe::matcher
