#include "matcher/attribute/parts.h"

#include <algorithm>
#include <cmath>

namespace hitokoe::matcher {

namespace {
constexpr std::size_t kMostRivals = 12;  // 4,096 patterns
constexpr double kSparse = 0.15;         // of the Dirichlet prior: few pieces have most of the rows
constexpr int kRounds = 3;
}  // namespace

Parts::Parts(const Evidence& evidence, std::span<const CarrierView> carriers,
             std::span<const std::uint32_t> rivals)
    : evidence_(evidence), carriers_(carriers.size()) {
  for (const auto r : rivals) {
    if (!evidence.components[r].guessed && rivals_.size() < kMostRivals) rivals_.push_back(r);
  }
  const std::size_t patterns = std::size_t{1} << rivals_.size();
  sizes_.resize(carriers.size());
  pattern_.assign(carriers.size() * evidence.rows.size(), 0);
  for (std::uint32_t c = 0; c < carriers.size(); ++c) {
    const CarrierView& view = carriers[c];
    std::vector<std::uint16_t> bit(view.snapshots.size(), 0);
    bool any = false;
    for (std::size_t i = 0; i < rivals_.size(); ++i) {
      const auto& component = evidence.components[rivals_[i]];
      if (component.carrier != c) continue;
      bit[component.ordinal] = static_cast<std::uint16_t>(bit[component.ordinal] | 1U << i);
      any = true;
    }
    if (!any) continue;
    sizes_[c].assign(patterns, 0);
    for (std::size_t k = 0; k < view.classes->size(); ++k) {
      const auto subjects = view.classes->subjects(static_cast<Klass>(k));
      if (subjects == 0) continue;
      unsigned pattern = 0;
      bool counts = !evidence.carriers[c].has_own;
      for (const Ordinal o : view.classes->members(static_cast<Klass>(k))) {
        pattern |= bit[o];
        counts = counts || view.snapshots[o].own;
      }
      if (counts) sizes_[c][pattern] += subjects;
    }
    for (std::size_t t = 0; t < evidence.types.size(); ++t) {
      for (const auto& part : evidence.types[t]->parts) {
        if (part.carrier != c) continue;
        unsigned pattern = 0;
        for (const Ordinal o : view.classes->members(part.subject)) pattern |= bit[o];
        pattern_[t * carriers_ + c] = static_cast<std::uint16_t>(pattern);
      }
    }
  }
}

std::optional<Parts::Fit> Parts::fit(std::uint32_t component, const SingleFit& alone,
                                     double temper) const {
  const auto& c = evidence_.components[component];
  const auto mine = std::ranges::find(rivals_, component);
  if (c.guessed || mine == rivals_.end() || c.members.empty()) {
    return std::nullopt;
  }
  const auto& sizes = sizes_[c.carrier];
  const unsigned own = 1U << static_cast<unsigned>(mine - rivals_.begin());
  double pieces = 0;
  for (std::size_t p = 0; p < sizes.size(); ++p) {
    if ((p & own) != 0 && sizes[p] > 0) ++pieces;
  }
  if (pieces < 2) return std::nullopt;
  const double size = std::exp(c.log_size);
  std::vector<double> gain(sizes.size(), 0);  // log of a piece's share over its size's
  std::vector<double> rows(sizes.size(), 0);
  Fit out;
  auto& members = out.members;
  members = c.members;
  double total = 0;
  for (int round = 0; round < kRounds; ++round) {
    std::ranges::fill(rows, 0);
    total = 0;
    for (std::size_t i = 0; i < members.size(); ++i) {
      const auto& m = c.members[i];
      const std::size_t p = pattern_[m.type * carriers_ + c.carrier];
      const double log_ratio = m.fit + gain[p] - c.log_size - evidence_.background[m.type];
      const double ratio = alone.share * std::exp(std::min(log_ratio, 50.0));
      const double given = evidence_.rows[m.type] * ratio / (1 - alone.share + ratio);
      rows[p] += given;
      total += given;
    }
    for (std::size_t p = 0; p < sizes.size(); ++p) {
      if ((p & own) == 0 || sizes[p] <= 0) continue;
      const double share = (rows[p] + kSparse) / (total + kSparse * pieces);
      gain[p] = std::log(share * size / sizes[p]);
    }
  }
  // What the fitted shares gain over integrated ones is taken off again.
  double fitted = 0;
  total *= temper;
  double integrated = std::lgamma(kSparse * pieces) - std::lgamma(total + kSparse * pieces);
  for (std::size_t p = 0; p < sizes.size(); ++p) {
    if ((p & own) == 0 || sizes[p] <= 0) continue;
    const double n = temper * rows[p];
    if (n > 0) fitted += n * std::log(n / total);
    integrated += std::lgamma(n + kSparse) - std::lgamma(kSparse);
  }
  for (std::size_t i = 0; i < members.size(); ++i) {
    const std::size_t p = pattern_[c.members[i].type * carriers_ + c.carrier];
    members[i].fit = static_cast<float>(c.members[i].fit + gain[p]);
    members[i].fit_plain = static_cast<float>(c.members[i].fit_plain + gain[p]);
  }
  out.cost = std::max(0.0, fitted - integrated);
  out.score =
      SingleFitter(evidence_).fit(members, c.log_size, c.unlinked, evidence_.rows, temper).score -
      out.cost;
  return out;
}

}  // namespace hitokoe::matcher
