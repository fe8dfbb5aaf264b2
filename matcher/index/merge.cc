// Three passes over sorted data. Subjects first: old rows and new records in order of z_ref give
// each subject its new number. Then the keys in order of z: old postings are renumbered, new ones
// join them. The lines come last, when the number of keys is known.
#include "matcher/index/merge.h"

#include <algorithm>
#include <fstream>

#include "hitokoe/base/file.h"
#include "hitokoe/base/serial_worker.h"
#include "matcher/index/linker.h"

namespace hitokoe::matcher {

namespace {

constexpr std::uint32_t kGone = 0xffffffff;
constexpr std::uint64_t kKeysPerLine = 8;
constexpr std::uint64_t kMost = 0x7fffffff;
constexpr std::size_t kTold = 0xffff;             // after so many rows (a mask) progress is told,
constexpr std::uint64_t kKeySpace = 1ULL << 32U;  // by the key: they are evenly distributed
constexpr std::size_t kAhead = 16;  // items whose records are fetched before they are looked at

}  // namespace

namespace {

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

}  // namespace

struct SegmentMerge::State {
  SegmentMeta meta;
  const crypto::Aes128& k_idx;
  std::shared_ptr<const Segment> old;
  std::vector<Ordinal> removed;
  Linker linker;
  SortedRuns keys;

  // By new record.
  HugeVector<Block> z_ref;
  HugeVector<Ordinal> ordinal;
  HugeVector<std::uint8_t> local;
  HugeVector<std::uint64_t> check_at = {0};
  HugeVector<FieldId> check_field;
  HugeVector<std::uint32_t> check_tag;
  Ordinal current = 0;

  ClassBuilder classes;
  std::unique_ptr<ClassFold> fold;
  HugeVector<std::uint32_t> old_subject;  // old number → new
  HugeVector<std::uint32_t> new_subject;  // record → new

  std::vector<Block> z;     // scratch of add()
  SerialWorker writing{8};  // sums and writes the sections
  ProgressShare share;      // of finish()

  State(const crypto::Aes128& k, std::shared_ptr<const Segment> o,
        std::shared_ptr<const Segment> link_to, std::filesystem::path temporary, std::size_t run)
      : k_idx(k), old(std::move(o)), linker(std::move(link_to)), keys(std::move(temporary), run) {}

  Result<void> merge_subjects(const std::filesystem::path& dir);
  Result<void> merge_keys(const std::filesystem::path& dir);
  Result<void> write_lines(const std::filesystem::path& dir);
  void count_snapshots();
};

SegmentMerge::SegmentMerge(std::string controller, std::uint32_t epoch, const crypto::Aes128& k_idx,
                           std::shared_ptr<const Segment> old,
                           const std::vector<std::string>& removed,
                           std::shared_ptr<const Segment> link_to, std::filesystem::path temporary,
                           MergeOptions options)
    : state_(std::make_unique<State>(k_idx, std::move(old), std::move(link_to),
                                     std::move(temporary), options.run_items)) {
  State& s = *state_;
  s.share = options.share;
  if (s.old != nullptr) s.meta.snapshots = s.old->meta().snapshots;
  s.meta.controller = std::move(controller);
  s.meta.epoch = epoch;
  s.meta.key_check = index_key_check(k_idx);
  for (std::size_t i = 0; i < s.meta.snapshots.size(); ++i) {
    auto& snapshot = s.meta.snapshots[i];
    if (std::ranges::find(removed, snapshot.snapshot) == removed.end()) continue;
    s.removed.push_back(static_cast<Ordinal>(i));
    snapshot = {};
  }
}

SegmentMerge::~SegmentMerge() = default;

void SegmentMerge::expect(std::uint64_t records, std::uint64_t keys) {
  State& s = *state_;
  s.keys.reserve(keys);
  s.z_ref.reserve(records);
  s.ordinal.reserve(records);
  s.local.reserve(records);
  s.check_at.reserve(records + 1);
}

Result<void> SegmentMerge::begin_snapshot(SegmentSnapshot snapshot) {
  State& s = *state_;
  const auto free = std::ranges::find_if(
      s.meta.snapshots, [](const SegmentSnapshot& have) { return have.snapshot.empty(); });
  const auto at = static_cast<std::size_t>(free - s.meta.snapshots.begin());
  if (at > 0xfffe)
    return fail(Errc::kLimit, "over 65,535 snapshots of one carrier",
                "一つの通信会社の断面が 65,535 を超えています");
  s.current = static_cast<Ordinal>(at);
  snapshot.linked = snapshot.unlinked = 0;
  if (free == s.meta.snapshots.end()) {
    s.meta.snapshots.push_back(std::move(snapshot));
  } else {
    *free = std::move(snapshot);
  }
  return ok();
}

Result<void> SegmentMerge::add(const EntryBatch& batch) {
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
    bool local = batch.has_ref[i] == 0;
    bool checks = true;
    if (local) {
      const auto linked = s.linker.link(std::span(batch.field).subspan(from, count),
                                        std::span(s.z).subspan(from, count));
      if (linked) {
        s.z_ref[base + i] = *linked;
        local = false;
        checks = false;  // they were made under the file's own subject and compare with nothing
        ++snapshot.linked;
      } else {
        ++snapshot.unlinked;
      }
    }
    s.ordinal.push_back(s.current);
    s.local.push_back(local ? 1 : 0);
    TRYV(s.keys.add(std::span(s.z).subspan(from, count), base + i));
    for (auto c = batch.check_at[i]; checks && c < batch.check_at[i + 1]; ++c) {
      s.check_field.push_back(batch.checks[c].field);
      s.check_tag.push_back(batch.checks[c].tag);
    }
    s.check_at.push_back(s.check_tag.size());
  }
  return ok();
}

Result<void> SegmentMerge::State::merge_subjects(const std::filesystem::path& dir) {
  TRY(auto out, SectionWriter::create(dir / "subjects", SectionKind::kSubjects, &writing));
  TRY(auto checks, SectionWriter::create(dir / "checks", SectionKind::kChecks, &writing));
  TRY(auto check_fields,
      SectionWriter::create(dir / "check_fields", SectionKind::kCheckFields, &writing));
  HugeVector<KeyItem> fresh(z_ref.size());
  for (std::size_t i = 0; i < fresh.size(); ++i) fresh[i] = key_item(z_ref[i], i);
  sort_keys(fresh);
  const std::span<const SubjectRow> before =
      old != nullptr ? old->subjects() : std::span<const SubjectRow>();
  old_subject.assign(before.size(), kGone);
  new_subject.assign(z_ref.size(), kGone);

  struct Check {
    FieldId field;
    std::uint32_t tag;
    Klass klass;  // of the old segment, or kNoKlass
    Ordinal ordinal;
    auto operator<=>(const Check&) const = default;
  };
  std::vector<Check> gathered;
  std::vector<Ordinal> added;
  std::uint64_t written_checks = 0;
  std::uint64_t number = 0;
  std::size_t a = 0;
  std::size_t b = 0;
  std::size_t steps = 0;
  while (a < before.size() || b < fresh.size()) {
    KeyItem key;
    if (a < before.size()) key = key_item(before[a].z_ref, 0);
    if (a == before.size() || (b < fresh.size() && std::pair(fresh[b].high, fresh[b].low) <
                                                       std::pair(key.high, key.low))) {
      key = fresh[b];
    }
    if ((++steps & kTold) == 0) share.part(0, 25, 100).at(key.high >> 32U, kKeySpace);
    Klass had = kNoKlass;
    bool is_local = false;
    gathered.clear();
    added.clear();
    const std::size_t this_old = a;
    if (a < before.size() && key.same_key(key_item(before[a].z_ref, 0))) {
      had = before[a].klass & ~kLocalBit;
      is_local = (before[a].klass & kLocalBit) != 0;
      const auto rows = old->checks(static_cast<std::uint32_t>(a));
      const auto fields = old->check_fields(static_cast<std::uint32_t>(a));
      for (std::size_t i = 0; i < rows.size(); ++i) {
        gathered.push_back({fields[i], rows[i].tag, rows[i].klass, 0});
      }
      ++a;
    }
    const std::size_t from = b;
    for (; b < fresh.size() && fresh[b].same_key(key); ++b) {
      const std::size_t record = fresh[b].record;
      new_subject[record] = static_cast<std::uint32_t>(number);
      added.push_back(ordinal[record]);
      is_local = is_local || local[record] != 0;
      for (auto c = check_at[record]; c < check_at[record + 1]; ++c) {
        gathered.push_back({check_field[c], check_tag[c], kNoKlass, ordinal[record]});
      }
    }
    if (added.size() > 1) std::ranges::sort(added);
    const Klass klass = fold->fold(had, added);
    if (klass == kNoKlass) continue;  // nobody holds the subject any more
    if (b == from || had != kNoKlass || b - from > 1) std::ranges::sort(gathered);
    if (a != this_old) old_subject[this_old] = static_cast<std::uint32_t>(number);
    classes.count_subject(klass);
    out.put(SubjectRow{block_of(key), klass | (is_local ? kLocalBit : 0),
                       static_cast<std::uint32_t>(written_checks)});
    for (std::size_t i = 0; i < gathered.size();) {
      const Check& first = gathered[i];
      Klass old_klass = kNoKlass;
      added.clear();
      for (;
           i < gathered.size() && gathered[i].field == first.field && gathered[i].tag == first.tag;
           ++i) {
        if (gathered[i].klass != kNoKlass) {
          old_klass = gathered[i].klass;
        } else {
          added.push_back(gathered[i].ordinal);
        }
      }
      const Klass k = fold->fold(old_klass, added);
      if (k == kNoKlass) continue;
      checks.put(CheckRow{first.tag, k});
      check_fields.put(first.field);
      ++written_checks;
    }
    if (++number > kMost || written_checks > kMost) {
      return fail(Errc::kLimit, "index: too many customers for one carrier",
                  "索引: 一つの通信会社の顧客が多すぎます");
    }
  }
  out.put(SubjectRow{{}, 0, static_cast<std::uint32_t>(written_checks)});
  meta.subjects = number;
  TRYV(out.finish());
  TRYV(checks.finish());
  return check_fields.finish();
}

Result<void> SegmentMerge::State::merge_keys(const std::filesystem::path& dir) {
  TRY(auto out, SectionWriter::create(dir / "keys", SectionKind::kKeys, &writing));
  TRY(auto postings, SectionWriter::create(dir / "postings", SectionKind::kPostings, &writing));
  TRY(auto lists, SectionWriter::create(dir / "lists", SectionKind::kLists, &writing));
  const auto too_many = fail(Errc::kLimit, "index: too many values for one carrier",
                             "索引: 一つの通信会社の値が多すぎます");
  const std::span<const Block> before = old != nullptr ? old->keys() : std::span<const Block>();
  struct Owner {
    std::uint32_t subject;
    Klass klass;  // of the old segment, or kNoKlass
    Ordinal ordinal;
    auto operator<=>(const Owner&) const = default;
  };
  std::vector<Owner> owners;
  std::vector<Posting> result;
  std::vector<Ordinal> added;
  std::uint64_t number = 0;
  std::uint64_t listed = 0;
  std::size_t a = 0;
  Reader fresh(keys);
  std::size_t steps = 0;
  while (a < before.size() || fresh.more()) {
    KeyItem key;
    if (a < before.size()) key = key_item(before[a], 0);
    if (a == before.size() ||
        (fresh.more() && std::pair(fresh->high, fresh->low) < std::pair(key.high, key.low))) {
      key = *fresh;
    }
    if ((++steps & kTold) == 0) share.part(25, 85, 100).at(key.high >> 32U, kKeySpace);
    owners.clear();
    const bool is_old = a < before.size() && key.same_key(key_item(before[a], 0));
    if (fresh.more()) {
      const std::uint64_t later = fresh.later(kAhead).record;
      __builtin_prefetch(&new_subject[later]);
      __builtin_prefetch(&ordinal[later]);
    }
    if (!is_old) {  // nearly all of a new customer base: one record has it
      const std::uint64_t record = fresh->record;
      fresh.next();
      if (!fresh.more() || !fresh->same_key(key)) {
        out.put(block_of(key));
        postings.put(Posting{new_subject[record], fold->fold(kNoKlass, {&ordinal[record], 1})});
        if (++number > kMost) return too_many;
        continue;
      }
      owners.push_back({new_subject[record], kNoKlass, ordinal[record]});
    } else {
      for (const auto& p : old->postings(a)) {
        if (p.subject < old_subject.size() && old_subject[p.subject] != kGone) {
          owners.push_back({old_subject[p.subject], p.klass, 0});
        }
      }
      ++a;
    }
    for (; fresh.more() && fresh->same_key(key); fresh.next()) {
      owners.push_back({new_subject[fresh->record], kNoKlass, ordinal[fresh->record]});
    }
    if (owners.size() > 1) std::ranges::sort(owners);
    result.clear();
    for (std::size_t i = 0; i < owners.size();) {
      const std::uint32_t subject = owners[i].subject;
      Klass had = kNoKlass;
      added.clear();
      for (; i < owners.size() && owners[i].subject == subject; ++i) {
        if (owners[i].klass != kNoKlass) {
          had = owners[i].klass;
        } else {
          added.push_back(owners[i].ordinal);
        }
      }
      std::ranges::sort(added);
      const Klass klass = fold->fold(had, added);
      if (klass != kNoKlass) result.push_back({subject, klass});
    }
    if (result.empty()) continue;
    out.put(block_of(key));
    if (result.size() == 1) {
      postings.put(result[0]);
    } else {
      postings.put(Posting{static_cast<std::uint32_t>(listed) | kListBit,
                           static_cast<std::uint32_t>(result.size())});
      lists.append(result.data(), result.size() * sizeof result[0]);
      listed += result.size();
    }
    if (++number > kMost || listed > kMost) return too_many;
  }
  meta.keys = number;
  TRYV(out.finish());
  TRYV(postings.finish());
  return lists.finish();
}

namespace {

// The keys as they were just written, read again in pieces: their number, and with it that of the
// lines, is known only now.
class WrittenKeys {
 public:
  static Result<WrittenKeys> open(const std::filesystem::path& path, std::uint64_t keys) {
    WrittenKeys out(keys);
    out.in_.open(path, std::ios::binary);
    out.fill();
    if (!out.in_) {
      return fail(Errc::kIo, Words{"cannot read the index file ", "索引のファイルを読めません: "} +
                                 shown(path));
    }
    return out;
  }
  bool more() const { return at_ < piece_.size(); }
  KeyItem item() const { return key_item(piece_[at_], 0); }
  void next() {
    if (++at_ == piece_.size()) fill();
  }
  bool whole() const { return left_ == 0 && in_.good(); }

 private:
  explicit WrittenKeys(std::uint64_t keys) : left_(keys) {}
  void fill() {
    constexpr std::uint64_t kPiece = 16384;
    const auto n = static_cast<std::size_t>(std::min(left_, kPiece));
    piece_.resize(n);
    at_ = 0;
    if (n == 0) return;
    in_.read(reinterpret_cast<char*>(piece_.data()),
             static_cast<std::streamsize>(n * sizeof(Block)));
    if (in_) {
      left_ -= n;
    } else {
      piece_.clear();
    }
  }
  std::ifstream in_;
  std::vector<Block> piece_;
  std::size_t at_ = 0;
  std::uint64_t left_;
};

}  // namespace

Result<void> SegmentMerge::State::write_lines(const std::filesystem::path& dir) {
  TRY(auto all, WrittenKeys::open(dir / "keys", meta.keys));
  const std::uint64_t lines =
      std::max<std::uint64_t>(1, (meta.keys + kKeysPerLine - 1) / kKeysPerLine);
  TRY(auto out, SectionWriter::create(dir / "lines", SectionKind::kLines, &writing));
  std::uint64_t at = 0;
  for (std::uint64_t number = 0; number < lines; ++number) {
    if ((number & kTold) == 0) share.part(85, 100, 100).at(number, lines);
    Line line{};
    const std::uint64_t first = at;
    for (; all.more(); all.next(), ++at) {
      const KeyItem key = all.item();
      if (line_of(key.high, lines) != number) break;
      if (at - first < kLineTags) line.tags[at - first] = tag_of(key);
    }
    line.first = static_cast<std::uint32_t>(first);
    if (at - first > kLineTags) line.first |= kOverflowBit;
    out.put(line);
  }
  if (!all.whole()) {
    return fail(Errc::kIo, Words{"cannot read back what was written to ",
                                 "書いたばかりのものを読み返せません: "} +
                               shown(dir));
  }
  return out.finish();
}

void SegmentMerge::State::count_snapshots() {
  for (auto& s : meta.snapshots) s.subjects = s.in_own = 0;
  for (std::size_t k = 0; k < classes.size(); ++k) {
    const auto members = classes.members(static_cast<Klass>(k));
    const std::uint64_t n = classes.subjects(static_cast<Klass>(k));
    const bool own = std::ranges::any_of(members, [&](Ordinal o) { return meta.snapshots[o].own; });
    for (const auto o : members) {
      meta.snapshots[o].subjects += n;
      if (own) meta.snapshots[o].in_own += n;
    }
  }
}

Result<SegmentMeta> SegmentMerge::finish(const std::filesystem::path& dir) {
  State& s = *state_;
  TRYV(make_private_dir(dir));
  s.fold = std::make_unique<ClassFold>(s.classes, s.old ? &s.old->classes() : nullptr, s.removed);
  TRYV(s.keys.start_reading());  // sorted meanwhile
  TRYV(s.merge_subjects(dir));
  TRYV(s.merge_keys(dir));
  TRYV(s.write_lines(dir));
  TRYV(s.classes.write(dir));
  s.count_snapshots();
  TRY(auto meta, SectionWriter::create(dir / "meta", SectionKind::kMeta));
  const std::string text = encode_meta(s.meta);
  meta.append(text.data(), text.size());
  TRYV(meta.finish());
  return s.meta;
}

}  // namespace hitokoe::matcher
