#include "evaluation/metrics/figures.h"

#include <algorithm>
#include <array>
#include <limits>

#include "evaluation/metrics/interval.h"

namespace hitokoe::evaluation {

namespace {

constexpr double kSure = 0.9, kLikely = 0.5;
constexpr std::array<std::uint64_t, 6> kCells = {
    0, 50, 200, 1000, 4000, std::numeric_limits<std::uint64_t>::max()};

using Pairs = std::vector<std::pair<double, bool>>;

bool registered(const Judged& j) {
  return j.kind == LeakKind::kOneSource || j.kind == LeakKind::kTwoSources;
}

template <class Among, class Hit>
Figure share_of(std::span<const Judged> answers, Among among, Hit hit) {
  std::uint64_t n = 0;
  std::uint64_t hits = 0;
  for (const auto& j : answers) {
    if (!among(j)) continue;
    ++n;
    if (hit(j)) ++hits;
  }
  return share(hits, n);
}

double brier_of(const Pairs& pairs) {
  double sum = 0;
  for (const auto& [p, right] : pairs) sum += (p - (right ? 1 : 0)) * (p - (right ? 1 : 0));
  return pairs.empty() ? 0 : sum / static_cast<double>(pairs.size());
}

// What was said and whether it was right, by world and sorted within each.
class ByWorld {
 public:
  template <class Said>
  ByWorld(std::span<const Judged> answers, std::uint32_t worlds, Said said) : pairs_(worlds) {
    for (const auto& j : answers) {
      pairs_[j.world].push_back(said(j));
      all_.push_back(said(j));
    }
    std::ranges::sort(all_);
  }
  const Pairs& all() const { return all_; }
  template <class Measure>
  Figure figure(Measure measure) const {
    return bootstrap(measure(all_), all_.size(), static_cast<std::uint32_t>(pairs_.size()),
                     [&](std::span<const std::uint32_t> worlds) {
                       Pairs drawn;
                       for (const auto w : worlds) {
                         drawn.insert(drawn.end(), pairs_[w].begin(), pairs_[w].end());
                       }
                       std::ranges::sort(drawn);
                       return measure(drawn);
                     });
  }

 private:
  std::vector<Pairs> pairs_;
  Pairs all_;
};

constexpr auto kHolder = [](const Judged& j) { return std::pair(j.top, j.top_is_source); };
constexpr auto kCopy = [](const Judged& j) { return std::pair(j.copy_top, j.copy_is_right); };
constexpr auto kEce = [](const Pairs& pairs) { return debiased_ece(pairs); };

}  // namespace

MethodFigures figures_of(std::string id, std::span<const Judged> answers, std::uint32_t worlds) {
  MethodFigures out;
  out.id = std::move(id);
  const auto sure = [](const Judged& j) { return j.top >= kSure; };
  const auto likely = [](const Judged& j) { return j.main >= kLikely; };
  const auto first = [](const Judged& j) { return j.first; };
  const auto unregistered = [](const Judged& j) { return j.kind == LeakKind::kUnregistered; };
  auto& f = out.all;
  f.top1 = share_of(answers, registered, first);
  f.primary = share_of(answers, registered, likely);
  f.coverage = share_of(answers, registered, sure);
  f.precision = share_of(answers, sure, [](const Judged& j) { return j.top_is_source; });
  f.precision_with_old =
      share_of(answers, sure, [](const Judged& j) { return j.top_is_source || j.top_is_old; });
  f.twins_wrong = share_of(
      answers, [](const Judged& j) { return registered(j) && j.twin; },
      [&](const Judged& j) { return sure(j) && !j.top_is_source; });
  f.unregistered_top1 = share_of(answers, unregistered, first);
  f.unregistered_primary = share_of(answers, unregistered, likely);
  f.unregistered_named = share_of(answers, unregistered, sure);
  f.old_wrong = share_of(
      answers, [](const Judged& j) { return j.kind == LeakKind::kKnownOld; },
      [&](const Judged& j) { return sure(j) && !j.top_is_old; });
  const auto copy_sure = [](const Judged& j) { return j.copy_top >= kSure; };
  f.copy_precision = share_of(answers, copy_sure, [](const Judged& j) { return j.copy_is_right; });
  f.copy_coverage = share_of(
      answers, [&](const Judged& j) { return registered(j) || unregistered(j); }, copy_sure);
  const ByWorld pairs(answers, worlds, kHolder);
  f.brier = pairs.figure(brier_of);
  f.ece = pairs.figure(kEce);
  const ByWorld copies(answers, worlds, kCopy);
  f.copy_brier = copies.figure(brier_of);
  f.copy_ece = copies.figure(kEce);
  out.calibration = calibration(pairs.all());
  for (std::size_t i = 0; i + 1 < kCells.size(); ++i) {
    std::vector<Judged> mine;
    std::ranges::copy_if(answers, std::back_inserter(mine), [&](const Judged& j) {
      return j.rows >= kCells[i] && j.rows < kCells[i + 1];
    });
    RowCell cell;
    cell.from = kCells[i];
    cell.to = kCells[i + 1];
    cell.leaks = mine.size();
    cell.top1 = share_of(mine, registered, first);
    cell.primary = share_of(mine, registered, likely);
    cell.ece = ByWorld(mine, worlds, kHolder).figure(kEce);
    cell.copy_ece = ByWorld(mine, worlds, kCopy).figure(kEce);
    out.by_rows.push_back(cell);
  }
  return out;
}

}  // namespace hitokoe::evaluation
