#include "matcher/index/merge.h"

#include <algorithm>
#include <numeric>

#include "hitokoe/base/huge_pages.h"
#include "matcher/index/layer_writer.h"

namespace hitokoe::matcher {

namespace {

constexpr std::uint32_t kGone = 0xffffffff;
constexpr std::size_t kTold = 0xffff;             // after so many (a mask) progress is told
constexpr std::uint64_t kKeySpace = 1ULL << 32U;  // by the key: they are evenly distributed

class Work {
 public:
  Work(const LayerMerge& merge, LayerWriter& out)
      : merge_(merge),
        all_(*merge.all),
        out_(out),
        from_(merge.below != nullptr ? merge.below->layers().size() : 0),
        first_(all_.layers()[from_]->meta().first_subject) {}

  std::vector<SegmentSnapshot> name_snapshots();
  Result<void> subjects(const ProgressShare& share);
  Result<void> keys(const ProgressShare& share);

 private:
  Result<void> put_subject(std::uint32_t number);
  Result<void> go_on() const {
    if (merge_.stopping != nullptr && *merge_.stopping) {
      return fail(Errc::kCancelled, "the merge was stopped", "統合を中止しました");
    }
    return merge_.all->sound();
  }
  std::uint32_t renumbered(std::uint32_t subject) const {
    return subject < first_ ? subject : number_[subject - first_];
  }

  const LayerMerge& merge_;
  const Segment& all_;
  LayerWriter& out_;
  std::size_t from_;     // the first layer that goes in
  std::uint64_t first_;  // subjects from here on get new numbers
  std::vector<Ordinal> removed_, renamed_;
  std::unique_ptr<ClassFold> fold_;
  HugeVector<std::uint32_t> number_;
  std::vector<LayerWriter::Check> checks_;
};

// Where nothing stays below, ordinals are given anew, by the snapshots' ids.
std::vector<SegmentSnapshot> Work::name_snapshots() {
  const auto& before = all_.meta().snapshots;
  std::vector<SegmentSnapshot> after = before;
  if (from_ == 0) {
    std::vector<Ordinal> order(before.size());
    std::iota(order.begin(), order.end(), Ordinal{0});
    std::erase_if(order, [&](Ordinal o) {
      const std::string& id = before[o].snapshot;
      const bool gone = std::ranges::find(merge_.gone, id) != merge_.gone.end();
      if (gone) removed_.push_back(o);
      return gone || id.empty();
    });
    std::ranges::sort(order, {}, [&](Ordinal o) { return before[o].snapshot; });
    renamed_.assign(before.size(), 0);
    after.clear();
    for (const Ordinal o : order) {
      renamed_[o] = static_cast<Ordinal>(after.size());
      after.push_back(before[o]);
    }
    std::ranges::sort(removed_);
  }
  fold_ = std::make_unique<ClassFold>(out_.classes(), &all_.classes(), removed_, renamed_);
  return after;
}

Result<void> Work::put_subject(std::uint32_t number) {
  const SubjectRow row = all_.subjects()[number];
  const bool is_new = number >= first_;
  const Klass had = row.klass & ~kLocalBit;
  LayerWriter::Subject subject{row.z_ref, kNoKlass, (row.klass & kLocalBit) != 0};
  if (had != kDead) subject.klass = fold_->fold(had, {});
  checks_.clear();
  if (subject.klass == kNoKlass) {
    subject.local = false;
    return is_new ? Result<void>(ok()) : out_.change_subject(number, subject, {});
  }
  const auto tags = all_.checks(number);
  const auto fields = all_.check_fields(number);
  for (std::size_t i = 0; i < tags.size(); ++i) {
    const Klass klass = fold_->fold(tags[i].klass, {});
    if (klass != kNoKlass) checks_.push_back({fields[i], tags[i].tag, klass});
  }
  if (!is_new) return out_.change_subject(number, subject, checks_);
  TRY(number_[number - first_], out_.add_subject(subject, checks_));
  return ok();
}

Result<void> Work::subjects(const ProgressShare& share) {
  number_.assign(all_.subjects().size() - first_, kGone);
  const auto begin = all_.layers().begin() + static_cast<std::ptrdiff_t>(from_);
  const std::span layers(begin, all_.layers().end());
  std::vector<std::uint32_t> changed;
  for (const auto& layer : layers) {
    for (std::size_t row = 0; row < layer->changed(); ++row) {
      if (layer->subject_of(row) < first_) changed.push_back(layer->subject_of(row));
    }
  }
  std::ranges::sort(changed);
  changed.erase(std::unique(changed.begin(), changed.end()), changed.end());
  for (const auto number : changed) {
    TRYV(put_subject(number));
  }

  // The new ones of each layer are in order of z_ref; so are they all, one from one, one from
  // another.
  std::vector<std::size_t> at;
  for (const auto& layer : layers) at.push_back(layer->changed());
  for (std::size_t step = 0;; ++step) {
    const SubjectRow* least = nullptr;
    std::size_t which = 0;
    for (std::size_t i = 0; i < at.size(); ++i) {
      const SubjectRow* row = layers[i]->row(at[i]);
      if (row != nullptr && (least == nullptr || row->z_ref < least->z_ref)) {
        least = row;
        which = i;
      }
    }
    if (least == nullptr) break;
    if ((step & kTold) == 0) {
      TRYV(go_on());
      share.at(step, number_.size());
      layers[which]->forget_rows_before(at[which]);
    }
    TRYV(put_subject(layers[which]->subject_of(at[which])));
    ++at[which];
  }
  return out_.end_subjects();
}

Result<void> Work::keys(const ProgressShare& share) {
  std::vector<Posting> postings;
  std::size_t steps = 0;
  for (KeyCursor at(all_, from_); at.more(); at.next()) {
    const KeyItem key = key_item(at.key(), 0);
    if ((++steps & kTold) == 0) {
      TRYV(go_on());
      share.at(key.high >> 32U, kKeySpace);
    }
    postings.clear();
    for (const auto& p : at.postings()) {
      if (p.subject >= first_ + number_.size()) continue;
      const std::uint32_t subject = renumbered(p.subject);
      if (subject != kGone) postings.push_back({subject, p.klass});
    }
    // By new numbers before the classes are named: those then come in the order of the entries.
    if (postings.size() > 1) std::ranges::sort(postings);
    for (auto& p : postings) p.klass = fold_->fold(p.klass, {});
    std::erase_if(postings, [](const Posting& p) { return p.klass == kNoKlass; });
    const bool was = merge_.below != nullptr && !merge_.below->find(key).empty();
    if (postings.empty() && merge_.below == nullptr) continue;
    TRYV(out_.put_key(key, postings, was));
  }
  return ok();
}

}  // namespace

Result<SegmentMeta> merge_layers(const LayerMerge& merge, const std::filesystem::path& dir,
                                 const ProgressShare& share) {
  SegmentMeta meta = merge.all->meta();
  meta.below = merge.below_dir;
  TRY(const auto out, LayerWriter::create(dir, std::move(meta), merge.below));
  Work work(merge, *out);
  auto snapshots = work.name_snapshots();
  TRYV(work.subjects(share.part(0, 25, 100)));
  TRYV(work.keys(share.part(25, 85, 100)));
  TRYV(merge.all->sound());
  const bool hides = merge.below != nullptr && merge.all->meta().hides;
  return out->finish(std::move(snapshots), hides, share.part(85, 100, 100));
}

}  // namespace hitokoe::matcher
