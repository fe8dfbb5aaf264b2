#include "matcher/resolve/findings.h"

#include <algorithm>

namespace hitokoe::matcher {

FindingsSum::FindingsSum(const IndexImpl& index) { seen_.resize(index.carriers().size()); }

void FindingsSum::add(const Findings& batch) {
  counts_.rows += batch.counts.rows;
  counts_.tokens += batch.counts.tokens;
  counts_.matched += batch.counts.matched;
  counts_.ambiguous += batch.counts.ambiguous;
  leak_.add(batch.leak);
  for (const auto& found : batch.subjects) {
    Seen& seen = seen_[found.carrier];
    if (seen.first.size() <= found.subject) {
      // Customers are numbered by their fingerprints, so the first one found is anywhere.
      const std::size_t size = std::max<std::size_t>(found.subject + 1, seen.first.size() * 2);
      seen.first.resize(size, 0);
      seen.rows.resize(size, 0);
    }
    std::uint32_t& first = seen.first[found.subject];
    std::uint8_t& rows = seen.rows[found.subject];
    if (rows == kMostRowsOfSubject) {
      FoundSubject& kept = subjects_[first - 1];
      kept.fields |= found.fields;
      kept.agreeing = std::max(kept.agreeing, found.agreeing);
      continue;
    }
    subjects_.push_back(found);
    ++rows;
    if (first == 0) {
      first = static_cast<std::uint32_t>(subjects_.size());
      ++distinct_;
    }
  }
}

}  // namespace hitokoe::matcher
