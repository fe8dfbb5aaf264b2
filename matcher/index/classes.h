// Sets of snapshots, hash-consed: equal sets have one number, so that "which snapshots had this
// value for this subject" costs 32 bits however many holders there are.
//
// A snapshot is named by its ordinal within one carrier's segment (at most 65,535 live at a time).
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "matcher/index/section.h"

namespace hitokoe::matcher {

using Ordinal = std::uint16_t;
using Klass = std::uint32_t;
inline constexpr Klass kNoKlass = 0xffffffff;

// Reads the class sections of a segment.
class ClassTable {
 public:
  static Result<ClassTable> open(const std::filesystem::path& dir);
  std::size_t size() const { return starts_.as<std::uint64_t>().size() - 1; }
  // Ascending. An unknown number gives an empty set.
  std::span<const Ordinal> members(Klass klass) const;
  bool has(Klass klass, Ordinal ordinal) const;
  // How many subjects are held by exactly this set of snapshots.
  std::uint32_t subjects(Klass klass) const;

 private:
  Section starts_, members_, counts_;
};

// Builds the classes of a new segment. Memory: the members of all distinct sets.
class ClassBuilder {
 public:
  // `members` ascending, without repeats.
  Klass intern(std::span<const Ordinal> members);
  std::span<const Ordinal> members(Klass klass) const;
  void count_subject(Klass klass) { ++counts_[klass]; }
  std::size_t size() const { return counts_.size(); }
  std::uint32_t subjects(Klass klass) const { return counts_[klass]; }
  Result<void> write(const std::filesystem::path& dir) const;

 private:
  std::uint64_t slot_of(std::span<const Ordinal> members) const;
  void grow();

  std::vector<Ordinal> pool_;
  std::vector<std::uint64_t> starts_ = {0};
  std::vector<std::uint32_t> counts_;
  std::vector<Klass> table_ = std::vector<Klass>(1024, kNoKlass);
};

// "What the old segment had, without the snapshots that go, with those that come", memoised.
class ClassFold {
 public:
  // `old` may be null. `removed` ascending. Both outlive the fold.
  ClassFold(ClassBuilder& builder, const ClassTable* old, std::span<const Ordinal> removed)
      : builder_(builder), old_(old), removed_(removed) {
    if (old_ != nullptr) kept_.assign(old_->size(), kUnset);
  }
  // `old` is a class of the old segment or kNoKlass; `added` ascending, repeats allowed. kNoKlass
  // where nothing is left.
  Klass fold(Klass old, std::span<const Ordinal> added);

 private:
  static constexpr Klass kUnset = 0xfffffffe;
  Klass slow(Klass old, std::span<const Ordinal> added);

  ClassBuilder& builder_;
  const ClassTable* old_;
  std::span<const Ordinal> removed_;
  std::vector<Klass> kept_;                       // by old class, nothing added
  std::unordered_map<std::uint64_t, Klass> one_;  // (old class, one ordinal)
  std::uint64_t last_key_ = ~std::uint64_t{0};
  Klass last_ = kNoKlass;
  std::vector<Ordinal> scratch_;
};

}  // namespace hitokoe::matcher
