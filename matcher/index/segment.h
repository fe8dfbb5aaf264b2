// One carrier's merged index: value → subjects, and for each the class of snapshots that had it.
//
// Immutable once opened; safe from any number of threads. A lookup touches one cache line of 15
// tags of 32 bits: a miss costs one memory access, a false tag is seen about once in 3e8 lookups,
// and a tag hit is verified against all 128 bits. The table is a cache: it is made from the entries
// at rest and holds AES(k_idx, y), so that without k_idx it says nothing.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "hitokoe/base/progress.h"
#include "hitokoe/base/time.h"
#include "hitokoe/identity/field.h"
#include "matcher/index/classes.h"
#include "matcher/index/sorted_runs.h"

namespace hitokoe::matcher {

using identity::FieldId;

inline constexpr std::size_t kLineTags = 15;
inline constexpr std::uint32_t kListBit = 0x80000000;      // of Posting::subject
inline constexpr std::uint32_t kLocalBit = 0x80000000;     // of SubjectRow::klass
inline constexpr std::uint32_t kOverflowBit = 0x80000000;  // of Line::first

struct Line {
  std::uint32_t first;                        // of its keys; kOverflowBit: more keys than tags
  std::array<std::uint32_t, kLineTags> tags;  // 0: none
};
static_assert(sizeof(Line) == 64);

struct Posting {
  std::uint32_t subject;  // or kListBit | index into the lists
  std::uint32_t klass;    // or the length of the list
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

// A snapshot as the segment knows it.
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

struct SegmentMeta {
  std::string controller;
  std::uint32_t epoch = 0;
  std::string key_check;  // hex of AES(k_idx, a constant)
  std::uint64_t keys = 0, subjects = 0;
  std::vector<SegmentSnapshot> snapshots;  // by ordinal
};
std::string encode_meta(const SegmentMeta& meta);
Result<SegmentMeta> decode_meta(std::string_view json);  // kCorrupt
std::string index_key_check(const crypto::Aes128& key);

inline std::uint32_t tag_of(const KeyItem& item) {
  const auto tag = static_cast<std::uint32_t>(item.low);
  return tag == 0 ? 1 : tag;
}
// Monotone in the key, so that sorted keys lie in order of lines.
inline std::uint64_t line_of(std::uint64_t high, std::uint64_t lines) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>((static_cast<Wide>(high) * lines) >> 64);
}

class Segment {
 public:
  // kNotFound, kCorrupt. Verifies every checksum and the fit of the parts.
  static Result<std::shared_ptr<const Segment>> open(const std::filesystem::path& dir);

  const SegmentMeta& meta() const { return meta_; }
  const ClassTable& classes() const { return classes_; }
  std::span<const Block> keys() const { return keys_.as<Block>(); }  // ascending
  std::span<const SubjectRow> subjects() const {                     // ascending by z_ref
    return subjects_.as<SubjectRow>().first(meta_.subjects);
  }
  std::span<const CheckRow> checks(std::uint32_t subject) const;
  std::span<const FieldId> check_fields(std::uint32_t subject) const;

  // Three steps to a value: its line; then, with the line there, its key and posting; then, with
  // the posting there, the customer, and with that the check tags. Each is one memory access, which
  // these start so that others can be worked on meanwhile.
  void prefetch(const KeyItem& z) const;
  void prefetch_entry(const KeyItem& z) const;
  void prefetch_subject(std::uint32_t subject) const;
  void prefetch_checks(std::uint32_t subject) const;
  // The subjects that had this value; empty where nobody had. Valid as long as the segment.
  std::span<const Posting> find(const KeyItem& z) const;
  // Of the key with this number.
  std::span<const Posting> postings(std::size_t key) const;

  // Structure beyond the checksums: order, ranges, every key findable. O(size). kCorrupt.
  Result<void> verify(const ProgressShare& share = {}) const;

 private:
  SegmentMeta meta_;
  Section lines_, keys_, postings_, lists_, subjects_, checks_, check_fields_;
  ClassTable classes_;
};

}  // namespace hitokoe::matcher
