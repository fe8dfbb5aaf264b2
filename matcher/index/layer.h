// One layer of a carrier's index: value → subjects, and for each the class of snapshots that had
// it.
//
// The lowest layer has everything; one above it has, of the values and subjects that a change
// touched, all that is to be said of them afterwards, and hides what the layers below say. So an
// addition costs in proportion to what is added. Immutable; safe from any number of threads.
//
// A lookup touches one cache line of 15 tags of 32 bits: a miss costs one memory access, a false
// tag is seen about once in 3e8 lookups, and a tag hit is verified against all 128 bits. The tables
// are a cache: they are made from the entries at rest and hold AES(k_idx, y), so that without k_idx
// they say nothing.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "hitokoe/base/progress.h"
#include "hitokoe/base/time.h"
#include "hitokoe/identity/field.h"
#include "matcher/index/classes.h"
#include "matcher/index/line_tags.h"
#include "matcher/index/sorted_runs.h"

namespace hitokoe::matcher {

using identity::FieldId;

inline constexpr std::uint32_t kListBit = 0x80000000;   // of Posting::subject
inline constexpr std::uint32_t kLocalBit = 0x80000000;  // of SubjectRow::klass
inline constexpr Klass kDead = 0x7fffffff;  // SubjectRow::klass of one that nobody has any more

struct Posting {
  std::uint32_t subject;  // or kListBit | index into the lists
  std::uint32_t klass;    // or the length of the list; 0: nobody has the value any more
  friend auto operator<=>(const Posting&, const Posting&) = default;
};

struct SubjectRow {
  Block z_ref;
  std::uint32_t klass;   // snapshots that hold the subject; kLocalBit: no customer number, unlinked
  std::uint32_t checks;  // where its check tags begin; they end where the next row's begin
};
static_assert(sizeof(SubjectRow) == 24);

struct CheckRow {
  std::uint32_t tag;
  std::uint32_t klass;
};

// A snapshot as the index of its carrier knows it.
struct SegmentSnapshot {
  std::string snapshot;  // empty: the ordinal is free
  std::string party;
  std::uint64_t sequence = 0;
  bool own = false;
  JstDay as_of{};
  std::vector<FieldId> columns;
  std::uint64_t records = 0;
  std::uint64_t subjects = 0;  // distinct
  std::uint64_t in_own = 0;    // of these, also in a snapshot of the carrier's own customer base
  std::uint64_t linked = 0;    // records without a customer number that were given a subject
  std::uint64_t unlinked = 0;  // records without one
};

// What a layer says of itself, and of the whole that it makes with those below.
struct SegmentMeta {
  std::string controller;
  std::uint32_t epoch = 0;
  std::string key_check;                   // hex of AES(k_idx, a constant)
  std::uint64_t keys = 0, subjects = 0;    // that somebody has, in the whole
  std::vector<SegmentSnapshot> snapshots;  // by ordinal
  // Of the layer: the folder of the one below, empty for the lowest; its keys; the number of its
  // first new subject, and one past its last.
  std::string below;
  std::uint64_t layer_keys = 0;
  std::uint64_t first_subject = 0, end_subject = 0;
  bool hides = false;  // below is something of a snapshot that is gone
};
std::string encode_meta(const SegmentMeta& meta);
Result<SegmentMeta> decode_meta(std::string_view json);  // kCorrupt
std::string index_key_check(const crypto::Aes128& key);

// What an index is opened for: a merge reads everything once, and wants no copies of it.
enum class Use { kLookups, kMerge };

class Layer {
 public:
  static constexpr std::size_t kNone = ~std::size_t{0};

  // kNotFound, kUnsupported (another version), kCorrupt. Blocks are checked when they are read;
  // what is damaged gives nothing and is noted.
  static Result<std::unique_ptr<const Layer>> open(const std::filesystem::path& dir, Use use,
                                                   std::shared_ptr<Damage> damage);
  ~Layer();

  const SegmentMeta& meta() const { return meta_; }

  // Values, by number in ascending order.
  std::size_t keys() const { return meta_.layer_keys; }
  const Block* key(std::size_t number) const { return keys_->at<Block>(number); }
  std::span<const Posting> postings(std::size_t number) const;
  // kNone: this layer says nothing of it.
  std::size_t find(const KeyItem& z) const;
  void prefetch(const KeyItem& z) const {
    __builtin_prefetch(lines_->place<Line>(line_of(z.high, lines_->count<Line>())));
  }
  // masks[i] becomes other than 0 where z[i] may be there. Sizes must be equal.
  void may_have(std::span<const Block> z, std::span<std::uint16_t> masks) const;
  // With the line there. False: no tag of it fits.
  bool prefetch_entry(const KeyItem& z) const;

  // Subjects: rows by number; those that are changed first, then the new ones by z_ref.
  std::size_t rows() const { return numbers_->count<std::uint32_t>() + fresh(); }
  std::size_t changed() const { return numbers_->count<std::uint32_t>(); }
  std::size_t row_of(std::uint32_t subject) const;  // kNone: nothing is said of it
  std::uint32_t subject_of(std::size_t row) const;
  const SubjectRow* row(std::size_t row) const;
  std::span<const CheckRow> checks(std::size_t row) const;
  std::span<const FieldId> check_fields(std::size_t row) const;
  void prefetch_row(std::size_t row) const;
  void prefetch_checks(std::size_t row) const;
  // The new subject with this id.
  std::optional<std::uint32_t> subject_with(const Block& z_ref) const;

  // Rows and keys before these were read and are not needed soon.
  void forget_keys_before(std::size_t number) const;
  void forget_rows_before(std::size_t row) const;

  // Every byte, and the order within the layer. O(size). kCorrupt names the file and the block.
  Result<void> verify(const ProgressShare& share) const;

 private:
  Layer() = default;
  std::size_t fresh() const { return meta_.end_subject - meta_.first_subject; }
  Result<void> verify_keys(const ProgressShare& share) const;

  SegmentMeta meta_;
  std::unique_ptr<Section> lines_, keys_, postings_, lists_, subjects_, numbers_, checks_,
      check_fields_;
  // Changed subjects as bits, and how many come before each word: from a number to its row.
  std::vector<std::uint64_t> changed_bits_;
  std::vector<std::uint32_t> changed_before_;
  std::unique_ptr<Warming> warming_;  // last: it works on the sections
};

}  // namespace hitokoe::matcher
