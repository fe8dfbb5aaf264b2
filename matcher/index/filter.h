// The pre-filter over all carriers: "can anybody have this value?", under its own key, so that a
// token that nobody had costs one memory access whatever the number of carriers and holders.
//
// A blocked Bloom filter: 512-bit lines, 7 bits of one line per value, at least 16 bits a value:
// about one false answer in 700. z_f = AES(k_filter, y). Says "no" only where nobody has it.
#pragma once

#include <array>
#include <filesystem>
#include <memory>
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

// One file of it. Blocks are checked when they are read (section.h).
class FilterPart {
 public:
  // kNotFound, kUnsupported (another version), kCorrupt.
  static Result<std::unique_ptr<const FilterPart>> open(const std::filesystem::path& path,
                                                        std::shared_ptr<Damage> damage);
  std::string key_check() const { return key_check_; }  // hex
  std::uint64_t lines() const { return header_.lines; }
  std::uint64_t values() const { return header_.values; }
  // The words of all lines; null where a block of them is damaged.
  const std::uint64_t* words() const;

  void prefetch(const KeyItem& z) const;
  bool may_have(const KeyItem& z) const;
  Result<void> check() const { return section_->check(); }

 private:
  FilterPart() = default;
  FilterHeader header_;
  std::string key_check_;
  std::unique_ptr<Section> section_;
  std::unique_ptr<Warming> warming_;  // last: it works on the section
};

// The pre-filter: what was made of all values, and a smaller one of those that came since.
// Immutable; thread-safe.
class Filter {
 public:
  // `since` may be empty. kNotFound, kUnsupported, kCorrupt.
  static Result<std::shared_ptr<const Filter>> open(const std::filesystem::path& whole,
                                                    const std::filesystem::path& since);
  bool made_under(const std::string& key_check) const;
  const FilterPart& whole() const { return *whole_; }
  const FilterPart* since() const { return since_.get(); }

  void prefetch(const KeyItem& z) const {
    whole_->prefetch(z);
    if (since_ != nullptr) since_->prefetch(z);
  }
  bool may_have(const KeyItem& z) const {
    return whole_->may_have(z) || (since_ != nullptr && since_->may_have(z));
  }
  // As Segment's.
  Result<void> sound() const { return damage_->check(); }
  Result<void> verify() const;  // every byte; kCorrupt

 private:
  std::shared_ptr<Damage> damage_ = std::make_shared<Damage>();
  std::unique_ptr<const FilterPart> whole_, since_;
};

class FilterBuilder {
 public:
  // Room for `values` values.
  explicit FilterBuilder(std::uint64_t values);
  // What comes since `before` was made, going on from what came already: an eighth of its size, so
  // that adding to it costs little. kCorrupt.
  static Result<FilterBuilder> since(const Filter& before);
  void prefetch(const KeyItem& z) const;
  void add(const KeyItem& z);
  bool full() const;
  Result<void> write(const std::filesystem::path& path, const std::string& key_check) const;

 private:
  HugeVector<std::uint64_t> words_;
  std::uint64_t values_ = 0;
};

}  // namespace hitokoe::matcher
