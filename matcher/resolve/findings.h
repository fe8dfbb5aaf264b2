// What matching found in some rows, and the sum of it over a whole exposure.
#pragma once

#include <cstdint>
#include <vector>

#include "matcher/attribute/leak.h"
#include "matcher/index/index.h"

namespace hitokoe::matcher {

struct ResolveCounts {
  std::uint64_t rows = 0;
  std::uint64_t tokens = 0;  // index keys that were looked up
  std::uint64_t matched = 0;
  std::uint64_t ambiguous = 0;
};

// A customer of one carrier that a row was resolved to.
struct FoundSubject {
  std::uint64_t row = 0;      // number of the row in the exposure
  std::uint64_t fields = 0;   // bits of the column fields that the row carried
  std::uint32_t carrier = 0;  // position in the index's list
  std::uint32_t subject = 0;  // in the carrier's segment
  std::uint32_t agreeing = 0;
};

// Of one batch of rows.
struct Findings {
  ResolveCounts counts;
  Leak leak;
  std::vector<FoundSubject> subjects;  // by row, then by carrier
};

// The sum, batch after batch in the order of the rows. Memory: 5 bytes for each customer in the
// index, 32 for each that was found (for each of its rows, up to kMostRowsOfSubject), 100 for each
// kind of row.
class FindingsSum {
 public:
  // A customer's further rows add their fields to the first.
  static constexpr std::uint8_t kMostRowsOfSubject = 64;

  explicit FindingsSum(const IndexImpl& index);
  void add(const Findings& batch);

  const ResolveCounts& counts() const { return counts_; }
  std::vector<FoundSubject> take_subjects() { return std::move(subjects_); }
  std::uint64_t distinct_subjects() const { return distinct_; }
  Leak& leak() { return leak_; }

 private:
  struct Seen {
    std::vector<std::uint32_t> first;  // by subject: its first place in subjects_, + 1
    std::vector<std::uint8_t> rows;    // by subject, of those in subjects_
  };
  ResolveCounts counts_;
  Leak leak_;
  std::vector<FoundSubject> subjects_;
  std::vector<Seen> seen_;  // by carrier
  std::uint64_t distinct_ = 0;
};

}  // namespace hitokoe::matcher
