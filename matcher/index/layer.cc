#include "matcher/index/layer.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "hitokoe/base/file.h"

namespace hitokoe::matcher {

namespace {

constexpr std::size_t kWord = 64;

// The first of [0, n) for which `less` does not hold; it holds for those before. Looks around
// `guess` first: values that are evenly distributed lie close to where they should.
template <class Less>
std::size_t first_not(std::size_t n, std::size_t guess, const Less& less) {
  std::size_t low = 0;
  std::size_t high = n;
  std::size_t at = std::min(guess, n == 0 ? 0 : n - 1);
  for (std::size_t step = 64; low < high; step *= 4) {
    if (less(at)) {
      low = at + 1;
      if (high - low <= step) break;
      if (!less(low + step)) {
        high = low + step;
        break;
      }
      at = low + step;
    } else {
      high = at;
      if (high - low <= step) break;
      if (less(high - step)) {
        low = high - step + 1;
        break;
      }
      at = high - step;
    }
  }
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (less(middle)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

}  // namespace

Result<std::unique_ptr<const Layer>> Layer::open(const std::filesystem::path& dir, Use use,
                                                 std::shared_ptr<Damage> damage) {
  std::unique_ptr<Layer> layer(new Layer);
  TRY(const auto meta, Section::open_whole(dir / "meta", SectionKind::kMeta));
  const auto text = meta->as<char>();
  TRY(layer->meta_, decode_meta({text.data(), text.size()}));
  if (use == Use::kLookups) layer->warming_ = std::make_unique<Warming>();
  const auto open_one = [&](const char* name, SectionKind kind) {
    return Section::open(dir / name, kind, {damage, nullptr});
  };
  // What every token is looked up in is worth a copy in huge pages. The rest, which only hits read,
  // is five times as large: a scan would pay more for its memory than it gains.
  TRY(layer->lines_,
      Section::open(dir / "lines", SectionKind::kLines, {damage, layer->warming_.get()}));
  TRY(layer->keys_, open_one("keys", SectionKind::kKeys));
  TRY(layer->postings_, open_one("postings", SectionKind::kPostings));
  TRY(layer->lists_, open_one("lists", SectionKind::kLists));
  TRY(layer->subjects_, open_one("subjects", SectionKind::kSubjects));
  TRY(layer->checks_, open_one("checks", SectionKind::kChecks));
  TRY(layer->check_fields_, open_one("check_fields", SectionKind::kCheckFields));
  TRY(layer->numbers_, Section::open_whole(dir / "subject_numbers", SectionKind::kSubjectNumbers));
  const SegmentMeta& m = layer->meta_;
  const auto numbers = layer->numbers_->as<std::uint32_t>();
  if (m.first_subject > m.end_subject || m.end_subject >= kDead ||
      layer->lines_->count<Line>() == 0 || layer->keys_->count<Block>() != m.layer_keys ||
      layer->postings_->count<Posting>() != m.layer_keys ||
      layer->subjects_->count<SubjectRow>() != layer->rows() + 1 ||
      layer->checks_->count<CheckRow>() != layer->check_fields_->count<FieldId>() ||
      !std::is_sorted(numbers.begin(), numbers.end()) ||
      std::adjacent_find(numbers.begin(), numbers.end()) != numbers.end() ||
      (!numbers.empty() && numbers.back() >= m.first_subject)) {
    return fail(Errc::kCorrupt, "index: the parts of " + shown(dir) + " do not fit together",
                "索引: " + shown(dir) + " の各部が互いに合いません");
  }
  if (!numbers.empty()) {
    layer->changed_bits_.assign(numbers.back() / kWord + 1, 0);
    for (const auto n : numbers) layer->changed_bits_[n / kWord] |= std::uint64_t{1} << n % kWord;
    std::uint32_t before = 0;
    for (const auto word : layer->changed_bits_) {
      layer->changed_before_.push_back(before);
      before += static_cast<std::uint32_t>(std::popcount(word));
    }
  }
  return std::unique_ptr<const Layer>(std::move(layer));
}

Layer::~Layer() = default;

std::span<const Posting> Layer::postings(std::size_t number) const {
  const Posting* p = postings_->at<Posting>(number);
  if (p == nullptr) return {};
  if ((p->subject & kListBit) == 0) return {p, 1};
  const auto* list = lists_->at<Posting>(p->subject & ~kListBit, p->klass);
  return list != nullptr ? std::span(list, p->klass) : std::span<const Posting>();
}

void Layer::may_have(std::span<const Block> z, std::span<std::uint16_t> masks) const {
  if (const auto lines = lines_->whole<Line>(); !lines.empty()) return equal_tags(lines, z, masks);
  std::ranges::fill(masks, std::uint16_t{1});
}

bool Layer::prefetch_entry(const KeyItem& z) const {
  const Line* line = lines_->at<Line>(line_of(z.high, lines_->count<Line>()));
  if (line == nullptr) return false;
  const unsigned mask = equal_tags(*line, tag_of(z));
  if (mask == 0) return false;
  const std::size_t key =
      (line->first & ~kOverflowBit) + static_cast<std::size_t>(std::countr_zero(mask));
  __builtin_prefetch(keys_->place<Block>(key));
  __builtin_prefetch(postings_->place<Posting>(key));
  return true;
}

std::size_t Layer::find(const KeyItem& z) const {
  const std::size_t lines = lines_->count<Line>();
  const std::uint64_t number = line_of(z.high, lines);
  const Line* line = lines_->at<Line>(number);
  if (line == nullptr) return kNone;
  const std::size_t first = line->first & ~kOverflowBit;
  const Block wanted = block_of(z);
  for (unsigned mask = equal_tags(*line, tag_of(z)); mask != 0; mask &= mask - 1) {
    const std::size_t key = first + static_cast<std::size_t>(std::countr_zero(mask));
    const Block* there = keys_->at<Block>(key);
    if (there != nullptr && *there == wanted) return key;
  }
  if ((line->first & kOverflowBit) == 0) return kNone;
  std::size_t end = keys();
  if (number + 1 < lines) {
    const Line* next = lines_->at<Line>(number + 1);
    if (next == nullptr) return kNone;
    end = std::min<std::size_t>(end, next->first & ~kOverflowBit);
  }
  const std::size_t from = std::min(first + kLineTags, end);
  const Block* tail = keys_->at<Block>(from, end - from);
  if (tail == nullptr) return kNone;
  const Block* at = std::lower_bound(tail, tail + (end - from), wanted);
  return at != tail + (end - from) && *at == wanted ? from + static_cast<std::size_t>(at - tail)
                                                    : kNone;
}

std::size_t Layer::row_of(std::uint32_t subject) const {
  if (subject >= meta_.first_subject) {
    return subject < meta_.end_subject ? changed() + subject - meta_.first_subject : kNone;
  }
  const std::size_t word = subject / kWord;
  if (word >= changed_bits_.size()) return kNone;
  const std::uint64_t bits = changed_bits_[word];
  const std::uint64_t bit = std::uint64_t{1} << subject % kWord;
  if ((bits & bit) == 0) return kNone;
  return changed_before_[word] + static_cast<std::size_t>(std::popcount(bits & (bit - 1)));
}

std::uint32_t Layer::subject_of(std::size_t row) const {
  if (row < changed()) return numbers_->as<std::uint32_t>()[row];
  return static_cast<std::uint32_t>(meta_.first_subject + row - changed());
}

const SubjectRow* Layer::row(std::size_t row) const {
  return row < rows() ? subjects_->at<SubjectRow>(row) : nullptr;
}

std::span<const CheckRow> Layer::checks(std::size_t row) const {
  if (row >= rows()) return {};
  const auto* two = subjects_->at<SubjectRow>(row, 2);
  if (two == nullptr || two[0].checks > two[1].checks) return {};
  const std::size_t many = two[1].checks - two[0].checks;
  // Tags and fields belong together: without the one the other is not shown.
  if (check_fields_->at<FieldId>(two[0].checks, many) == nullptr) return {};
  const auto* first = checks_->at<CheckRow>(two[0].checks, many);
  return first != nullptr ? std::span(first, many) : std::span<const CheckRow>();
}

std::span<const FieldId> Layer::check_fields(std::size_t row) const {
  const std::size_t many = checks(row).size();
  if (many == 0) return {};
  const auto* first = check_fields_->at<FieldId>(subjects_->at<SubjectRow>(row)->checks, many);
  return first != nullptr ? std::span(first, many) : std::span<const FieldId>();
}

void Layer::prefetch_row(std::size_t row) const {
  __builtin_prefetch(subjects_->place<SubjectRow>(row));
}

void Layer::prefetch_checks(std::size_t row) const {
  const auto* one = subjects_->at<SubjectRow>(row);
  if (one == nullptr) return;
  __builtin_prefetch(checks_->place<CheckRow>(one->checks));
  __builtin_prefetch(check_fields_->place<FieldId>(one->checks));
}

std::optional<std::uint32_t> Layer::subject_with(const Block& z_ref) const {
  const std::size_t base = changed();
  const std::size_t n = fresh();
  const auto guess = static_cast<std::size_t>(line_of(big_endian(z_ref.data()), n));
  const std::size_t at = first_not(n, guess, [&](std::size_t i) {
    const SubjectRow* one = subjects_->at<SubjectRow>(base + i);
    return one != nullptr && one->z_ref < z_ref;
  });
  const SubjectRow* found = at < n ? subjects_->at<SubjectRow>(base + at) : nullptr;
  if (found == nullptr || found->z_ref != z_ref) return std::nullopt;
  return static_cast<std::uint32_t>(meta_.first_subject + at);
}

void Layer::forget_keys_before(std::size_t number) const {
  keys_->forget_before<Block>(number);
  postings_->forget_before<Posting>(number);
}

void Layer::forget_rows_before(std::size_t number) const {
  subjects_->forget_before<SubjectRow>(number);
  const SubjectRow* one = row(number);
  if (one == nullptr) return;
  checks_->forget_before<CheckRow>(one->checks);
  check_fields_->forget_before<FieldId>(one->checks);
}

Result<void> Layer::verify_keys(const ProgressShare& share) const {
  constexpr std::size_t kTold = 0xffff;  // after so many rows (a mask) progress is told
  const auto broken = [&](std::size_t k, const Words& what) {
    return fail(Errc::kCorrupt, Words{"index of carrier ", "通信会社 "} + meta_.controller +
                                    Words{": key ", " の索引: 鍵 "} + std::to_string(k) + what);
  };
  Block before{};
  for (std::size_t k = 0; k < keys(); ++k) {
    if ((k & kTold) == 0) {
      share.at(k, keys());
      forget_keys_before(k);
    }
    const Block* one = key(k);
    if (one == nullptr || (k > 0 && !(before < *one))) {
      return broken(k, {" is out of order", " の順が正しくありません"});
    }
    before = *one;
    if (find(key_item(before, 0)) != k) {
      return broken(k, {" cannot be found", " が見つかりません"});
    }
    const Posting* p = postings_->at<Posting>(k);
    if (p != nullptr && (p->subject & kListBit) != 0 &&
        lists_->at<Posting>(p->subject & ~kListBit, p->klass) == nullptr) {
      return broken(k, {" points outside", " が範囲外を指しています"});
    }
  }
  return ok();
}

Result<void> Layer::verify(const ProgressShare& share) const {
  for (const auto* section : {lines_.get(), keys_.get(), postings_.get(), lists_.get(),
                              subjects_.get(), checks_.get(), check_fields_.get()}) {
    TRYV(section->check());
  }
  TRYV(verify_keys(share));
  Block before{};
  for (std::size_t i = 0; i < rows(); ++i) {
    const SubjectRow* one = row(i);
    const std::size_t fresh_from = changed();
    if (one == nullptr || (i > fresh_from && !(before < one->z_ref))) {
      return fail(Errc::kCorrupt,
                  "index of carrier " + meta_.controller + ": subjects are out of order",
                  "通信会社 " + meta_.controller + " の索引: 顧客の順が正しくありません");
    }
    before = one->z_ref;
  }
  return ok();
}

}  // namespace hitokoe::matcher
