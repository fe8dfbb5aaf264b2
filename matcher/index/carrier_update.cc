#include "matcher/index/carrier_update.h"

#include <algorithm>

#include "hitokoe/base/bytes.h"

namespace hitokoe::matcher {

namespace {

// What goes is looked up value by value; where it is a large part of everything, one pass over
// everything costs less.
constexpr std::uint64_t kCutShare = 8;

SegmentSnapshot for_segment(const ManifestSnapshot& s) {
  SegmentSnapshot out;
  out.snapshot = s.snapshot;
  out.party = s.party;
  out.sequence = s.sequence;
  out.own = s.own;
  out.as_of = s.as_of;
  out.columns = s.columns;
  out.records = s.records;
  return out;
}

std::uint64_t keys_in(std::span<const ManifestSnapshot* const> snapshots) {
  std::uint64_t keys = 0;
  for (const auto* s : snapshots) keys += s->keys;
  return keys;
}

}  // namespace

std::string carrier_folder(const CarrierId& id, std::uint64_t generation, int step) {
  const std::string name = id.controller + '\x1f' + std::to_string(id.epoch);
  return crypto::sha256_hex(as_bytes(name)).substr(0, 24) + "-" + std::to_string(generation) +
         (step == 0 ? "" : "-" + std::to_string(step));
}

Result<void> CarrierUpdate::open() {
  segment_.reset();
  if (layers_.empty()) return ok();
  TRY(segment_, Segment::open(folder_.layers_of({change_.id.controller, change_.id.epoch, layers_}),
                              Use::kMerge));
  return ok();
}

std::filesystem::path CarrierUpdate::new_folder() {
  const auto path = folder_.carriers() / carrier_folder(change_.id, change_.generation, steps_++);
  std::error_code ignored;
  std::filesystem::remove_all(path, ignored);
  made_.push_back(path);
  return path;
}

std::unique_ptr<LayerBuild> CarrierUpdate::start(std::shared_ptr<const Segment> link_to) const {
  SegmentMeta meta;
  if (segment_ != nullptr) meta = segment_->meta();
  meta.controller = change_.id.controller;
  meta.epoch = change_.id.epoch;
  meta.key_check = index_key_check(k_idx_);
  meta.below = layers_.empty() ? "" : layers_.back();
  return std::make_unique<LayerBuild>(std::move(meta), k_idx_, segment_, std::move(link_to),
                                      folder_.temporary());
}

Result<void> CarrierUpdate::end(LayerBuild& build, const ProgressShare& share) {
  const auto path = new_folder();
  TRYV(build.finish(path, share));
  layers_.push_back(path.filename().string());
  return open();
}

Result<void> CarrierUpdate::build(const Snapshots& gone, const Snapshots& added,
                                  std::shared_ptr<const Segment> link_to, bool& unreadable,
                                  const ProgressShare& share) {
  std::uint64_t records = 0;
  for (const auto* s : gone) records += s->records;
  for (const auto* s : added) records += s->records;
  auto build = start(link_to);
  build->expect(records, keys_in(gone) + keys_in(added));
  for (const auto* s : gone) build->begin_removed(s->snapshot);
  const auto feeding = share.part(0, 1, 2);
  std::uint64_t fed = 0;
  for (const auto* s : gone) {
    const auto read = read_(*s, [&](const EntryBatch& batch) -> Result<void> {
      feeding.at(fed += batch.size(), records);
      return build->remove(batch);
    });
    unreadable =
        !read && (read.error().code == Errc::kCorrupt || read.error().code == Errc::kNotFound ||
                  read.error().code == Errc::kForbidden);
    TRYV(read);
  }
  for (const auto* s : added) {
    TRYV(build->begin_added(for_segment(*s)));
    TRYV(read_(*s, [&](const EntryBatch& batch) -> Result<void> {
      feeding.at(fed += batch.size(), records);
      if (build->full()) {
        TRYV(end(*build, {}));
        build = start(link_to);
        build->expect(records - fed, 0);
        TRYV(build->begin_added(for_segment(*s)));
      }
      return build->add(batch);
    }));
  }
  return end(*build, share.part(1, 2, 2));
}

Result<void> CarrierUpdate::merge(std::size_t from, const Snapshots& gone,
                                  const ProgressShare& share) {
  LayerMerge merge;
  merge.all = segment_;
  const std::vector<std::string> stay(layers_.begin(),
                                      layers_.begin() + static_cast<std::ptrdiff_t>(from));
  if (from > 0) {
    TRY(merge.below,
        Segment::open(folder_.layers_of({change_.id.controller, change_.id.epoch, stay}),
                      Use::kMerge));
    merge.below_dir = stay.back();
  }
  for (const auto* s : gone) merge.gone.push_back(s->snapshot);
  const auto path = new_folder();
  TRYV(merge_layers(merge, path, share));
  layers_ = stay;
  layers_.push_back(path.filename().string());
  return open();
}

Result<void> CarrierUpdate::settle(const ProgressShare& share) {
  const auto& layers = segment_->layers();
  const std::size_t n = layers.size();
  if (n == 1) return ok();
  if (change_.layers.empty() || segment_->keys_above() * 2 > layers[0]->keys())
    return merge(0, {}, share);
  // As in a binary counter: a layer is merged when as much again lies on it.
  std::size_t from = n - 1;
  std::uint64_t above = layers[n - 1]->keys();
  for (std::size_t i = n - 1; i-- > 1;) {
    if (above * 2 > layers[i]->keys()) from = i;
    above += layers[i]->keys();
  }
  if (n > kMostLayers) from = std::min(from, kMostLayers - 1);
  return from + 1 < n ? merge(from, {}, share) : Result<void>(ok());
}

Result<void> CarrierUpdate::run(const ProgressShare& share) {
  TRYV(open());
  Snapshots gone = segment_ != nullptr ? change_.gone : Snapshots();
  Snapshots first;
  Snapshots second;  // with records that may be linked: after the customer base
  for (const auto* s : change_.added) (s->without_ref > 0 ? second : first).push_back(s);
  if (!gone.empty() && (change_.forget || keys_in(gone) * kCutShare > segment_->meta().keys)) {
    TRYV(merge(0, gone, {}));
    gone.clear();
  }
  const std::uint64_t all = keys_in(first) + keys_in(second) + 1;
  const std::uint64_t half = keys_in(first) + 1;
  const auto building = share.part(0, 3, 4);
  bool unreadable = false;
  if (!gone.empty() || !first.empty() || segment_ == nullptr) {
    auto built = build(gone, first, nullptr, unreadable, building.part(0, half, all));
    if (!built && unreadable) {
      TRYV(merge(0, gone, {}));
      built = build({}, first, nullptr, unreadable, building.part(0, half, all));
    }
    TRYV(built);
  }
  if (!second.empty()) {
    TRYV(build({}, second, segment_, unreadable, building.part(half, all, all)));
  }
  return settle(share.part(3, 4, 4));
}

}  // namespace hitokoe::matcher
