// What attribution is told about a leak: its resolved rows, grouped by what they say.
#pragma once

#include <cstdint>
#include <memory>
#include <memory_resource>
#include <span>
#include <string>
#include <vector>

#include "matcher/index/classes.h"
#include "matcher/index/segment.h"

namespace hitokoe::matcher {

// A value of the row that agrees with its subject, and the snapshots that had it there.
struct AgreedValue {
  FieldId field;
  Klass klass;
  friend auto operator<=>(const AgreedValue&, const AgreedValue&) = default;
};

// One carrier's reading of a row.
struct RowPart {
  std::uint32_t carrier = 0;  // position in the list of carriers
  Klass subject = 0;          // the snapshots that hold the subject
  std::vector<AgreedValue> values;
  std::uint32_t known = 0;  // which older leaks had the subject: KnownLeaksView::sets; 0: none
};

// The same, kept by a Leak.
struct KeptPart {
  std::uint32_t carrier = 0;
  Klass subject = 0;
  std::span<const AgreedValue> values;
  std::uint32_t known = 0;
};

inline constexpr std::uint64_t kNoRow = ~std::uint64_t{0};

// Rows that say the same: attribution looks only at these.
struct RowType {
  std::span<const KeptPart> parts;  // by carrier
  std::uint64_t rows = 0;
  std::uint64_t first_row = kNoRow;  // the first of them in the exposure: to show a person
};

// Collects rows as they are resolved. Memory: one entry a kind of row, about 100 bytes; they stand
// side by side, because with many holders nearly every row is of a kind of its own.
class Leak {
 public:
  Leak();
  // `parts` by carrier, their values sorted.
  void add(std::span<const RowPart> parts, std::uint64_t rows = 1, std::uint64_t first = kNoRow);
  // All rows of another.
  void add(const Leak& other);
  // Valid as long as the Leak; moving it leaves them where they are.
  const std::vector<RowType>& types() const { return types_; }
  std::uint64_t rows() const { return rows_; }
  // Distinct customers, as the resolver counted them.
  void set_subjects(std::uint64_t n) { subjects_ = n; }
  std::uint64_t subjects() const { return subjects_; }

 private:
  template <class Part>
  RowType& type_of(std::span<const Part> parts);  // made where it is new
  template <class Part>
  RowType keep(std::span<const Part> parts);
  void grow();

  std::unique_ptr<std::pmr::monotonic_buffer_resource> memory_;
  std::vector<RowType> types_;
  std::vector<std::uint64_t> hashes_;  // by type
  std::vector<std::uint32_t> table_;   // by hash: a type's number + 1, or 0
  std::vector<std::uint32_t> words_;   // scratch
  std::uint64_t rows_ = 0;
  std::uint64_t subjects_ = 0;
};

// Older leaks that the service knows of.
struct KnownLeakView {
  std::string id;              // of the incident
  std::uint64_t subjects = 0;  // that it had and the index knows
  bool as_source = true;       // rows may be from it
};
struct KnownLeaksView {
  std::vector<KnownLeakView> leaks;
  std::vector<std::vector<std::uint32_t>> sets;  // positions in `leaks`, ascending; [0] is empty
};

// A carrier (of one epoch) as attribution sees it.
struct CarrierView {
  std::string controller;
  std::span<const SegmentSnapshot> snapshots;  // by ordinal; free ones have no id
  const ClassTable* classes = nullptr;
};

}  // namespace hitokoe::matcher
