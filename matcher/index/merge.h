// Makes one layer of several: all of a carrier's, or the topmost of them. Linear, in bounded
// memory: 4 bytes a subject and the sets of snapshots. Merging is a function of the entries:
// however a carrier's layers came to be, all of them merged give the same bytes.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "hitokoe/base/progress.h"
#include "matcher/index/segment.h"

namespace hitokoe::matcher {

struct LayerMerge {
  std::shared_ptr<const Segment> all;    // opened for a merge
  std::shared_ptr<const Segment> below;  // those of its layers that stay; null: none
  std::string below_dir;                 // folder of the topmost that stays
  std::vector<std::string> gone;         // snapshots that are left out; only where none stays
  const std::atomic<bool>* stopping = nullptr;
};

// Writes into the folder `dir`, which must not exist. kCorrupt: something that was read is damaged;
// kCancelled: `stopping` became true; kIo.
Result<SegmentMeta> merge_layers(const LayerMerge& merge, const std::filesystem::path& dir,
                                 const ProgressShare& share = {});

}  // namespace hitokoe::matcher
