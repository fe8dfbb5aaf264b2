#include "evaluation/oracle/oracle.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

#include "evaluation/oracle/likelihood.h"
#include "evaluation/oracle/rough.h"
#include "evaluation/oracle/row_weights.h"

namespace hitokoe::evaluation {

namespace {

constexpr double kNever = -std::numeric_limits<double>::infinity();
constexpr double kHopeless = 60;  // nats; the quick look is off by some tens
constexpr std::size_t kMostCopies = 40, kMostFirst = 6, kMostSecond = 6, kMostGroups = 3;

double log_add(double a, double b) {
  const double high = std::max(a, b);
  return std::isfinite(high) ? high + std::log1p(std::exp(std::min(a, b) - high)) : high;
}

// P that just these columns are in the file, among those where each source shows enough.
double columns_chance(ColumnMask shown, ColumnMask all, ColumnMask first, ColumnMask second,
                      double p) {
  const auto enough = [&](unsigned mask) {
    return std::popcount(mask & first) >= kLeastValues &&
           std::popcount(mask & second) >= kLeastValues;
  };
  if ((shown & ~all) != 0 || !enough(shown)) return 0;
  const auto chance = [&](unsigned mask) {
    const int in = std::popcount(mask);
    const int out = std::popcount(static_cast<unsigned>(all)) - in;
    return std::pow(p, in) * std::pow(1 - p, out);
  };
  double sum = 0;
  for (unsigned mask = 0; mask < (1U << kColumnCount); ++mask) {
    if ((mask & ~static_cast<unsigned>(all)) == 0 && enough(mask)) sum += chance(mask);
  }
  return sum > 0 ? chance(shown) / sum : 0;
}

struct Amount {  // of rows that the leaker wanted, and the share of junk
  double rows, junk;
};

class Posterior {
 public:
  Posterior(const World& world, const LeakMaker& maker, std::span<const LeakedRow> rows,
            ColumnMask columns, bool thorough)
      : world_(world),
        maker_(maker),
        options_(maker.options()),
        columns_(columns),
        thorough_(thorough),
        rows_(world, maker.options(), rows, columns),
        rough_(world, maker.dumps(), rows_),
        logs_(world.parties().size(), kNever),
        passed_on_(world.parties().size(), kNever) {
    for (const auto n : kRowLevels) {
      for (std::size_t j = 0; j < kJunkLevels; ++j) {
        amounts_.push_back({static_cast<double>(n), options_.most_junk * static_cast<double>(j) /
                                                        static_cast<double>(kJunkLevels - 1)});
      }
    }
    total_weight_ = std::accumulate(maker.weights().begin(), maker.weights().end(), 0.0);
    for (const auto& dump : maker.dumps()) {
      dump_weights_.push_back(rows_.of_dump(world, dump));
      dump_visible_.push_back(static_cast<double>(rows_.visible_rows(dump)));
      const auto& w = dump_weights_.back();
      dump_matched_.push_back(std::ranges::any_of(w, [](double x) { return x > 0; }));
    }
    const double old = maker.dumps().empty() ? 0 : options_.known_old;
    one_ = 1 - options_.two_sources - old - options_.unregistered;
    old_ = old;
  }

  Answer answer() {
    known_old();
    const auto scores = rough_.of_all();
    const auto best = candidates(scores, kMostCopies);
    for (const auto copy : best) single(copy);
    std::set<std::pair<std::uint32_t, std::uint32_t>> pairs;  // the larger part's copy first
    for (std::size_t i = 0; i < best.size() && (thorough_ || i < kMostFirst); ++i) {
      for (const auto other : candidates(rough_.beside(best[i]), kMostSecond)) {
        pairs.emplace(best[i], other);
        pairs.emplace(other, best[i]);
      }
    }
    for (const auto& [first, second] : pairs) pair(first, second);
    return sum_up();
  }

 private:
  // The best few that are no nats behind; all that hold a row where nothing is left out.
  std::vector<std::uint32_t> candidates(const std::vector<double>& scores, std::size_t most) const {
    std::vector<std::uint32_t> out;
    for (std::uint32_t k = 0; k < scores.size(); ++k) {
      if (maker_.weights()[k] > 0 && std::isfinite(scores[k])) out.push_back(k);
    }
    std::ranges::sort(out, std::greater<>(), [&](auto k) { return scores[k]; });
    if (thorough_ || out.empty()) return out;
    const double least = scores[out.front()] - kHopeless;
    std::erase_if(out, [&](auto k) { return scores[k] < least; });
    if (out.size() > most) out.resize(most);
    return out;
  }

  // Sums the likelihood over amounts and dumps. `rate(amount)` fills the layers of the sources.
  template <class Rates>
  double over_amounts(std::span<const std::span<const double>> sources, std::uint32_t carrier,
                      std::span<const Layer> layers, const Rates& rates) {
    const auto [from, to] = junk_frame(world_, carrier);
    const Layer junk{0, rows_.visible_junk(), static_cast<double>(to - from)};
    const std::size_t dumps = maker_.dumps().size();
    double sum = kNever;
    std::vector<std::span<const double>> weights(sources.begin(), sources.end());
    weights.emplace_back();
    weights.emplace_back(rows_.of_junk(carrier));
    std::optional<ObservedRows> without;  // made when it is needed
    const auto observed_without = [&]() -> const ObservedRows& {
      if (!without) {
        auto none = weights;
        none[sources.size()] = {};
        without.emplace(rows_.persons(), none);
      }
      return *without;
    };
    std::vector<Layer> all(layers.begin(), layers.end());
    all.push_back({});
    all.push_back(junk);
    const std::size_t old = sources.size();
    const double each = -std::log(static_cast<double>(amounts_.size()));
    const auto add = [&](std::size_t dump, double prior) {
      std::optional<ObservedRows> mine;
      const auto observed = [&]() -> const ObservedRows& {
        if (!dump_matched_[dump]) return observed_without();
        if (!mine) {
          weights[old] = dump_weights_[dump];
          mine.emplace(rows_.persons(), weights);
        }
        return *mine;
      };
      const auto size = static_cast<double>(maker_.dumps()[dump].rows.size());
      if (size > 0) all[old] = {0, 1, dump_visible_[dump]};
      for (const auto& a : amounts_) {
        if (a.junk <= 0) continue;
        rates(a, std::span(all).first(old));
        all[old].rate = size > 0 ? std::min(kMostRate, a.rows * a.junk / 2 / size) : 0;
        all[old + 1].rate =
            std::min(kMostRate, a.rows * a.junk / 2 * kRecombined / all[old + 1].size);
        if (likely(all)) sum = log_add(sum, prior + each + observed().log_likelihood(all));
      }
    };
    for (const auto& a : amounts_) {
      const bool alone = a.junk <= 0;
      if (!alone && dumps > 0) continue;
      rates(a, std::span(all).first(old));
      all[old] = {};
      all[old + 1].rate =
          alone ? 0 : std::min(kMostRate, a.rows * a.junk / 2 * kRecombined / all[old + 1].size);
      if (likely(all)) sum = log_add(sum, each + observed_without().log_likelihood(all));
    }
    for (std::size_t d = 0; d < dumps; ++d) add(d, -std::log(static_cast<double>(dumps)));
    return sum;
  }

  // That many rows are to be expected.
  bool likely(std::span<const Layer> layers) const {
    if (thorough_) return true;
    double expected = 0;
    for (const auto& l : layers) expected += l.rate * l.visible * l.size;
    const auto seen = static_cast<double>(rows_.size());
    return std::abs(expected - seen) < 8 * std::sqrt(std::max(expected, seen)) + 6;
  }

  void known_old() {
    const auto& dumps = maker_.dumps();
    for (std::size_t d = 0; d < dumps.size(); ++d) {
      const double shown = columns_chance(columns_, dumps[d].columns, dumps[d].columns,
                                          dumps[d].columns, options_.shown);
      if (shown <= 0 || dumps[d].rows.empty()) continue;
      const auto carrier = world_.copies()[dumps[d].copy].carrier;
      const auto [from, to] = junk_frame(world_, carrier);
      const std::span<const double> weights[] = {dump_weights_[d], rows_.of_junk(carrier)};
      const ObservedRows observed(rows_.persons(), weights);
      const auto size = static_cast<double>(dumps[d].rows.size());
      double sum = kNever;
      for (const auto& a : amounts_) {
        const auto frame = static_cast<double>(to - from);
        const Layer layers[] = {
            {std::min(kMostRate, a.rows * (1 - a.junk / 2) / size), 1, dump_visible_[d]},
            {std::min(kMostRate, a.rows * a.junk / 2 * kRecombined / frame), rows_.visible_junk(),
             frame}};
        if (likely(layers)) sum = log_add(sum, observed.log_likelihood(layers));
      }
      log_old_ = log_add(
          log_old_,
          sum + std::log(old_ * shown / static_cast<double>(dumps.size() * amounts_.size())));
    }
  }

  // Weights of the rows that lie in a part; the others cannot be from it.
  template <class In>
  std::vector<double> within(std::uint32_t copy, const std::vector<double>& weights,
                             const In& in) const {
    std::vector<double> out(weights.size(), 0);
    const auto carrier = world_.copies()[copy].carrier;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      if (weights[i] > 0 && in(rows_.contract(i, carrier))) out[i] = weights[i];
    }
    return out;
  }

  void add_one(std::uint32_t copy, double log_probability) {
    auto& mine = logs_[world_.copies()[copy].party];
    mine = log_add(mine, log_probability);
  }

  void add_unregistered(std::uint32_t copy, double log_probability) {
    log_unregistered_ = log_add(log_unregistered_, log_probability);
    auto& had = passed_on_[world_.copies()[copy].party];
    had = log_add(had, log_probability);
  }

  void single(std::uint32_t copy) {
    const auto& c = world_.copies()[copy];
    const double shown = columns_chance(columns_, c.columns, c.columns, c.columns, options_.shown);
    if (shown <= 0) return;
    const double prior = std::log(shown * maker_.weights()[copy] / total_weight_);
    const auto weights = weights_of(copy);
    const auto size = static_cast<double>(c.members.size());
    const Layer whole{0, rows_.visible(c), size};
    const auto sum = [&](std::span<const double> mine, const Layer& layer, double capacity,
                         double share) {
      // rate = share · min(most, wanted / (share · capacity))
      const std::span<const double> sources[] = {mine};
      const Layer layers[] = {layer};
      return over_amounts(sources, c.carrier, layers, [&](const Amount& a, std::span<Layer> out) {
        out[0].rate = share * std::min(kMostRate, a.rows * (1 - a.junk) / (share * capacity));
      });
    };
    const double random = 1 - options_.contiguous - options_.regional;
    add_one(copy, prior + std::log(one_ * random) + sum(weights, whole, size, 1));
    for (const double share : kUnregisteredShares) {
      add_unregistered(copy, prior +
                                 std::log(options_.unregistered / 3 /
                                          static_cast<double>(kUnregisteredShares.size())) +
                                 sum(weights, whole, size, share));
    }
    groups(copy, weights, true, [&](std::span<const double> mine, double frame) {
      const Layer layer{0, whole.visible, frame};
      const double one = prior + std::log(frame / size) + sum(mine, layer, frame, 1);
      add_one(copy, one + std::log(one_ * options_.regional));
      add_unregistered(copy, one + std::log(options_.unregistered / 3));
    });
    groups(copy, weights, false, [&](std::span<const double> mine, double frame) {
      const Layer layer{0, whole.visible, frame};
      add_unregistered(copy, prior + std::log(frame / size) + sum(mine, layer, frame, 1) +
                                 std::log(options_.unregistered / 3));
    });
    pages(copy, weights, prior + std::log(one_ * options_.contiguous));
  }

  // The regions or segments of most of its rows: weights within, and people of the copy there.
  template <class Use>
  void groups(std::uint32_t copy, const std::vector<double>& weights, bool regions,
              const Use& use) const {
    const auto& contracts = world_.people().contracts();
    const auto of = [&](std::uint32_t contract) {
      return regions ? contracts[contract].region : contracts[contract].segment;
    };
    std::array<std::uint32_t, 64> rows{};
    const auto& frames = regions ? world_.frames(copy).regions : world_.frames(copy).segments;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      if (weights[i] > 0) ++rows[of(rows_.contract(i, world_.copies()[copy].carrier))];
    }
    std::vector<std::uint32_t> order;
    for (std::uint32_t g = 0; g < 64; ++g) {
      if (frames[g] > 0 && (thorough_ || rows[g] > 0)) order.push_back(g);
    }
    // Those where the rows stand out most, and those with most of them.
    const auto density = [&](std::uint32_t g) {
      return static_cast<double>(rows[g]) / static_cast<double>(frames[g]);
    };
    std::ranges::sort(order, std::greater<>(), density);
    const auto most = std::ranges::max_element(order, {}, [&](auto g) { return rows[g]; });
    if (most - order.begin() > 1) std::rotate(order.begin() + 1, most, most + 1);
    for (std::size_t i = 0; i < order.size() && (thorough_ || i < kMostGroups); ++i) {
      use(within(copy, weights, [&](std::uint32_t m) { return of(m) == order[i]; }),
          static_cast<double>(frames[order[i]]));
    }
  }

  // Stretches of the holder's file, which begin at multiples of their length.
  void pages(std::uint32_t copy, const std::vector<double>& weights, double prior) {
    const auto& c = world_.copies()[copy];
    const auto places = world_.places(copy);
    const auto place = [&](std::uint32_t contract) {
      const auto at = std::ranges::lower_bound(c.members, contract) - c.members.begin();
      return places[static_cast<std::size_t>(at)];
    };
    std::vector<std::uint32_t> of_row(weights.size(), 0);
    for (std::size_t i = 0; i < weights.size(); ++i) {
      if (weights[i] > 0) of_row[i] = place(rows_.contract(i, c.carrier));
    }
    const double visible = rows_.visible(c);
    const auto members = static_cast<std::uint32_t>(c.members.size());
    const auto all = std::move(amounts_);
    const double each = -std::log(static_cast<double>(all.size()));
    for (const auto& a : all) {
      const auto length =
          static_cast<std::uint32_t>(std::max(1.0, std::round(a.rows * (1 - a.junk) / kMostRate)));
      const std::uint32_t count = (members + length - 1) / length;
      std::vector<std::uint32_t> rows(count, 0);
      for (std::size_t i = 0; i < weights.size(); ++i) {
        if (weights[i] > 0) ++rows[of_row[i] / length];
      }
      for (std::uint32_t page = 0; page < count; ++page) {
        const double frame = std::min(members, (page + 1) * length) - page * length;
        const double expected = kMostRate * visible * frame;
        if (!thorough_ && rows[page] < expected - 10 * std::sqrt(expected * 0.05) - 8) continue;
        if (!thorough_ && rows[page] == 0) continue;
        std::vector<double> mine(weights.size(), 0);
        for (std::size_t i = 0; i < weights.size(); ++i) {
          if (weights[i] > 0 && of_row[i] / length == page) mine[i] = weights[i];
        }
        amounts_ = {a};
        const std::span<const double> sources[] = {mine};
        const Layer layers[] = {{0, visible, frame}};
        const double sum =
            over_amounts(sources, c.carrier, layers,
                         [](const Amount&, std::span<Layer> out) { out[0].rate = kMostRate; });
        add_one(copy, prior + each - std::log(static_cast<double>(count)) + sum);
      }
    }
    amounts_ = all;
  }

  void pair(std::uint32_t first, std::uint32_t second) {
    const auto& a = world_.copies()[first];
    const auto& b = world_.copies()[second];
    if (a.party == b.party || options_.two_sources <= 0) return;
    const double shown =
        columns_chance(columns_, a.columns | b.columns, a.columns, b.columns, options_.shown);
    if (shown <= 0) return;
    double of_first = 0;  // all copies of the first's party: the second is not one of them
    for (std::size_t k = 0; k < world_.copies().size(); ++k) {
      if (world_.copies()[k].party == a.party) of_first += maker_.weights()[k];
    }
    const double prior =
        std::log(options_.two_sources * shown * maker_.weights()[first] / total_weight_ *
                 maker_.weights()[second] / (total_weight_ - of_first) /
                 static_cast<double>(kFirstShares.size()));
    const auto first_weights = weights_of(first);
    const auto second_weights = weights_of(second);
    const std::span<const double> sources[] = {first_weights, second_weights};
    const Layer layers[] = {{0, rows_.visible(a), static_cast<double>(a.members.size())},
                            {0, rows_.visible(b), static_cast<double>(b.members.size())}};
    for (const double share : kFirstShares) {
      const double sum =
          over_amounts(sources, a.carrier, layers, [&](const Amount& amount, std::span<Layer> out) {
            const double fresh = amount.rows * (1 - amount.junk);
            out[0].rate = std::min(kMostRate, fresh * share / out[0].size);
            out[1].rate = std::min(kMostRate, fresh * (1 - share) / out[1].size);
          });
      add_one(first, prior + sum);
      add_one(second, prior + sum);
      log_two_ = log_add(log_two_, prior + sum);
    }
  }

  std::vector<double> weights_of(std::uint32_t copy) const {
    std::vector<double> out(rows_.size(), 0);
    for (const auto& h : rough_.held(copy)) out[h.row] = h.weight;
    return out;
  }

  Answer sum_up() const {
    Answer out;
    out.holders.assign(logs_.size(), 0);
    double total = log_add(log_unregistered_, log_old_);
    for (const auto x : logs_) total = log_add(total, x);
    if (!std::isfinite(total)) {
      out.unknown = 1;
      return out;
    }
    // A leak of two sources counts for both, and once in the sum.
    total += std::log1p(-std::min(0.5, std::exp(log_two_ - total)));
    for (std::size_t i = 0; i < logs_.size(); ++i) {
      out.holders[i] = std::min(1.0, std::exp(logs_[i] - total));
      out.copies.push_back(std::min(1.0, out.holders[i] + std::exp(passed_on_[i] - total)));
    }
    out.unknown = std::exp(log_unregistered_ - total);
    return out;
  }

  const World& world_;
  const LeakMaker& maker_;
  const LeakOptions& options_;
  ColumnMask columns_;
  bool thorough_;
  RowWeights rows_;
  RoughScores rough_;
  std::vector<Amount> amounts_;
  double total_weight_ = 0, one_ = 0, old_ = 0;
  std::vector<std::vector<double>> dump_weights_;
  std::vector<double> dump_visible_;
  std::vector<bool> dump_matched_;
  std::vector<double> logs_;       // by party
  std::vector<double> passed_on_;  // by party: an unregistered source with a part of its copy
  double log_unregistered_ = kNever, log_old_ = kNever, log_two_ = kNever;
};

}  // namespace

Answer Oracle::answer(std::span<const LeakedRow> rows, ColumnMask columns) const {
  if (rows.empty()) {
    Answer out;
    out.holders.assign(world_.parties().size(), 0);
    out.unknown = 1;
    return out;
  }
  return Posterior(world_, maker_, rows, columns, thorough_).answer();
}

}  // namespace hitokoe::evaluation
