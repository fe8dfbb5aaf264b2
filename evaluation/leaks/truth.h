// Who leaked, as the generator made it.
#pragma once

#include <span>

#include "evaluation/leaks/leak.h"
#include "evaluation/metrics/judged.h"

namespace hitokoe::evaluation {

// All but Truth::world and rows.
Truth truth_of(const World& world, std::span<const Dump> dumps, const MadeLeak& leak);

}  // namespace hitokoe::evaluation
