// Brings the layers of one carrier to what its snapshots say: a layer of what a change touches, on
// top of those that are there, and where there are too many or they are too large, fewer of them.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "hitokoe/base/progress.h"
#include "matcher/index/build.h"
#include "matcher/index/manifest.h"
#include "matcher/index/merge.h"

namespace hitokoe::matcher {

// A carrier's layers are found by this: subjects of two epochs never meet.
struct CarrierId {
  std::string controller;
  std::uint32_t epoch = 0;
  auto operator<=>(const CarrierId&) const = default;
};
std::string carrier_folder(const CarrierId& id, std::uint64_t generation, int step);

// Layers of a carrier at most, and so the lines that a look-up touches.
inline constexpr std::size_t kMostLayers = 4;
// Merging everything pays when the layers above the lowest have this part of its keys; an addition
// does so itself only at half, so that it stays in proportion to what is added.
inline constexpr std::uint64_t kMergeShare = 8;
inline bool merge_due(std::uint64_t keys_above, std::uint64_t lowest_keys) {
  return keys_above * kMergeShare > lowest_keys;
}
inline bool merge_due(const Segment& segment) {
  return segment.meta().hides || merge_due(segment.keys_above(), segment.layers().front()->keys());
}

// The records of a snapshot, in batches.
using Take = std::function<Result<void>(const EntryBatch&)>;
using ReadRecords = std::function<Result<void>(const ManifestSnapshot&, const Take&)>;

struct CarrierChange {
  CarrierId id;
  std::vector<std::string> layers;  // that are there, the lowest first; none: from nothing
  std::vector<const ManifestSnapshot*> gone;   // that go, as they are there
  std::vector<const ManifestSnapshot*> added;  // that come, those of `gone` in their new form too
  bool forget = false;                         // nothing of what goes may stay in a layer
  std::uint64_t generation = 0;                // of the state that is made
};

class CarrierUpdate {
 public:
  // `made`: gets the folders of new layers before anything is in them. All outlive the update.
  CarrierUpdate(const IndexFolder& folder, const crypto::Aes128& k_idx, CarrierChange change,
                ReadRecords read, std::vector<std::filesystem::path>& made)
      : folder_(folder),
        k_idx_(k_idx),
        change_(std::move(change)),
        read_(std::move(read)),
        made_(made),
        layers_(change_.layers) {}

  // kCorrupt: a layer or the entries of what comes are damaged.
  Result<void> run(const ProgressShare& share);
  const std::vector<std::string>& layers() const { return layers_; }
  const std::shared_ptr<const Segment>& segment() const { return segment_; }

 private:
  using Snapshots = std::vector<const ManifestSnapshot*>;
  Result<void> open();
  std::filesystem::path new_folder();
  // A layer, or several, with `added` and without `gone`. Says in `unreadable` when the entries of
  // something that goes cannot be read; nothing has changed then.
  Result<void> build(const Snapshots& gone, const Snapshots& added,
                     std::shared_ptr<const Segment> link_to, bool& unreadable,
                     const ProgressShare& share);
  std::unique_ptr<LayerBuild> start(std::shared_ptr<const Segment> link_to) const;
  Result<void> end(LayerBuild& build, const ProgressShare& share);
  // The layers from this number on become one; from 0 on without `gone`.
  Result<void> merge(std::size_t from, const Snapshots& gone, const ProgressShare& share);
  Result<void> settle(const ProgressShare& share);

  const IndexFolder& folder_;
  const crypto::Aes128& k_idx_;
  CarrierChange change_;
  ReadRecords read_;
  std::vector<std::filesystem::path>& made_;
  std::vector<std::string> layers_;
  std::shared_ptr<const Segment> segment_;  // of these; null: none
  int steps_ = 0;
};

}  // namespace hitokoe::matcher
