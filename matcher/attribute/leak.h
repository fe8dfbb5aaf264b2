// What attribution is told about a leak: its resolved rows, grouped by what they say.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <unordered_map>
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
};

// Rows that say the same: attribution looks only at these.
struct RowType {
  std::vector<RowPart> parts;  // by carrier
  std::uint64_t rows = 0;
};

// Collects rows as they are resolved. Memory: one entry a kind of row.
class Leak {
 public:
  // `parts` by carrier, their values sorted.
  void add(std::span<const RowPart> parts);
  const std::vector<RowType>& types() const { return types_; }
  std::uint64_t rows() const { return rows_; }
  // Distinct customers, as the resolver counted them.
  void set_subjects(std::uint64_t n) { subjects_ = n; }
  std::uint64_t subjects() const { return subjects_; }

 private:
  std::vector<RowType> types_;
  std::unordered_map<std::string, std::size_t> at_;
  std::uint64_t rows_ = 0;
  std::uint64_t subjects_ = 0;
};

// A carrier (of one epoch) as attribution sees it.
struct CarrierView {
  std::string controller;
  std::span<const SegmentSnapshot> snapshots;  // by ordinal; free ones have no id
  const ClassTable* classes = nullptr;
};

}  // namespace hitokoe::matcher
