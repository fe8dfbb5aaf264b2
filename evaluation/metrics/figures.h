// Judged answers → figures (hitokoe/evaluation/figures.h has their definitions).
#pragma once

#include <span>

#include "evaluation/metrics/judged.h"
#include "hitokoe/evaluation/figures.h"

namespace hitokoe::evaluation {

// `worlds`: all that Judged::world may name.
MethodFigures figures_of(std::string id, std::span<const Judged> answers, std::uint32_t worlds);

}  // namespace hitokoe::evaluation
