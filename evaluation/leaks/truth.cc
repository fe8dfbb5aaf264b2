#include "evaluation/leaks/truth.h"

#include <algorithm>

namespace hitokoe::evaluation {

Truth truth_of(const World& world, std::span<const Dump> dumps, const MadeLeak& leak) {
  constexpr double kTwin = 0.9;
  Truth out;
  out.kind = leak.kind;
  for (const auto copy : leak.sources) out.sources.push_back(world.copies()[copy].party);
  out.copies = out.sources;
  if (leak.kind == LeakKind::kUnregistered) {
    out.copies = {world.copies()[leak.parts.front().copy].party};
  }
  if (leak.dump >= 0) {
    out.old_holder =
        static_cast<int>(world.copies()[dumps[static_cast<std::size_t>(leak.dump)].copy].party);
  }
  if (leak.sources.empty()) return out;
  const std::uint32_t main = leak.sources.front();
  std::vector<std::uint64_t> rows(world.copies().size(), 0);
  for (const auto& row : leak.rows) {
    const auto holders = world.holders(row.contract);
    if (!std::ranges::binary_search(holders, static_cast<std::uint16_t>(main))) continue;
    for (const auto k : holders) ++rows[k];
  }
  for (std::size_t k = 0; k < rows.size(); ++k) {
    const auto& copy = world.copies()[k];
    out.twin =
        out.twin ||
        (!world.is_carrier(copy.party) && copy.party != out.sources.front() && rows[main] > 0 &&
         static_cast<double>(rows[k]) >= kTwin * static_cast<double>(rows[main]));
  }
  return out;
}

}  // namespace hitokoe::evaluation
