#include "matcher/index/update.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "hitokoe/base/crypto/digest.h"
#include "matcher/index/known_keys.h"

namespace hitokoe::matcher {

namespace {

using identity::KeyKind;

std::uint64_t rows_in(const ManifestSnapshot& s) { return s.records + s.keys; }

bool destroyed(const identity::KeyStore& keys, KeyKind kind, const std::string& name) {
  const auto key = keys.get(kind, name);
  return !key && key.error().code == Errc::kForbidden;
}

// Removes what was made unless the change was completed.
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
  void plan();
  Result<void> change_carrier(const CarrierId& id, const ProgressShare& share);
  CarrierChange change_of(const CarrierId& id) const;
  Result<void> read(const ManifestSnapshot& snapshot, const Take& take);
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
  bool forget_ = false;          // of these, some whose key was destroyed
  std::set<CarrierId> touched_;  // whose layers change
  std::map<CarrierId, std::vector<std::string>> layers_;

  std::shared_ptr<const crypto::Aes128> k_filter_;
  std::optional<FilterBuilder> filter_;  // set while the old one is extended
  bool filter_grows_ = false;
  std::vector<Block> scratch_;
};

const OpenCarrier* Update::open_carrier(const CarrierId& id) const {
  const auto at = std::ranges::find(before_.carriers, id, &OpenCarrier::id);
  return at == before_.carriers.end() ? nullptr : &*at;
}

// That a change goes over, for its share of the progress.
std::uint64_t Update::rows_of(const CarrierId& id) const {
  const OpenCarrier* open = change_.rebuild ? nullptr : open_carrier(id);
  std::uint64_t rows = 1;
  for (const auto& s : after_.snapshots) {
    const bool stays = open != nullptr && !gone_.contains(s.snapshot);
    if (s.controller == id.controller && s.epoch == id.epoch && !stays) rows += rows_in(s);
  }
  return rows;
}

void Update::plan() {
  after_.generation = before_.manifest.generation + 1;
  gone_.insert(change_.removed.begin(), change_.removed.end());
  for (const auto& a : change_.added) {
    gone_.insert(a.snapshot.snapshot);
    touched_.insert({a.snapshot.controller, a.snapshot.epoch});
    after_.snapshots.push_back(a.snapshot);
  }
  for (const auto& s : before_.manifest.snapshots) {
    const CarrierId id{s.controller, s.epoch};
    if (!alive(s, keys_)) {
      gone_.insert(s.snapshot);
      forget_ = true;
    }
    if (gone_.contains(s.snapshot)) {
      touched_.insert(id);
    } else {
      after_.snapshots.push_back(s);
      if (change_.rebuild || open_carrier(id) == nullptr) touched_.insert(id);
    }
  }
  std::ranges::sort(after_.snapshots, {}, &ManifestSnapshot::snapshot);
}

void Update::filter_batch(const EntryBatch& batch) {
  scratch_.resize(batch.y.size());
  k_filter_->encrypt(batch.y, scratch_);
  add_to_filter();
}

void Update::add_to_filter() {
  constexpr std::size_t kAhead = 16;
  filter_grows_ = true;
  for (std::size_t i = 0; i < scratch_.size(); ++i) {
    if (i + kAhead < scratch_.size()) filter_->prefetch(key_item(scratch_[i + kAhead], 0));
    filter_->add(key_item(scratch_[i], 0));
  }
}

Result<void> Update::read(const ManifestSnapshot& snapshot, const Take& take) {
  const auto fresh = std::ranges::find_if(change_.added, [&](const Ingested& a) {
    return a.snapshot.snapshot == snapshot.snapshot && a.snapshot.sequence == snapshot.sequence;
  });
  const bool is_new = fresh != change_.added.end();
  const auto take_all = [&](const EntryBatch& batch) -> Result<void> {
    if (is_new && filter_) filter_batch(batch);
    return take(batch);
  };
  if (is_new && fresh->held) {
    for (auto& batch : *fresh->held) {
      TRYV(take_all(*batch));
      batch.reset();
    }
    fresh->held.reset();
    return ok();
  }
  TRY(const auto key, known_key<32>(keys_, KeyKind::kStore, snapshot.snapshot));
  return read_entries(folder_.entries() / snapshot.entries, snapshot.snapshot, snapshot.sequence,
                      key, take_all);
}

CarrierChange Update::change_of(const CarrierId& id) const {
  CarrierChange out;
  out.id = id;
  out.generation = after_.generation;
  const OpenCarrier* open = change_.rebuild ? nullptr : open_carrier(id);
  const auto of_carrier = [&](const ManifestSnapshot& s) {
    return s.controller == id.controller && s.epoch == id.epoch;
  };
  bool own_changes = open == nullptr;
  if (open != nullptr) {
    for (const auto& c : before_.manifest.carriers) {
      if (c.controller == id.controller && c.epoch == id.epoch) out.layers = c.layers;
    }
    for (const auto& s : before_.manifest.snapshots) {
      if (!of_carrier(s) || !gone_.contains(s.snapshot)) continue;
      out.gone.push_back(&s);
      own_changes = own_changes || s.own;
      out.forget = out.forget || !alive(s, keys_);
    }
  }
  for (const auto& s : after_.snapshots) {
    const bool stays = open != nullptr && before_.manifest.find(s.snapshot) != nullptr &&
                       !gone_.contains(s.snapshot);
    if (of_carrier(s) && !stays) own_changes = own_changes || s.own;
  }
  for (const auto& s : after_.snapshots) {
    if (!of_carrier(s)) continue;
    const auto* before = before_.manifest.find(s.snapshot);
    const bool stays = open != nullptr && before != nullptr && !gone_.contains(s.snapshot);
    // A changed customer base may link other records than before: who has any is linked anew.
    if (stays && !(s.without_ref > 0 && own_changes)) continue;
    if (stays) out.gone.push_back(before);
    out.added.push_back(&s);
  }
  return out;
}

Result<void> Update::change_carrier(const CarrierId& id, const ProgressShare& share) {
  layers_.erase(id);
  const bool any = std::ranges::any_of(after_.snapshots, [&](const ManifestSnapshot& s) {
    return s.controller == id.controller && s.epoch == id.epoch;
  });
  if (!any || destroyed(keys_, KeyKind::kIndex, id.controller)) return ok();
  TRY(const auto key, keys_.key128(KeyKind::kIndex, id.controller));
  const crypto::Aes128 k_idx(key);
  CarrierUpdate update(
      folder_, k_idx, change_of(id),
      [this](const ManifestSnapshot& s, const Take& take) { return read(s, take); }, made_.paths);
  TRYV(update.run(share));
  const auto& snapshots = update.segment()->meta().snapshots;
  for (auto& s : after_.snapshots) {
    if (s.controller != id.controller || s.epoch != id.epoch) continue;
    const auto at = std::ranges::find(snapshots, s.snapshot, &SegmentSnapshot::snapshot);
    if (at != snapshots.end()) s.linked = at->linked;
  }
  layers_[id] = update.layers();
  return ok();
}

Result<void> Update::make_filter(const ProgressShare& share) {
  // With one carrier its table says "nobody" at the same price.
  if (layers_.size() < 2) return ok();
  const std::string name = "filter-" + std::to_string(after_.generation);
  const bool extended = filter_ && !filter_->full();
  if (extended) {
    after_.filter = before_.manifest.filter;
    after_.filter_since = filter_grows_ ? name : before_.manifest.filter_since;
    if (!filter_grows_) return ok();
  } else {
    // From the layers: y = AES^-1(k_idx, z). Room for as much again, so that additions fit.
    std::uint64_t values = 0;
    std::vector<std::pair<std::shared_ptr<const Segment>, std::string>> segments;
    for (const auto& [id, layers] : layers_) {
      TRY(auto segment,
          Segment::open(folder_.layers_of({id.controller, id.epoch, layers}), Use::kMerge));
      values += segment->meta().keys;
      segments.emplace_back(std::move(segment), id.controller);
    }
    filter_.emplace(values * 2);
    after_.filter = name;
    after_.filter_since.clear();
    std::uint64_t filled = 0;
    constexpr std::size_t kPiece = 4096;
    for (const auto& [segment, controller] : segments) {
      TRY(const auto key, keys_.key128(KeyKind::kIndex, controller));
      const crypto::Aes128 k_idx(key);
      for (KeyCursor at(*segment); at.more();) {
        scratch_.clear();
        for (; at.more() && scratch_.size() < kPiece; at.next()) scratch_.push_back(at.key());
        share.at(std::min(filled += scratch_.size(), values), values);
        k_idx.decrypt(scratch_, scratch_);
        k_filter_->encrypt(scratch_, scratch_);
        add_to_filter();
      }
      TRYV(segment->sound());
    }
  }
  const auto path = folder_.root() / name;
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
  made_.paths.push_back(path);
  return filter_->write(path, index_key_check(*k_filter_));
}

Result<Manifest> Update::run() {
  plan();
  for (const auto& a : change_.added) made_.paths.push_back(folder_.entries() / a.snapshot.entries);
  for (const auto& c : before_.manifest.carriers) layers_[{c.controller, c.epoch}] = c.layers;
  TRY(const auto key, keys_.key128(KeyKind::kFilter, "all"));
  k_filter_ = std::make_shared<crypto::Aes128>(key);
  // What goes may stay in it, and costs a look now and then; but not what is to be forgotten.
  if (before_.filter != nullptr && !change_.rebuild && !before_.stale && !forget_) {
    TRY(auto since, FilterBuilder::since(*before_.filter));
    filter_.emplace(std::move(since));
  }
  std::uint64_t rows = 0;
  for (const auto& id : touched_) rows += rows_of(id);
  const auto changing = share_.part(0, 9, 10);
  std::uint64_t changed = 0;
  for (const auto& id : touched_) {
    const std::uint64_t from = changed;
    changed += rows_of(id);
    TRYV(change_carrier(id, changing.part(from, changed, rows)));
  }
  for (const auto& [id, layers] : layers_) {
    after_.carriers.push_back({id.controller, id.epoch, layers});
  }
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

// A cache that is not there, or that this version does not read, is made again.
template <class T>
bool must_be_made(const Result<T>& cache) {
  return !cache &&
         (cache.error().code == Errc::kNotFound || cache.error().code == Errc::kUnsupported);
}

Result<OpenIndex> open_index(const IndexFolder& folder, identity::KeyStore& keys, Use use) {
  OpenIndex index;
  index.folder = folder;
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
    auto segment = Segment::open(folder.layers_of(c), use);
    if (must_be_made(segment)) {
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
    const auto& since = index.manifest.filter_since;
    auto filter = Filter::open(folder.root() / index.manifest.filter,
                               since.empty() ? std::filesystem::path() : folder.root() / since);
    if (must_be_made(filter)) {
      index.stale = true;
    } else {
      TRY(index.filter, std::move(filter));
      if (!index.filter->made_under(index_key_check(*index.k_filter))) {
        index.filter.reset();
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
