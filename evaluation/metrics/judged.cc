#include "evaluation/metrics/judged.h"

#include <algorithm>

namespace hitokoe::evaluation {

Judged judge(const Truth& truth, const Answer& answer) {
  Judged out{.kind = truth.kind, .world = truth.world, .rows = truth.rows, .twin = truth.twin};
  const auto is_source = [&](std::size_t party) {
    return std::ranges::find(truth.sources, static_cast<std::uint32_t>(party)) !=
           truth.sources.end();
  };
  const auto& ranks = answer.ranks.empty() ? answer.holders : answer.ranks;
  std::size_t top = 0;
  std::size_t equal = 0;
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    if (equal == 0 || ranks[i] > ranks[top]) {
      top = i;
      equal = 1;
    } else if (ranks[i] == ranks[top]) {
      ++equal;
    }
  }
  if (equal > 0) out.top = answer.holders[top];
  const bool alone = equal == 1 && out.top > 0;
  out.top_is_source = alone && is_source(top);
  out.top_is_old = alone && !out.top_is_source && static_cast<int>(top) == truth.old_holder;
  if (truth.kind == LeakKind::kUnregistered) {
    out.main = answer.unknown;
    out.first = answer.unknown > out.top;
  } else if (!truth.sources.empty()) {
    out.main = answer.holders[truth.sources.front()];
    out.first = out.top_is_source && out.top >= answer.unknown;
  }
  return out;
}

}  // namespace hitokoe::evaluation
