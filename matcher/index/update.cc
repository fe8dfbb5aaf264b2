#include "matcher/index/update.h"

#include <algorithm>
#include <optional>
#include <set>

#include "hitokoe/base/crypto/digest.h"
#include "matcher/index/known_keys.h"

namespace hitokoe::matcher {

namespace {

using identity::KeyKind;

std::string carrier_dir(const CarrierId& id, std::uint64_t generation, int stage) {
  const std::string name = id.controller + '\x1f' + std::to_string(id.epoch);
  return crypto::sha256_hex(as_bytes(name)).substr(0, 24) + "-" + std::to_string(generation) +
         (stage == 0 ? "" : "-" + std::to_string(stage));
}

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

std::uint64_t rows_in(const Segment& s) { return s.meta().subjects + s.meta().keys; }
std::uint64_t rows_in(const ManifestSnapshot& s) { return s.records + s.keys; }

bool destroyed(const identity::KeyStore& keys, KeyKind kind, const std::string& name) {
  const auto key = keys.get(kind, name);
  return !key && key.error().code == Errc::kForbidden;
}

// Removes the folder unless the change was completed.
struct NewFiles {
  std::vector<std::filesystem::path> paths;
  bool keep = false;
  ~NewFiles() {
    if (keep) return;
    for (const auto& path : paths) {
      std::error_code ignored;
      std::filesystem::remove_all(path, ignored);
    }
  }
};

class Update {
 public:
  Update(const IndexFolder& folder, identity::KeyStore& keys, const OpenIndex& before,
         Change& change, const ProgressShare& share)
      : folder_(folder), keys_(keys), before_(before), change_(change), share_(share) {}

  Result<Manifest> run();

 private:
  Result<void> plan();
  Result<void> merge_carrier(const CarrierId& id, const ProgressShare& share);
  Result<void> merge_stage(const CarrierId& id, const crypto::Aes128& k_idx, int stage,
                           const std::vector<std::string>& removed,
                           const std::vector<const ManifestSnapshot*>& added,
                           std::shared_ptr<const Segment> link_to, const ProgressShare& share);
  Result<void> feed(const ManifestSnapshot& snapshot, SegmentMerge& merge,
                    const ProgressShare& share);
  Result<void> make_filter(const ProgressShare& share);
  void filter_batch(const EntryBatch& batch);
  void add_to_filter();  // what scratch_ holds
  const OpenCarrier* open_carrier(const CarrierId& id) const;
  std::uint64_t rows_of(const CarrierId& id) const;

  const IndexFolder& folder_;
  identity::KeyStore& keys_;
  const OpenIndex& before_;
  Change& change_;
  ProgressShare share_;
  Manifest after_;
  NewFiles made_;
  std::set<std::string> gone_;   // ids of the old manifest that are not in the old form any more
  std::set<CarrierId> touched_;  // whose segment changes
  std::map<CarrierId, std::string> dirs_;
  std::shared_ptr<const Segment> segment_;  // of the carrier at work

  std::shared_ptr<const crypto::Aes128> k_filter_;
  std::optional<FilterBuilder> filter_;  // set while the old one is extended
  std::vector<Block> scratch_;
};

const OpenCarrier* Update::open_carrier(const CarrierId& id) const {
  const auto at = std::ranges::find(before_.carriers, id, &OpenCarrier::id);
  return at == before_.carriers.end() ? nullptr : &*at;
}

// That a merge goes over, for its share of the progress. Records that are linked anew come on top.
std::uint64_t Update::rows_of(const CarrierId& id) const {
  const OpenCarrier* open = change_.rebuild ? nullptr : open_carrier(id);
  std::uint64_t rows = open != nullptr ? rows_in(*open->segment) : 0;
  for (const auto& s : after_.snapshots) {
    const bool stays = open != nullptr && !gone_.contains(s.snapshot);
    if (s.controller == id.controller && s.epoch == id.epoch && !stays) rows += rows_in(s);
  }
  return rows;
}

Result<void> Update::plan() {
  after_.generation = before_.manifest.generation + 1;
  gone_.insert(change_.removed.begin(), change_.removed.end());
  for (const auto& a : change_.added) {
    gone_.insert(a.snapshot.snapshot);
    touched_.insert({a.snapshot.controller, a.snapshot.epoch});
    after_.snapshots.push_back(a.snapshot);
  }
  std::set<CarrierId> live;
  for (const auto& s : before_.manifest.snapshots) {
    const CarrierId id{s.controller, s.epoch};
    if (!gone_.contains(s.snapshot) && !alive(s, keys_)) gone_.insert(s.snapshot);
    if (gone_.contains(s.snapshot)) {
      touched_.insert(id);
    } else {
      after_.snapshots.push_back(s);
      if (change_.rebuild || open_carrier(id) == nullptr) touched_.insert(id);
    }
  }
  std::ranges::sort(after_.snapshots, {}, &ManifestSnapshot::snapshot);
  return ok();
}

void Update::filter_batch(const EntryBatch& batch) {
  scratch_.resize(batch.y.size());
  k_filter_->encrypt(batch.y, scratch_);
  add_to_filter();
}

void Update::add_to_filter() {
  constexpr std::size_t kAhead = 16;
  for (std::size_t i = 0; i < scratch_.size(); ++i) {
    if (i + kAhead < scratch_.size()) filter_->prefetch(key_item(scratch_[i + kAhead], 0));
    filter_->add(key_item(scratch_[i], 0));
  }
}

Result<void> Update::feed(const ManifestSnapshot& snapshot, SegmentMerge& merge,
                          const ProgressShare& share) {
  TRYV(merge.begin_snapshot(for_segment(snapshot)));
  const auto fresh = std::ranges::find_if(
      change_.added, [&](const Ingested& a) { return a.snapshot.snapshot == snapshot.snapshot; });
  const bool is_new = fresh != change_.added.end();
  std::uint64_t records = 0;
  const auto take = [&](const EntryBatch& batch) -> Result<void> {
    share.at(records += batch.size(), snapshot.records);
    if (is_new && filter_) filter_batch(batch);
    return merge.add(batch);
  };
  if (is_new && fresh->held) {
    for (auto& batch : *fresh->held) {
      TRYV(take(*batch));
      batch.reset();
    }
    fresh->held.reset();
    return ok();
  }
  TRY(const auto key, known_key<32>(keys_, KeyKind::kStore, snapshot.snapshot));
  return read_entries(folder_.entries() / snapshot.entries, snapshot.snapshot, snapshot.sequence,
                      key, take);
}

Result<void> Update::merge_stage(const CarrierId& id, const crypto::Aes128& k_idx, int stage,
                                 const std::vector<std::string>& removed,
                                 const std::vector<const ManifestSnapshot*>& added,
                                 std::shared_ptr<const Segment> link_to,
                                 const ProgressShare& share) {
  MergeOptions options;
  options.share = share.part(1, 2, 2);
  SegmentMerge merge(id.controller, id.epoch, k_idx, segment_, removed, std::move(link_to),
                     folder_.temporary(), options);
  std::uint64_t records = 0;
  std::uint64_t keys = 0;
  for (const auto* snapshot : added) {
    records += snapshot->records;
    keys += snapshot->keys;
  }
  merge.expect(records, keys);
  const auto feeding = share.part(0, 1, 2);
  std::uint64_t fed = 0;
  for (const auto* snapshot : added) {
    const std::uint64_t from = fed;
    fed += snapshot->records;
    TRYV(feed(*snapshot, merge, feeding.part(from, fed, records)));
  }
  const std::string dir = carrier_dir(id, after_.generation, stage);
  const auto path = folder_.carriers() / dir;
  std::error_code ignored;
  std::filesystem::remove_all(path, ignored);
  made_.paths.push_back(path);
  TRY(const auto meta, merge.finish(path));
  for (auto& s : after_.snapshots) {
    const auto at = std::ranges::find(meta.snapshots, s.snapshot, &SegmentSnapshot::snapshot);
    if (at != meta.snapshots.end()) s.linked = at->linked;
  }
  dirs_[id] = dir;
  segment_.reset();
  return ok();
}

Result<void> Update::merge_carrier(const CarrierId& id, const ProgressShare& share) {
  std::vector<const ManifestSnapshot*> all;
  for (const auto& s : after_.snapshots) {
    if (s.controller == id.controller && s.epoch == id.epoch) all.push_back(&s);
  }
  dirs_.erase(id);
  if (all.empty() || destroyed(keys_, KeyKind::kIndex, id.controller)) return ok();
  TRY(const auto key, keys_.key128(KeyKind::kIndex, id.controller));
  const crypto::Aes128 k_idx(key);

  const OpenCarrier* open = change_.rebuild ? nullptr : open_carrier(id);
  segment_ = open != nullptr ? open->segment : nullptr;
  const auto in_segment = [&](const ManifestSnapshot& s) {
    return segment_ != nullptr && !gone_.contains(s.snapshot);
  };
  // A changed customer base may link other records than before: who has any is linked anew.
  bool own_changes = segment_ == nullptr;
  for (const auto* s : all) own_changes = own_changes || (s->own && !in_segment(*s));
  std::vector<std::string> removed;
  if (segment_ != nullptr) {
    for (const auto& s : segment_->meta().snapshots) {
      if (s.snapshot.empty() || !gone_.contains(s.snapshot)) continue;
      removed.push_back(s.snapshot);
      own_changes = own_changes || s.own;
    }
  }
  std::vector<const ManifestSnapshot*> first;
  std::vector<const ManifestSnapshot*> second;
  for (const auto* s : all) {
    const bool relink = s->without_ref > 0 && own_changes;
    if (in_segment(*s) && !relink) continue;
    if (in_segment(*s)) removed.push_back(s->snapshot);
    (s->without_ref > 0 ? second : first).push_back(s);
  }
  std::uint64_t rows = segment_ != nullptr ? rows_in(*segment_) : 0;
  for (const auto* s : first) rows += rows_in(*s);
  std::uint64_t all_rows = 2 * rows;  // those of the first stage stand in the segment of the second
  for (const auto* s : second) all_rows += rows_in(*s);
  if (second.empty()) all_rows = rows;
  if (!first.empty() || !removed.empty() || segment_ == nullptr) {
    TRYV(merge_stage(id, k_idx, 0, removed, first, nullptr, share.part(0, rows, all_rows)));
  }
  if (!second.empty()) {
    if (segment_ == nullptr) {
      TRY(segment_, Segment::open(folder_.carriers() / dirs_[id]));
    }
    TRYV(merge_stage(id, k_idx, 1, {}, second, segment_, share.part(rows, all_rows, all_rows)));
  }
  return ok();
}

Result<void> Update::make_filter(const ProgressShare& share) {
  // With one carrier its table says "nobody" at the same price.
  if (dirs_.size() < 2) return ok();
  if (filter_ && !filter_->full()) {
    after_.filter = "filter-" + std::to_string(after_.generation);
  } else {
    // From the segments: y = AES^-1(k_idx, z). Room for as much again, so that additions fit.
    std::uint64_t values = 0;
    std::vector<std::pair<std::shared_ptr<const Segment>, std::string>> segments;
    for (const auto& [id, dir] : dirs_) {
      const auto* open = touched_.contains(id) ? nullptr : open_carrier(id);
      std::shared_ptr<const Segment> segment;
      if (open != nullptr) {
        segment = open->segment;
      } else {
        TRY(segment, Segment::open(folder_.carriers() / dir));
      }
      values += segment->keys().size();
      segments.emplace_back(std::move(segment), id.controller);
    }
    if (segments.empty()) return ok();
    filter_.emplace(values * 2);
    std::uint64_t filled = 0;
    constexpr std::size_t kPiece = 4096;
    for (const auto& [segment, controller] : segments) {
      TRY(const auto key, keys_.key128(KeyKind::kIndex, controller));
      const crypto::Aes128 k_idx(key);
      const auto all = segment->keys();
      for (std::size_t at = 0; at < all.size(); at += kPiece) {
        const auto piece = all.subspan(at, std::min(kPiece, all.size() - at));
        share.at(filled += piece.size(), values);
        scratch_.resize(piece.size());
        k_idx.decrypt(piece, scratch_);
        k_filter_->encrypt(scratch_, scratch_);
        add_to_filter();
      }
    }
    after_.filter = "filter-" + std::to_string(after_.generation);
  }
  const auto path = folder_.root() / after_.filter;
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
  made_.paths.push_back(path);
  return filter_->write(path, index_key_check(*k_filter_));
}

Result<Manifest> Update::run() {
  TRYV(plan());
  for (const auto& a : change_.added) made_.paths.push_back(folder_.entries() / a.snapshot.entries);
  for (const auto& c : before_.manifest.carriers) dirs_[{c.controller, c.epoch}] = c.dir;
  TRY(const auto key, keys_.key128(KeyKind::kFilter, "all"));
  k_filter_ = std::make_shared<crypto::Aes128>(key);
  const bool only_grows =
      before_.filter != nullptr && !change_.rebuild && !before_.stale &&
      std::ranges::none_of(before_.manifest.snapshots,
                           [&](const ManifestSnapshot& s) { return gone_.contains(s.snapshot); });
  if (only_grows) filter_.emplace(*before_.filter);
  std::uint64_t rows = 0;
  for (const auto& id : touched_) rows += rows_of(id);
  const auto merging = share_.part(0, 9, 10);
  std::uint64_t merged = 0;
  for (const auto& id : touched_) {
    const std::uint64_t from = merged;
    merged += rows_of(id);
    TRYV(merge_carrier(id, merging.part(from, merged, rows)));
  }
  segment_.reset();
  for (const auto& [id, dir] : dirs_) after_.carriers.push_back({id.controller, id.epoch, dir});
  TRYV(make_filter(share_.part(9, 10, 10)));
  TRYV(folder_.write(after_));
  made_.keep = true;
  folder_.sweep(after_);
  return after_;
}

}  // namespace

bool alive(const ManifestSnapshot& s, const identity::KeyStore& keys) {
  return !destroyed(keys, KeyKind::kStore, s.snapshot) &&
         !destroyed(keys, KeyKind::kDelegation, s.delegation) &&
         !destroyed(keys, KeyKind::kEpoch, std::to_string(s.epoch));
}

Result<OpenIndex> open_index(const IndexFolder& folder, identity::KeyStore& keys) {
  OpenIndex index;
  TRY(index.manifest, folder.read());
  std::set<CarrierId> wanted;
  for (const auto& s : index.manifest.snapshots) {
    if (!alive(s, keys)) index.stale = true;
    wanted.insert({s.controller, s.epoch});
  }
  for (const auto& c : index.manifest.carriers) {
    const CarrierId id{c.controller, c.epoch};
    wanted.erase(id);
    if (destroyed(keys, KeyKind::kIndex, c.controller)) {
      index.stale = true;
      continue;
    }
    TRY(const auto key, keys.key128(KeyKind::kIndex, c.controller));
    auto k_idx = std::make_shared<const crypto::Aes128>(key);
    auto segment = Segment::open(folder.carriers() / c.dir);
    if (!segment && segment.error().code == Errc::kNotFound) {
      index.stale = true;
      continue;
    }
    TRY(auto opened, std::move(segment));
    if (opened->meta().key_check != index_key_check(*k_idx)) {
      index.stale = true;
      continue;
    }
    index.carriers.push_back({id, std::move(opened), std::move(k_idx)});
  }
  for (const auto& id : wanted) {
    if (!destroyed(keys, KeyKind::kIndex, id.controller)) index.stale = true;
  }
  TRY(const auto key, keys.key128(KeyKind::kFilter, "all"));
  index.k_filter = std::make_shared<const crypto::Aes128>(key);
  if (!index.manifest.filter.empty()) {
    auto filter = Filter::open(folder.root() / index.manifest.filter);
    if (!filter && filter.error().code == Errc::kNotFound) {
      index.stale = true;
    } else {
      TRY(auto opened, std::move(filter));
      if (opened.key_check() == index_key_check(*index.k_filter)) {
        index.filter = std::make_shared<const Filter>(std::move(opened));
      } else {
        index.stale = true;
      }
    }
  } else if (index.carriers.size() > 1) {
    index.stale = true;
  }
  return index;
}

Result<Manifest> apply(const IndexFolder& folder, identity::KeyStore& keys, const OpenIndex& before,
                       Change change, const ProgressShare& share) {
  return Update(folder, keys, before, change, share).run();
}

}  // namespace hitokoe::matcher
