// Whose copy leaked? (docs/attribution.md)
//
//   evidence.h     rows against copies, as likelihoods
//   fit.h          how well copies explain them, alone and together
//   priors.h, columns.h, row_order.h, stretch.h, dates.h   what else speaks
//   hypotheses.h   sets of copies, with probabilities
//   explain.h      what is shown of it
//
// A wrong name is the worst result: who is not told apart from another by at least 6 dB of evidence
// is not named, whatever the probabilities.
//
// Pure function of the rows as a set; thread-safe. Holders, rows and documents in another order
// give the same answer, and so do rows that come in later: more are added to the Leak, and asked
// again.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "hitokoe/matcher/report.h"
#include "hitokoe/registry/model.h"
#include "matcher/attribute/leak.h"
#include "matcher/attribute/rates.h"
#include "matcher/attribute/row_order.h"

namespace hitokoe::matcher {

struct AttributionInput {
  const Leak& leak;
  std::span<const CarrierView> carriers;
  const registry::Registry& registry;
  double naming_threshold = 0.95;
  const KnownLeaksView& known = no_known_leaks();
  std::optional<JstDay> seen = {};  // day of the leak; nothing: not known
  const RanksOf& ranks = no_ranks();
  bool sorted = false;  // by a column that can be seen: the order of the rows says nothing
  const Rates& rates = default_rates();

  static const KnownLeaksView& no_known_leaks();
  static const RanksOf& no_ranks();
  static const Rates& default_rates();
};

struct Attribution {
  Verdict verdict = Verdict::kNoMatch;
  std::vector<HolderResult> holders;  // by probability, highest first
  double unknown_probability = 0;
  std::vector<KnownLeakResult> known_leaks;  // that rows are from
  std::vector<CanaryResult> canaries;        // by handover; how many decoys is the caller's
  std::optional<SnapshotInterval> snapshot;
  std::uint64_t rows_needed = 0;
  std::optional<TellApart> tell_apart;
  Words summary;             // one sentence for a manager
  std::vector<Words> notes;  // what limits the answer, for the report's warnings
};

Attribution attribute(const AttributionInput& input);

// How many of N different customers' rows count: Rates::trust and Rates::saturation.
double effective_rows(double distinct, const Rates& rates);

}  // namespace hitokoe::matcher
