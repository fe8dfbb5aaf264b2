#include "matcher/index/layer_writer.h"

#include <algorithm>
#include <fstream>

#include "hitokoe/base/file.h"

namespace hitokoe::matcher {

namespace {

constexpr std::uint64_t kKeysPerLine = 8;
constexpr std::uint64_t kMost = kDead - 1;
constexpr std::size_t kTold = 0xffff;  // after so many rows (a mask) progress is told

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

LayerWriter::LayerWriter(std::filesystem::path dir, SegmentMeta meta,
                         std::shared_ptr<const Segment> below)
    : dir_(std::move(dir)),
      meta_(std::move(meta)),
      below_(std::move(below)),
      classes_(below_ != nullptr ? &below_->classes() : nullptr) {
  if (below_ == nullptr) return;
  meta_.keys = below_->meta().keys;
  meta_.subjects = below_->meta().subjects;
  meta_.first_subject = meta_.end_subject = below_->meta().end_subject;
}

Result<std::unique_ptr<LayerWriter>> LayerWriter::create(const std::filesystem::path& dir,
                                                         SegmentMeta meta,
                                                         std::shared_ptr<const Segment> below) {
  TRYV(make_private_dir(dir));
  meta.keys = meta.subjects = meta.layer_keys = meta.first_subject = meta.end_subject = 0;
  std::unique_ptr<LayerWriter> w(new LayerWriter(dir, std::move(meta), std::move(below)));
  const auto open = [&](std::optional<SectionWriter>& out, const char* name,
                        SectionKind kind) -> Result<void> {
    TRY(auto made, SectionWriter::create(dir / name, kind, &w->writing_));
    out.emplace(std::move(made));
    return ok();
  };
  TRYV(open(w->numbers_out_, "subject_numbers", SectionKind::kSubjectNumbers));
  TRYV(open(w->subjects_out_, "subjects", SectionKind::kSubjects));
  TRYV(open(w->checks_out_, "checks", SectionKind::kChecks));
  TRYV(open(w->check_fields_out_, "check_fields", SectionKind::kCheckFields));
  TRYV(open(w->keys_out_, "keys", SectionKind::kKeys));
  TRYV(open(w->postings_out_, "postings", SectionKind::kPostings));
  TRYV(open(w->lists_out_, "lists", SectionKind::kLists));
  return w;
}

Result<void> LayerWriter::put_row(const Subject& subject, std::span<const Check> checks) {
  const Klass klass = subject.klass == kNoKlass ? kDead : subject.klass;
  subjects_out_->put(SubjectRow{subject.z_ref, klass | (subject.local ? kLocalBit : 0),
                                static_cast<std::uint32_t>(checks_)});
  for (const auto& c : checks) {
    checks_out_->put(CheckRow{c.tag, c.klass});
    check_fields_out_->put(c.field);
  }
  checks_ += checks.size();
  if (meta_.end_subject >= kMost || checks_ > kMost || classes_.size() >= kDead) {
    return fail(Errc::kLimit, "index: too many customers for one carrier",
                "索引: 一つの通信会社の顧客が多すぎます");
  }
  return ok();
}

Result<void> LayerWriter::change_subject(std::uint32_t number, const Subject& now,
                                         std::span<const Check> checks) {
  const Klass before = below_->subjects()[number].klass & ~kLocalBit;
  if (before != kDead) {
    classes_.discount_subject(before);
    --meta_.subjects;
  }
  if (now.klass != kNoKlass) {
    classes_.count_subject(now.klass);
    ++meta_.subjects;
  }
  numbers_out_->put(number);
  return put_row(now, checks);
}

Result<std::uint32_t> LayerWriter::add_subject(const Subject& subject,
                                               std::span<const Check> checks) {
  classes_.count_subject(subject.klass);
  ++meta_.subjects;
  const auto number = static_cast<std::uint32_t>(meta_.end_subject++);
  TRYV(put_row(subject, checks));
  return number;
}

Result<void> LayerWriter::end_subjects() {
  subjects_out_->put(SubjectRow{{}, kDead, static_cast<std::uint32_t>(checks_)});
  for (auto* out : {&numbers_out_, &subjects_out_, &checks_out_, &check_fields_out_}) {
    TRYV((*out)->finish());
    out->reset();
  }
  return ok();
}

Result<void> LayerWriter::put_key(const KeyItem& key, std::span<const Posting> postings, bool was) {
  keys_out_->put(block_of(key));
  if (postings.size() == 1) {
    postings_out_->put(postings[0]);
  } else {
    postings_out_->put(Posting{static_cast<std::uint32_t>(listed_) | kListBit,
                               static_cast<std::uint32_t>(postings.size())});
    lists_out_->append(postings.data(), postings.size_bytes());
    listed_ += postings.size();
  }
  if (!postings.empty() && !was) ++meta_.keys;
  if (postings.empty() && was) --meta_.keys;
  if (++meta_.layer_keys > kMost || listed_ > kMost) {
    return fail(Errc::kLimit, "index: too many values for one carrier",
                "索引: 一つの通信会社の値が多すぎます");
  }
  return ok();
}

Result<void> LayerWriter::write_lines(const ProgressShare& share) {
  TRY(auto all, WrittenKeys::open(dir_ / "keys", meta_.layer_keys));
  const std::uint64_t lines =
      std::max<std::uint64_t>(1, (meta_.layer_keys + kKeysPerLine - 1) / kKeysPerLine);
  TRY(auto out, SectionWriter::create(dir_ / "lines", SectionKind::kLines, &writing_));
  std::uint64_t at = 0;
  for (std::uint64_t number = 0; number < lines; ++number) {
    if ((number & kTold) == 0) share.at(number, lines);
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
                               shown(dir_));
  }
  return out.finish();
}

// The sets are looked at once each, whatever the number of subjects.
void LayerWriter::count_snapshots() {
  for (auto& s : meta_.snapshots) s.subjects = s.in_own = 0;
  for (std::size_t k = 0; k < classes_.size(); ++k) {
    const std::uint64_t n = classes_.subjects(static_cast<Klass>(k));
    if (n == 0) continue;
    const auto members = classes_.members(static_cast<Klass>(k));
    const bool own =
        std::ranges::any_of(members, [&](Ordinal o) { return meta_.snapshots[o].own; });
    for (const auto o : members) {
      meta_.snapshots[o].subjects += n;
      if (own) meta_.snapshots[o].in_own += n;
    }
  }
}

Result<SegmentMeta> LayerWriter::finish(std::vector<SegmentSnapshot> snapshots, bool hides,
                                        const ProgressShare& share) {
  for (auto* out : {&keys_out_, &postings_out_, &lists_out_}) {
    TRYV((*out)->finish());
    out->reset();
  }
  TRYV(write_lines(share));
  TRYV(classes_.write(dir_));
  meta_.snapshots = std::move(snapshots);
  meta_.hides = hides;
  count_snapshots();
  TRY(auto meta, SectionWriter::create(dir_ / "meta", SectionKind::kMeta));
  const std::string text = encode_meta(meta_);
  meta.append(text.data(), text.size());
  TRYV(meta.finish());
  if (below_ != nullptr) {
    TRYV(below_->sound());
  }
  return meta_;
}

}  // namespace hitokoe::matcher
