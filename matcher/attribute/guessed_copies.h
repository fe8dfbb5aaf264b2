// Copies that the registry names and nobody fingerprinted, guessed from another copy of the same
// holder.
#pragma once

#include <span>
#include <vector>

#include "matcher/attribute/evidence.h"

namespace hitokoe::matcher {

// Adds a component for every such copy whose holder has another of the same delegation in the
// index. `types`: the kinds of rows that count, as Evidence::rows has them.
//
// Who was in the other copy and has not left is in this one; who became a customer between the two
// is in it as often as customers are in the holder's set at all; others seldom. Values must be
// those of its date in the carrier's own base.
void add_guessed_copies(std::span<const RowType* const> types,
                        std::span<const CarrierView> carriers, const registry::Registry& registry,
                        const Rates& rates, Evidence& evidence);

// Registry entries of the controller that have neither a file nor a guess: what may hide there.
bool is_guessed(const Evidence& evidence, const std::string& snapshot);

}  // namespace hitokoe::matcher
