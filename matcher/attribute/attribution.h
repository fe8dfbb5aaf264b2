// Whose copy leaked? (docs/matching.md)
//
// A component is a snapshot at a holder. A row's likelihood under it is 1/|D| where it holds the
// subject, times ε for each value that it had otherwise; D counts subjects that are also in the
// carrier's own customer base. A holder is a mixture of its components, one a carrier, and the
// background; the unknown source is the background alone, at any date or at one. Evidence is kept
// as the logarithm of the ratio to the unknown source, tempered by an effective number of rows.
//
// Pure function; thread-safe. Holders and rows in another order give the same answer.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "hitokoe/matcher/report.h"
#include "hitokoe/registry/model.h"
#include "matcher/attribute/leak.h"

namespace hitokoe::matcher {

struct AttributionInput {
  const Leak& leak;
  std::span<const CarrierView> carriers;
  const registry::Registry& registry;
  double naming_threshold = 0.95;
};

struct Attribution {
  Verdict verdict = Verdict::kNoMatch;
  std::vector<HolderResult> holders;  // by probability, highest first
  double unknown_probability = 0;
  std::optional<SnapshotInterval> snapshot;
  std::uint64_t rows_needed = 0;
  std::vector<Words> notes;  // what limits the answer, for the report's warnings
};

Attribution attribute(const AttributionInput& input);

}  // namespace hitokoe::matcher
