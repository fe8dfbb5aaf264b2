#include "evaluation/model/model.h"

#include <algorithm>

namespace hitokoe::evaluation {

Answer answer_of(const World& world, std::span<const matcher::HolderResult> holders,
                 double unknown) {
  Answer out;
  out.holders.assign(world.parties().size(), 0);
  out.unknown = unknown;
  out.copies.assign(world.parties().size(), 0);
  for (const auto& h : holders) {
    const auto at = std::ranges::find(world.parties(), h.party);
    if (at == world.parties().end()) continue;
    const auto party = static_cast<std::size_t>(at - world.parties().begin());
    out.holders[party] = h.probability;
    out.copies[party] = h.copy_probability();
  }
  return out;
}

Answer ask_model(const World& world, const MadeIndex& index, const matcher::Leak& leak,
                 std::span<const LeakedRow> rows, const matcher::Rates& rates) {
  const matcher::RanksOf ranks = index.ranks_of(rows);
  const auto said = matcher::attribute({.leak = leak,
                                        .carriers = index.carriers(),
                                        .registry = index.registry(),
                                        .known = index.known(),
                                        .ranks = ranks,
                                        .rates = rates});
  auto out = answer_of(world, said.holders, said.unknown_probability);
  // Nothing could be resolved: it says nothing of anybody.
  if (said.verdict == matcher::Verdict::kNoMatch) out.unknown = 1;
  return out;
}

matcher::Rates scaled(matcher::Rates rates, double factor) {
  constexpr double kMost = 0.9;
  for (double* rate :
       {&rates.other_version, &rates.foreign_value, &rates.foreign, &rates.two, &rates.three,
        &rates.kept_order, &rates.stretch, &rates.unknown, &rates.own, &rates.returned,
        &rates.future, &rates.downstream, &rates.segment, &rates.leave, &rates.move}) {
    *rate = std::min(kMost, *rate * factor);
  }
  return rates;
}

}  // namespace hitokoe::evaluation
