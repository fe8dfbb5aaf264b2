#include "evaluation/metrics/judged.h"

#include <algorithm>

namespace hitokoe::evaluation {

namespace {
constexpr double kEqual = 1e-9;  // beyond this only the order of a sum tells them apart
}

Judged judge(const Truth& truth, const Answer& answer) {
  Judged out{.kind = truth.kind, .world = truth.world, .rows = truth.rows, .twin = truth.twin};
  const auto is_source = [&](std::size_t party) {
    return std::ranges::find(truth.sources, static_cast<std::uint32_t>(party)) !=
           truth.sources.end();
  };
  const auto& ranks = answer.ranks.empty() ? answer.holders : answer.ranks;
  const auto best = std::ranges::max_element(ranks);
  if (best != ranks.end()) {
    const auto of_first = [&](auto is) {
      for (std::size_t i = 0; i < ranks.size(); ++i) {
        if (ranks[i] > *best - kEqual && !is(i)) return false;
      }
      return true;
    };
    out.top = answer.holders[static_cast<std::size_t>(best - ranks.begin())];
    out.top_is_source = out.top > 0 && of_first(is_source);
    out.top_is_old = out.top > 0 && !out.top_is_source && of_first([&](std::size_t party) {
                       return is_source(party) || static_cast<int>(party) == truth.old_holder;
                     });
  }
  const auto& copies = answer.copies.empty() ? answer.holders : answer.copies;
  const auto likeliest = std::ranges::max_element(copies);
  if (likeliest != copies.end() && *likeliest > 0) {
    out.copy_top = *likeliest;
    out.copy_is_right = true;
    for (std::size_t i = 0; i < copies.size(); ++i) {
      if (copies[i] <= *likeliest - kEqual) continue;
      out.copy_is_right =
          out.copy_is_right &&
          std::ranges::find(truth.copies, static_cast<std::uint32_t>(i)) != truth.copies.end();
    }
  }
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
