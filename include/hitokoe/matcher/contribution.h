// What one exposure contributes to the question whose copy leaked, so that several are judged
// together without being read again.
//
// A contribution is a digest of the resolved rows: kinds of rows with their numbers, and who was
// resolved. It names snapshots, not places in an index, so that it outlives merges; it comes from
// leaked text: seal it. Judging is a function of the contributions as a set: neither the order in
// which they came in nor how they were put together shows.
//
// Bounded: of more kinds of rows or customers than the limits, those with the smallest hashes stay,
// which is the same choice however the exposures are cut; rows that are left out are told.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "hitokoe/base/bytes.h"
#include "hitokoe/matcher/matcher.h"

namespace hitokoe::matcher {

inline constexpr std::size_t kMostKinds = 65'536;       // of one exposure, and of all together
inline constexpr std::size_t kMostCustomers = 262'144;  // the same
inline constexpr std::size_t kMostContributions =
    1024;  // judged together: the smallest exposure ids

struct Contribution {
  std::string exposure;               // counts once, whatever comes in twice: the last one stays
  std::vector<std::string> captures;  // of it
  Bytes bytes;                        // ScanReport::contribution
};

// As Exposure::finish() would report of all rows together, without `subjects`. Rows that speak
// against a holder are numbered within their exposure (Contradiction::capture). Of `options`:
// naming_threshold, and known_leaks, where those count that are not of the same incident. The day
// of the leak is the earliest of all. kCorrupt: bytes that no exposure made, names which;
// kInternal: two of one exposure.
Result<ScanReport> judge_together(const Index& index, const registry::Registry& registry,
                                  identity::KeyStore& keys, const Options& options,
                                  std::span<const Contribution> contributions);

}  // namespace hitokoe::matcher
