#include "evaluation/model/model.h"

#include <algorithm>

namespace hitokoe::evaluation {

Answer answer_of(const World& world, std::span<const matcher::HolderResult> holders,
                 double unknown) {
  Answer out;
  out.holders.assign(world.parties().size(), 0);
  out.unknown = unknown;
  for (const auto& h : holders) {
    const auto at = std::ranges::find(world.parties(), h.party);
    if (at == world.parties().end()) continue;
    out.holders[static_cast<std::size_t>(at - world.parties().begin())] = h.probability;
  }
  return out;
}

Answer ask_model(const World& world, const MadeIndex& index, const matcher::Leak& leak) {
  const auto said = matcher::attribute({.leak = leak,
                                        .carriers = index.carriers(),
                                        .registry = index.registry(),
                                        .known = index.known()});
  auto out = answer_of(world, said.holders, said.unknown_probability);
  // Nothing could be resolved: it says nothing of anybody.
  if (said.verdict == matcher::Verdict::kNoMatch) out.unknown = 1;
  return out;
}

}  // namespace hitokoe::evaluation
