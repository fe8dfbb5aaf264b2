// The product's attribution, asked about a leak of a made-up world.
#pragma once

#include <span>

#include "evaluation/metrics/judged.h"
#include "evaluation/model/index.h"

namespace hitokoe::evaluation {

Answer ask_model(const World& world, const MadeIndex& index, const matcher::Leak& leak);

// The same of a scan's holders, by name.
Answer answer_of(const World& world, std::span<const matcher::HolderResult> holders,
                 double unknown);

}  // namespace hitokoe::evaluation
