// Copies that the registry names and nobody fingerprinted, guessed from what they were made from
// and from other copies of the same holder.
#pragma once

#include <span>
#include <vector>

#include "matcher/attribute/evidence.h"

namespace hitokoe::matcher {

// Adds a component for every such copy whose holder has another of the same delegation in the
// index. `types`: the kinds of rows that count, as Evidence::rows has them.
//
// A customer of what it was made from (or, where that is not known, of the carrier's own base on
// its day) who is in another copy of the delegation is in this one; who came since is in it as
// often as customers are in the holder's set at all; others seldom. Values must be those of what it
// was made from. Its size is at least the sum of these probabilities over the carrier's customers:
// exact for the 2,048 kinds of most customers, by as many evenly spaced customers for the rest.
//
// O(guesses · (rows + kinds of customers, at most 4,096)).
void add_guessed_copies(std::span<const RowType* const> types,
                        std::span<const CarrierView> carriers, const registry::Registry& registry,
                        const Rates& rates, Evidence& evidence);

// Registry entries of the controller that have neither a file nor a guess: what may hide there.
bool is_guessed(const Evidence& evidence, const std::string& snapshot);

}  // namespace hitokoe::matcher
