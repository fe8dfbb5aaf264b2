// Two passes over sorted data. Subjects first: the records in order of z_ref give each subject its
// number. Then the keys in order of z: what is said of each below is looked up, and new owners
// join.
#include "matcher/index/build.h"

#include <algorithm>

namespace hitokoe::matcher {

namespace {

constexpr std::uint32_t kNothing = 0xffffffff;         // no subject
constexpr std::uint64_t kTouched = ~std::uint64_t{0};  // a key of a snapshot that goes
constexpr Ordinal kNobody = 0xffff;                    // the record is one of a snapshot that goes
constexpr std::size_t kTold = 0xffff;             // after so many rows (a mask) progress is told,
constexpr std::uint64_t kKeySpace = 1ULL << 32U;  // by the key: they are evenly distributed
constexpr std::size_t kAhead = 16;  // items whose records are fetched before they are looked at

// Item by item through the pieces.
class Reader {
 public:
  explicit Reader(SortedRuns& runs) : runs_(runs), piece_(runs.next_piece()) {}
  bool more() const { return at_ < piece_.size(); }
  const KeyItem& operator*() const { return piece_[at_]; }
  const KeyItem* operator->() const { return &piece_[at_]; }
  // The item that comes so many later, where it is at hand; else this one.
  const KeyItem& later(std::size_t by) const {
    return piece_[at_ + by < piece_.size() ? at_ + by : at_];
  }
  void next() {
    if (++at_ < piece_.size()) return;
    piece_ = runs_.next_piece();
    at_ = 0;
  }

 private:
  SortedRuns& runs_;
  std::span<const KeyItem> piece_;
  std::size_t at_ = 0;
};

// Who has a value, or a check tag, from below or from a record.
struct Owner {
  std::uint32_t subject;
  Klass klass;  // below, or kNoKlass
  Ordinal ordinal;
  auto operator<=>(const Owner&) const = default;
};

struct Check {
  FieldId field;
  std::uint32_t tag;
  Klass klass;  // below, or kNoKlass
  Ordinal ordinal;
  auto operator<=>(const Check&) const = default;
};

// Records [from, to) of those that are sorted by subject.
struct Group {
  std::uint32_t subject;
  std::uint32_t from, to;
};

}  // namespace

struct LayerBuild::State {
  SegmentMeta meta;
  const crypto::Aes128& k_idx;
  std::shared_ptr<const Segment> below;
  Linker linker;
  SortedRuns keys;
  BuildOptions options;

  // By record.
  HugeVector<Block> z_ref;
  HugeVector<Ordinal> ordinal;
  HugeVector<std::uint8_t> local;
  HugeVector<std::uint64_t> check_at = {0};
  HugeVector<FieldId> check_field;
  HugeVector<std::uint32_t> check_tag;
  Ordinal current = 0;

  std::vector<Ordinal> removed;                        // ascending
  std::vector<std::pair<std::string, Ordinal>> freed;  // by whom
  std::vector<std::uint32_t> touched;  // subjects below that a linked record of these may be
  HugeVector<std::uint32_t> subject;   // by record

  std::unique_ptr<LayerWriter> out;
  std::unique_ptr<ClassFold> fold;

  // Scratch.
  std::vector<Block> z;
  std::vector<Check> gathered;
  std::vector<LayerWriter::Check> checks;
  std::vector<Ordinal> added;
  std::vector<Owner> owners;
  std::vector<Posting> postings;

  State(SegmentMeta m, const crypto::Aes128& k, std::shared_ptr<const Segment> b,
        std::shared_ptr<const Segment> link_to, std::filesystem::path temporary, BuildOptions o)
      : meta(std::move(m)),
        k_idx(k),
        below(std::move(b)),
        linker(std::move(link_to)),
        keys(std::move(temporary), o.run_items),
        options(o) {}

  Result<void> make_subjects(const ProgressShare& share);
  Result<void> change_subject(std::uint32_t number, std::span<const KeyItem> records);
  Result<void> add_subject(std::span<const KeyItem> records);
  void gather(std::span<const KeyItem> records, bool& is_local);
  void fold_checks();
  Result<void> make_keys(const ProgressShare& share);
  Result<void> make_key(const KeyItem& key, Reader& fresh);
};

LayerBuild::LayerBuild(SegmentMeta meta, const crypto::Aes128& k_idx,
                       std::shared_ptr<const Segment> below, std::shared_ptr<const Segment> link_to,
                       std::filesystem::path temporary, BuildOptions options)
    : state_(std::make_unique<State>(std::move(meta), k_idx, std::move(below), std::move(link_to),
                                     std::move(temporary), options)) {}

LayerBuild::~LayerBuild() = default;

void LayerBuild::expect(std::uint64_t records, std::uint64_t keys) {
  State& s = *state_;
  s.keys.reserve(keys);
  records = std::min<std::uint64_t>(records, s.options.most_records);
  s.z_ref.reserve(records);
  s.ordinal.reserve(records);
  s.local.reserve(records);
  s.check_at.reserve(records + 1);
}

bool LayerBuild::full() const { return state_->z_ref.size() >= state_->options.most_records; }

void LayerBuild::begin_removed(const std::string& snapshot) {
  State& s = *state_;
  const auto at = std::ranges::find(s.meta.snapshots, snapshot, &SegmentSnapshot::snapshot);
  if (at == s.meta.snapshots.end()) return;
  s.removed.push_back(static_cast<Ordinal>(at - s.meta.snapshots.begin()));
  s.freed.emplace_back(snapshot, s.removed.back());
  std::ranges::sort(s.removed);
  *at = {};
}

Result<void> LayerBuild::remove(const EntryBatch& batch) {
  State& s = *state_;
  s.z.resize(std::max(batch.y.size(), batch.size()));
  s.k_idx.encrypt(batch.y_ref, std::span(s.z).first(batch.size()));
  for (std::size_t i = 0; i < batch.size(); ++i) {
    s.z_ref.push_back(s.z[i]);
    s.ordinal.push_back(kNobody);
    s.local.push_back(0);
    s.check_at.push_back(s.check_tag.size());
  }
  s.k_idx.encrypt(batch.y, std::span(s.z).first(batch.y.size()));
  TRYV(s.keys.add(std::span(s.z).first(batch.y.size()), kTouched));
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (batch.has_ref[i] != 0 || s.below == nullptr) continue;
    // It may have been given the subject of another: that one has its values from it.
    for (std::size_t k = batch.key_at[i]; k < batch.key_at[i + 1]; ++k) {
      for (const auto& p : s.below->find(key_item(s.z[k], 0))) {
        const auto had = s.below->classes().members(p.klass);
        if (std::ranges::any_of(s.removed, [&](Ordinal o) {
              return std::binary_search(had.begin(), had.end(), o);
            })) {
          s.touched.push_back(p.subject);
        }
      }
    }
  }
  return ok();
}

Result<void> LayerBuild::begin_added(SegmentSnapshot snapshot) {
  State& s = *state_;
  auto& all = s.meta.snapshots;
  const auto there = std::ranges::find(all, snapshot.snapshot, &SegmentSnapshot::snapshot);
  if (there != all.end()) {
    s.current = static_cast<Ordinal>(there - all.begin());
    return ok();
  }
  // What is replaced keeps its place: whatever is the same in both files then stays as it is.
  const auto mine =
      std::ranges::find(s.freed, snapshot.snapshot, &std::pair<std::string, Ordinal>::first);
  const auto free = mine != s.freed.end() ? all.begin() + mine->second
                                          : std::ranges::find(all, "", &SegmentSnapshot::snapshot);
  const auto at = static_cast<std::size_t>(free - all.begin());
  if (at >= kNobody)
    return fail(Errc::kLimit, "over 65,535 snapshots of one carrier",
                "一つの通信会社の断面が 65,535 を超えています");
  s.current = static_cast<Ordinal>(at);
  snapshot.linked = snapshot.unlinked = 0;
  if (free == all.end()) {
    all.push_back(std::move(snapshot));
  } else {
    *free = std::move(snapshot);
  }
  return ok();
}

Result<void> LayerBuild::add(const EntryBatch& batch) {
  State& s = *state_;
  auto& snapshot = s.meta.snapshots[s.current];
  s.z.resize(std::max(batch.y.size(), batch.size()));
  s.k_idx.encrypt(batch.y_ref, std::span(s.z).first(batch.size()));
  const std::size_t base = s.z_ref.size();
  s.z_ref.insert(s.z_ref.end(), s.z.begin(),
                 s.z.begin() + static_cast<std::ptrdiff_t>(batch.size()));
  s.k_idx.encrypt(batch.y, std::span(s.z).first(batch.y.size()));
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const std::size_t from = batch.key_at[i];
    const std::size_t count = batch.key_at[i + 1] - from;
    bool is_local = batch.has_ref[i] == 0;
    const Linker::Link* linked = nullptr;
    if (is_local) {
      linked = s.linker.link(std::span(batch.field).subspan(from, count),
                             std::span(s.z).subspan(from, count));
      if (linked != nullptr) {
        s.z_ref[base + i] = linked->z_ref;
        is_local = false;
        ++snapshot.linked;
      } else {
        ++snapshot.unlinked;
      }
    }
    s.ordinal.push_back(s.current);
    s.local.push_back(is_local ? 1 : 0);
    TRYV(s.keys.add(std::span(s.z).subspan(from, count), base + i));
    if (linked != nullptr) {
      // Its own were made under the file's own subject: they compare with nothing.
      for (const auto& [field, tag] : linked->tags) {
        s.check_field.push_back(field);
        s.check_tag.push_back(tag);
      }
    } else {
      for (auto c = batch.check_at[i]; c < batch.check_at[i + 1]; ++c) {
        s.check_field.push_back(batch.checks[c].field);
        s.check_tag.push_back(batch.checks[c].tag);
      }
    }
    s.check_at.push_back(s.check_tag.size());
  }
  return ok();
}

// Who comes with these records: their ordinals and check tags.
void LayerBuild::State::gather(std::span<const KeyItem> records, bool& is_local) {
  for (const KeyItem& item : records) {
    const std::size_t record = item.record;
    if (ordinal[record] == kNobody) continue;
    added.push_back(ordinal[record]);
    is_local = is_local || local[record] != 0;
    for (auto c = check_at[record]; c < check_at[record + 1]; ++c) {
      gathered.push_back({check_field[c], check_tag[c], kNoKlass, ordinal[record]});
    }
  }
  if (added.size() > 1) std::ranges::sort(added);
}

void LayerBuild::State::fold_checks() {
  std::ranges::sort(gathered);
  checks.clear();
  for (std::size_t i = 0; i < gathered.size();) {
    const Check& first = gathered[i];
    Klass had = kNoKlass;
    added.clear();
    for (; i < gathered.size() && gathered[i].field == first.field && gathered[i].tag == first.tag;
         ++i) {
      if (gathered[i].klass != kNoKlass) {
        had = gathered[i].klass;
      } else {
        added.push_back(gathered[i].ordinal);
      }
    }
    const Klass klass = fold->fold(had, added);
    if (klass != kNoKlass) checks.push_back({first.field, first.tag, klass});
  }
}

Result<void> LayerBuild::State::change_subject(std::uint32_t number,
                                               std::span<const KeyItem> records) {
  const SubjectRow before = below->subjects()[number];
  const auto tags = below->checks(number);
  const auto fields = below->check_fields(number);
  const Klass had = before.klass & ~kLocalBit;
  bool is_local = false;
  gathered.clear();
  added.clear();
  for (std::size_t i = 0; i < tags.size(); ++i) {
    gathered.push_back({fields[i], tags[i].tag, tags[i].klass, 0});
  }
  gather(records, is_local);
  LayerWriter::Subject now{before.z_ref, fold->fold(had == kDead ? kNoKlass : had, added), false};
  now.local = now.klass != kNoKlass && (is_local || (before.klass & kLocalBit) != 0);
  fold_checks();
  bool same = now.klass == (had == kDead ? kNoKlass : had) &&
              now.local == ((before.klass & kLocalBit) != 0) && checks.size() == tags.size();
  for (std::size_t i = 0; same && i < checks.size(); ++i) {
    same = checks[i].field == fields[i] && checks[i].tag == tags[i].tag &&
           checks[i].klass == tags[i].klass;
  }
  return same ? Result<void>(ok()) : out->change_subject(number, now, checks);
}

Result<void> LayerBuild::State::add_subject(std::span<const KeyItem> records) {
  bool is_local = false;
  gathered.clear();
  added.clear();
  gather(records, is_local);
  if (added.empty()) return ok();  // it goes, and never was
  const Klass klass = fold->fold(kNoKlass, added);
  fold_checks();
  TRY(const auto number, out->add_subject({block_of(records[0]), klass, is_local}, checks));
  for (const KeyItem& item : records) subject[item.record] = number;
  return ok();
}

Result<void> LayerBuild::State::make_subjects(const ProgressShare& share) {
  HugeVector<KeyItem> items(z_ref.size());
  for (std::size_t i = 0; i < items.size(); ++i) items[i] = key_item(z_ref[i], i);
  HugeVector<Block>().swap(z_ref);
  sort_keys(items);
  subject.assign(items.size(), kNothing);
  std::vector<Group> known;
  std::vector<Group> fresh;
  for (std::size_t from = 0; from < items.size() && below != nullptr;) {
    std::size_t to = from + 1;
    while (to < items.size() && items[to].same_key(items[from])) ++to;
    const auto number = below->subject_with(block_of(items[from]));
    const Group group{number.value_or(kNothing), static_cast<std::uint32_t>(from),
                      static_cast<std::uint32_t>(to)};
    (number ? known : fresh).push_back(group);
    for (; number && from < to; ++from) subject[items[from].record] = *number;
    from = to;
  }
  const auto of = [&](const Group& g) { return std::span(items).subspan(g.from, g.to - g.from); };
  for (const auto number : touched) known.push_back({number, 0, 0});
  // The records of one before the mark that it is touched.
  std::ranges::sort(known, [](const Group& a, const Group& b) {
    return std::pair(a.subject, b.to) < std::pair(b.subject, a.to);
  });
  const auto last = std::unique(known.begin(), known.end(), [](const Group& a, const Group& b) {
    return a.subject == b.subject;
  });
  known.erase(last, known.end());
  std::size_t steps = 0;
  for (const Group& g : known) {
    if ((++steps & kTold) == 0) share.at(steps, known.size() + fresh.size());
    TRYV(change_subject(g.subject, of(g)));
  }
  for (const Group& g : fresh) {
    if ((++steps & kTold) == 0) share.at(steps, known.size() + fresh.size());
    TRYV(add_subject(of(g)));
  }
  for (std::size_t from = 0; from < items.size() && below == nullptr;) {
    std::size_t to = from + 1;
    while (to < items.size() && items[to].same_key(items[from])) ++to;
    if ((++steps & kTold) == 0) share.at(items[from].high >> 32U, kKeySpace);
    TRYV(add_subject(std::span(items).subspan(from, to - from)));
    from = to;
  }
  HugeVector<std::uint64_t>().swap(check_at);
  HugeVector<FieldId>().swap(check_field);
  HugeVector<std::uint32_t>().swap(check_tag);
  return out->end_subjects();
}

// One that several have, or that somebody has below.
Result<void> LayerBuild::State::make_key(const KeyItem& key, Reader& fresh) {
  const std::span<const Posting> before =
      below != nullptr ? below->find(key) : std::span<const Posting>();
  owners.clear();
  for (const auto& p : before) owners.push_back({p.subject, p.klass, 0});
  for (; fresh.more() && fresh->same_key(key); fresh.next()) {
    if (fresh->record == kTouched) continue;
    owners.push_back({subject[fresh->record], kNoKlass, ordinal[fresh->record]});
  }
  if (owners.size() > 1) std::ranges::sort(owners);
  postings.clear();
  for (std::size_t i = 0; i < owners.size();) {
    const std::uint32_t who = owners[i].subject;
    Klass had = kNoKlass;
    added.clear();
    for (; i < owners.size() && owners[i].subject == who; ++i) {
      if (owners[i].klass != kNoKlass) {
        had = owners[i].klass;
      } else {
        added.push_back(owners[i].ordinal);
      }
    }
    std::ranges::sort(added);
    const Klass klass = fold->fold(had, added);
    if (klass != kNoKlass) postings.push_back({who, klass});
  }
  if (std::ranges::equal(postings, before)) return ok();  // as it was
  return out->put_key(key, postings, !before.empty());
}

Result<void> LayerBuild::State::make_keys(const ProgressShare& share) {
  Reader fresh(keys);
  std::size_t steps = 0;
  while (fresh.more()) {
    const KeyItem key = *fresh;
    if ((++steps & kTold) == 0) share.at(key.high >> 32U, kKeySpace);
    const KeyItem& later = fresh.later(kAhead);
    if (later.record != kTouched) {
      __builtin_prefetch(&subject[later.record]);
      __builtin_prefetch(&ordinal[later.record]);
    }
    if (below != nullptr) {
      below->prefetch(later);
      TRYV(make_key(key, fresh));
      continue;
    }
    // Nearly all of a new customer base: one record has it.
    const std::uint64_t record = key.record;
    if (record != kTouched && !fresh.later(1).same_key(key)) {
      const Posting only{subject[record], fold->fold(kNoKlass, {&ordinal[record], 1})};
      TRYV(out->put_key(key, {&only, 1}, false));
      fresh.next();
      continue;
    }
    TRYV(make_key(key, fresh));
  }
  return ok();
}

Result<SegmentMeta> LayerBuild::finish(const std::filesystem::path& dir,
                                       const ProgressShare& share) {
  State& s = *state_;
  TRY(s.out, LayerWriter::create(dir, s.meta, s.below));
  s.fold = std::make_unique<ClassFold>(
      s.out->classes(), s.below != nullptr ? &s.below->classes() : nullptr, s.removed);
  TRYV(s.keys.start_reading());  // sorted meanwhile
  TRYV(s.make_subjects(share.part(0, 25, 100)));
  TRYV(s.make_keys(share.part(25, 85, 100)));
  const bool lost = std::ranges::any_of(s.freed, [&](const auto& freed) {
    return std::ranges::find(s.meta.snapshots, freed.first, &SegmentSnapshot::snapshot) ==
           s.meta.snapshots.end();
  });
  const bool hides = s.below != nullptr && (lost || s.below->meta().hides);
  return s.out->finish(s.meta.snapshots, hides, share.part(85, 100, 100));
}

}  // namespace hitokoe::matcher
