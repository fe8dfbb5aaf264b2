// Leaked rows → subjects.
//
// A batch is fingerprinted at once, filtered over all carriers, and what is left is probed once per
// carrier. A row is resolved to a subject when one subject alone fits best and what agrees with it
// proves who it is (agreement.h); else, when anything was hit, it is ambiguous: counted, never
// notified.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "hitokoe/identity/fingerprint.h"
#include "hitokoe/identity/record_keys.h"
#include "hitokoe/matcher/report.h"
#include "matcher/index/canaries.h"
#include "matcher/index/index.h"
#include "matcher/resolve/agreement.h"
#include "matcher/resolve/findings.h"
#include "matcher/resolve/known_subjects.h"
#include "matcher/resolve/row_batch.h"

namespace hitokoe::matcher {

// Reusable buffers; one per thread. What it finds in a batch depends on the batch alone.
class Resolver {
 public:
  // `known` may be nullptr.
  explicit Resolver(std::shared_ptr<const IndexImpl> index,
                    std::shared_ptr<const KnownSubjects> known = nullptr);
  ~Resolver();
  Resolver(Resolver&&) noexcept;
  Resolver& operator=(Resolver&&) noexcept;

  // `first_row`: number of the batch's first row in the exposure.
  Findings resolve(const RowBatch& rows, std::uint64_t first_row);

 private:
  struct Batch;
  void add(std::span<const identity::FieldValue> values);  // one row
  void flush();
  void pass_filter();
  void probe(std::size_t epoch);
  void gather_candidates();
  void tag_candidates();
  void resolve_rows();
  void resolve_row(std::size_t& candidate);
  Agreement agreement_of(std::size_t candidate) const;
  RowPart part_of(const Agreement& best, std::uint32_t carrier, std::size_t row) const;
  bool is_canary(std::uint32_t carrier, std::uint32_t subject) const;
  void note_subject(const Agreement& best, std::uint32_t carrier, std::size_t row);

  std::shared_ptr<const IndexImpl> index_;
  std::shared_ptr<const KnownSubjects> known_;
  std::vector<CanaryLists> canaries_;  // by carrier
  identity::RecordEncoder encoder_;
  std::unique_ptr<Batch> batch_;
  std::uint64_t next_row_ = 0;
  Findings found_;
};

}  // namespace hitokoe::matcher
