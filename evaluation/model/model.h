// The product's attribution, asked about a leak of a made-up world.
#pragma once

#include <span>

#include "evaluation/metrics/judged.h"
#include "evaluation/model/index.h"

namespace hitokoe::evaluation {

// `rows`: of the leak, in its order.
Answer ask_model(const World& world, const MadeIndex& index, const matcher::Leak& leak,
                 std::span<const LeakedRow> rows, const matcher::Rates& rates);

// All that the model assumes of the world, times `factor` (shares stay below 0.9); not its caution.
matcher::Rates scaled(matcher::Rates rates, double factor);

// The same of a scan's holders, by name.
Answer answer_of(const World& world, std::span<const matcher::HolderResult> holders,
                 double unknown);

}  // namespace hitokoe::evaluation
