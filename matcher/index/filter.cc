#include "matcher/index/filter.h"

#include <algorithm>
#include <cstring>

#include "hitokoe/base/file.h"
#include "matcher/index/segment.h"

namespace hitokoe::matcher {

namespace {

constexpr std::uint64_t kLineWords = 8;
constexpr std::uint64_t kBitsPerValue = 16;
constexpr int kProbes = 7;

constexpr std::uint64_t kSinceShare = 8;

std::uint64_t line_start(const KeyItem& z, std::uint64_t lines) {
  return line_of(z.high, lines) * kLineWords;
}

bool all_bits(const std::uint64_t* line, std::uint64_t bits) {
  bool all = true;
  for (int i = 0; i < kProbes; ++i, bits >>= 9) {
    all = all && (line[(bits >> 6) & 7] >> (bits & 63) & 1) != 0;
  }
  return all;
}

constexpr std::size_t kHeaderWords = sizeof(FilterHeader) / 8;

}  // namespace

Result<std::unique_ptr<const FilterPart>> FilterPart::open(const std::filesystem::path& path,
                                                           std::shared_ptr<Damage> damage) {
  std::unique_ptr<FilterPart> part(new FilterPart);
  part->warming_ = std::make_unique<Warming>();
  TRY(part->section_,
      Section::open(path, SectionKind::kFilter, {std::move(damage), part->warming_.get()}));
  const auto words = part->section_->count<std::uint64_t>();
  const auto* header = part->section_->at<FilterHeader>(0);
  if (header != nullptr) part->header_ = *header;
  const std::uint64_t lines = part->header_.lines;
  if (header == nullptr || lines == 0 || lines > words / kLineWords ||
      kHeaderWords + lines * kLineWords != words) {
    return damaged_file(path,
                        {"the pre-filter breaks its format", "前置フィルタの形式が崩れています"});
  }
  part->key_check_ = to_hex(part->header_.key_check);
  return std::unique_ptr<const FilterPart>(std::move(part));
}

const std::uint64_t* FilterPart::words() const {
  return section_->at<std::uint64_t>(kHeaderWords, header_.lines * kLineWords);
}

void FilterPart::prefetch(const KeyItem& z) const {
  __builtin_prefetch(section_->place<std::uint64_t>(kHeaderWords + line_start(z, header_.lines)));
}

bool FilterPart::may_have(const KeyItem& z) const {
  const auto* line =
      section_->at<std::uint64_t>(kHeaderWords + line_start(z, header_.lines), kLineWords);
  return line != nullptr && all_bits(line, z.low);
}

Result<std::shared_ptr<const Filter>> Filter::open(const std::filesystem::path& whole,
                                                   const std::filesystem::path& since) {
  auto filter = std::make_shared<Filter>();
  TRY(filter->whole_, FilterPart::open(whole, filter->damage_));
  if (!since.empty()) {
    TRY(filter->since_, FilterPart::open(since, filter->damage_));
  }
  return std::shared_ptr<const Filter>(std::move(filter));
}

bool Filter::made_under(const std::string& key_check) const {
  return whole_->key_check() == key_check &&
         (since_ == nullptr || since_->key_check() == key_check);
}

Result<void> Filter::verify() const {
  TRYV(whole_->check());
  if (since_ != nullptr) {
    TRYV(since_->check());
  }
  return sound();
}

Result<FilterBuilder> FilterBuilder::since(const Filter& before) {
  const std::uint64_t lines =
      before.since() != nullptr ? before.since()->lines() : before.whole().lines() / kSinceShare;
  FilterBuilder out(lines * 512 / kBitsPerValue);
  if (before.since() == nullptr) return out;
  const std::uint64_t* words = before.since()->words();
  if (words == nullptr) {
    TRYV(before.sound());
  }
  std::copy_n(words, out.words_.size(), out.words_.begin());
  out.values_ = before.since()->values();
  return out;
}

FilterBuilder::FilterBuilder(std::uint64_t values) {
  const std::uint64_t lines = std::max<std::uint64_t>(1, (values * kBitsPerValue + 511) / 512);
  words_.assign(lines * kLineWords, 0);
}

void FilterBuilder::prefetch(const KeyItem& z) const {
  __builtin_prefetch(&words_[line_start(z, words_.size() / kLineWords)], 1);
}

void FilterBuilder::add(const KeyItem& z) {
  std::uint64_t* line = &words_[line_start(z, words_.size() / kLineWords)];
  std::uint64_t bits = z.low;
  bool changed = false;
  for (int i = 0; i < kProbes; ++i, bits >>= 9) {
    std::uint64_t& word = line[(bits >> 6) & 7];
    const std::uint64_t bit = std::uint64_t{1} << (bits & 63);
    changed = changed || (word & bit) == 0;
    word |= bit;
  }
  if (changed) ++values_;
}

bool FilterBuilder::full() const { return values_ * kBitsPerValue > words_.size() * 64; }

Result<void> FilterBuilder::write(const std::filesystem::path& path,
                                  const std::string& key_check) const {
  TRY(auto out, SectionWriter::create(path, SectionKind::kFilter));
  FilterHeader header;
  TRY(const auto check, from_hex(key_check));
  std::memcpy(header.key_check.data(), check.data(), std::min<std::size_t>(16, check.size()));
  header.lines = words_.size() / kLineWords;
  header.values = values_;
  out.put(header);
  out.append(words_.data(), words_.size() * sizeof(words_[0]));
  return out.finish();
}

}  // namespace hitokoe::matcher
