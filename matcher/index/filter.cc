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

std::uint64_t line_start(const KeyItem& z, std::size_t words) {
  return line_of(z.high, words / kLineWords) * kLineWords;
}

}  // namespace

Result<Filter> Filter::open(const std::filesystem::path& path) {
  Filter filter;
  TRY(filter.section_, Section::open(path, SectionKind::kFilter));
  FilterHeader header;
  const auto bytes = filter.section_.bytes();
  if (bytes.size() < sizeof header)
    return fail(Errc::kCorrupt, "index: the pre-filter is cut", "索引: 前置フィルタが切れています");
  std::memcpy(&header, bytes.data(), sizeof header);
  filter.words_ = filter.section_.as<std::uint64_t>().subspan(sizeof header / 8);
  filter.values_ = header.values;
  if (header.lines == 0 || filter.words_.size() % kLineWords != 0 ||
      filter.words_.size() / kLineWords != header.lines) {
    return fail(Errc::kCorrupt, "index: the pre-filter breaks its format",
                "索引: 前置フィルタの形式が崩れています");
  }
  return filter;
}

std::string Filter::key_check() const { return to_hex(section_.bytes().first(16)); }

void Filter::prefetch(const KeyItem& z) const {
  __builtin_prefetch(&words_[line_start(z, words_.size())]);
}

bool Filter::may_have(const KeyItem& z) const {
  const std::uint64_t* line = &words_[line_start(z, words_.size())];
  std::uint64_t bits = z.low;
  bool all = true;
  for (int i = 0; i < kProbes; ++i, bits >>= 9) {
    all = all && (line[(bits >> 6) & 7] >> (bits & 63) & 1) != 0;
  }
  return all;
}

FilterBuilder::FilterBuilder(std::uint64_t values) {
  const std::uint64_t lines = std::max<std::uint64_t>(1, (values * kBitsPerValue + 511) / 512);
  words_.assign(lines * kLineWords, 0);
}

void FilterBuilder::prefetch(const KeyItem& z) const {
  __builtin_prefetch(&words_[line_start(z, words_.size())], 1);
}

void FilterBuilder::add(const KeyItem& z) {
  std::uint64_t* line = &words_[line_start(z, words_.size())];
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
