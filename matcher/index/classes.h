// Sets of snapshots, hash-consed: equal sets have one number, so that "which snapshots had this
// value for this subject" costs 32 bits however many holders there are.
//
// A snapshot is named by its ordinal within one carrier's index (at most 65,535 live at a time).
// The sets of a carrier are numbered through all its layers: a layer adds sets and keeps those
// below.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "matcher/index/section.h"

namespace hitokoe::matcher {

using Ordinal = std::uint16_t;
using Klass = std::uint32_t;
inline constexpr Klass kNoKlass = 0xffffffff;

// Reads the class sections of layers. Movable; thread-safe.
class ClassTable {
 public:
  ClassTable() = default;
  static Result<ClassTable> open(const std::filesystem::path& dir);  // a layer with none below
  // Those of this one and of a layer that was made on top of it. kNotFound, kUnsupported, kCorrupt.
  Result<void> add_layer(const std::filesystem::path& dir);
  // The same without the layers from this number on.
  ClassTable below(std::size_t layer) const;

  std::size_t size() const { return counts_.size(); }
  // Of the first `layers` layers alone.
  std::size_t size_below(std::size_t layers) const {
    return layers < parts_.size() ? parts_[layers]->first : size();
  }
  // Ascending. An unknown number gives an empty set.
  std::span<const Ordinal> members(Klass klass) const;
  bool has(Klass klass, Ordinal ordinal) const;
  // How many subjects are held by exactly this set of snapshots.
  std::uint32_t subjects(Klass klass) const { return klass < counts_.size() ? counts_[klass] : 0; }
  // The number of a set, ascending and without repeats.
  std::optional<Klass> find(std::span<const Ordinal> members) const;

 private:
  struct Part {
    std::size_t first = 0;  // number of its first set
    std::unique_ptr<Section> starts, members, counts, table, changes;
    std::size_t size() const { return counts->count<std::uint32_t>(); }
    std::span<const Ordinal> members_of(std::size_t number) const;
  };
  void count(const Part& part);

  std::vector<std::shared_ptr<const Part>> parts_;
  std::vector<std::uint32_t> counts_;  // by number
};

// Builds the classes of a new layer. Memory: the members of its distinct sets.
class ClassBuilder {
 public:
  ClassBuilder() = default;
  // On top of `below`, which outlives the builder; null: of nothing.
  explicit ClassBuilder(const ClassTable* below)
      : below_(below), first_(below != nullptr ? below->size() : 0) {}

  // `members` ascending, without repeats.
  Klass intern(std::span<const Ordinal> members);
  std::span<const Ordinal> members(Klass klass) const;
  void count_subject(Klass klass) { add(klass, 1); }
  void discount_subject(Klass klass) { add(klass, -1); }
  std::size_t size() const { return first_ + counts_.size(); }
  std::uint32_t subjects(Klass klass) const;
  Result<void> write(const std::filesystem::path& dir) const;

 private:
  std::span<const Ordinal> own(std::size_t number) const;
  std::uint64_t slot_of(std::span<const Ordinal> members) const;
  void grow();
  void add(Klass klass, int by);

  const ClassTable* below_ = nullptr;
  std::size_t first_ = 0;
  std::vector<Ordinal> pool_;
  std::vector<std::uint64_t> starts_ = {0};
  std::vector<std::uint32_t> counts_;
  std::map<Klass, std::int64_t> changes_;  // of the counts below
  std::vector<Klass> table_ = std::vector<Klass>(1024, kNoKlass);
};

// "What was there, without the snapshots that go, with those that come", memoised.
class ClassFold {
 public:
  // `old` may be null. `removed` ascending; `renamed`: by old ordinal the new one, or empty: they
  // stay. All outlive the fold.
  ClassFold(ClassBuilder& builder, const ClassTable* old, std::span<const Ordinal> removed,
            std::span<const Ordinal> renamed = {})
      : builder_(builder), old_(old), removed_(removed), renamed_(renamed) {
    if (old_ != nullptr) kept_.assign(old_->size(), kUnset);
  }
  // `old` is a class of the old table or kNoKlass; `added` ascending, repeats allowed. kNoKlass
  // where nothing is left.
  Klass fold(Klass old, std::span<const Ordinal> added);

 private:
  static constexpr Klass kUnset = 0xfffffffe;
  Klass slow(Klass old, std::span<const Ordinal> added);

  ClassBuilder& builder_;
  const ClassTable* old_;
  std::span<const Ordinal> removed_, renamed_;
  std::vector<Klass> kept_;                       // by old class, nothing added
  std::unordered_map<std::uint64_t, Klass> one_;  // (old class, one ordinal)
  std::uint64_t last_key_ = ~std::uint64_t{0};
  Klass last_ = kNoKlass;
  std::vector<Ordinal> scratch_;
};

}  // namespace hitokoe::matcher
