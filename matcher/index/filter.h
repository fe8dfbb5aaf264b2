// The pre-filter over all carriers: "can anybody have this value?", under its own key, so that a
// token that nobody had costs one memory access whatever the number of carriers and holders.
//
// A blocked Bloom filter: 512-bit lines, 7 bits of one line per value, at least 16 bits a value:
// about one false answer in 700. z_f = AES(k_filter, y). Says "no" only where nobody has it.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "hitokoe/base/huge_pages.h"
#include "matcher/index/section.h"
#include "matcher/index/sorted_runs.h"

namespace hitokoe::matcher {

struct FilterHeader {
  std::array<std::uint8_t, 16> key_check{};
  std::uint64_t lines = 0;
  std::uint64_t values = 0;  // that changed a bit
  std::array<std::uint64_t, 4> reserved{};
};
static_assert(sizeof(FilterHeader) == 64);

class Filter {
 public:
  static Result<Filter> open(const std::filesystem::path& path);  // kNotFound, kCorrupt
  std::string key_check() const;                                  // hex
  std::span<const std::uint64_t> words() const { return words_; }
  std::uint64_t values() const { return values_; }

  void prefetch(const KeyItem& z) const;
  bool may_have(const KeyItem& z) const;

 private:
  Section section_;
  std::span<const std::uint64_t> words_;
  std::uint64_t values_ = 0;
};

class FilterBuilder {
 public:
  // Room for `values` values.
  explicit FilterBuilder(std::uint64_t values);
  // Goes on from a filter made under the same key.
  explicit FilterBuilder(const Filter& before)
      : words_(before.words().begin(), before.words().end()), values_(before.values()) {}
  void prefetch(const KeyItem& z) const;
  void add(const KeyItem& z);
  bool full() const;
  Result<void> write(const std::filesystem::path& path, const std::string& key_check) const;

 private:
  HugeVector<std::uint64_t> words_;
  std::uint64_t values_ = 0;
};

}  // namespace hitokoe::matcher
