// How likely each copy's holder is a source before any evidence; what the registry says.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "hitokoe/registry/model.h"
#include "matcher/attribute/evidence.h"

namespace hitokoe::matcher {

struct Priors {
  std::vector<double> of_component;  // natural log
  double unknown = 0;                // natural log: nobody of these
  std::size_t missing = 0;           // registry snapshots with neither a file nor a guess
};

// A holder's weight (less for the carrier itself, much less after a confirmed return) is shared by
// its copies, and by carrier. Copies that were handed over after `seen`, the day of the leak, are
// no sources but for an error in the ledger. Holders without any file count for the unknown source.
Priors priors_of(const Evidence& evidence, std::span<const CarrierView> carriers,
                 const registry::Registry& registry, std::optional<JstDay> seen,
                 const Rates& rates);

}  // namespace hitokoe::matcher
