// What a person is told of an attribution: counts, contradictions, sentences.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "hitokoe/matcher/report.h"
#include "matcher/attribute/evidence.h"

namespace hitokoe::matcher {

// Rows of the leak whose customer `component` holds with another value; rows, fields and the first
// few examples go into `holder`. O(kinds of rows).
void note_contradictions(const Leak& leak, const CarrierView& view, const Component& component,
                         HolderResult& holder);

// "callco (copy of 2026-06-30, handed over 2026-07-01): …".
Words holder_sentence(const HolderResult& holder, std::uint64_t resolved_rows);
// The report in one sentence.
Words summary_of(Verdict verdict, std::span<const HolderResult> holders, double unknown,
                 std::span<const CanaryResult> canaries, std::span<const KnownLeakResult> known,
                 double naming_threshold);

// Copies whose customers are not among those of the copy that they were made from, with how many:
// the file, or the ledger, is wrong.
struct NotASubset {
  std::string snapshot, source, party;
  std::uint64_t subjects = 0;  // that the source does not have
  std::uint64_t of = 0;
};
// Of `copies`, those with more than 1 % and more than 5 such customers. O(classes · copies).
std::vector<NotASubset> not_subsets(std::span<const CarrierView> carriers,
                                    const registry::Registry& registry,
                                    std::span<const std::string> copies);

}  // namespace hitokoe::matcher
