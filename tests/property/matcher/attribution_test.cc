// Attribution over random small worlds: finite at every extreme, and the same whatever the order.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <set>

#include "tests/unit/matcher/made_carrier.h"

namespace hitokoe::matcher::test {
namespace {

struct RandomWorld {
  std::vector<std::vector<int>> sets;  // by snapshot; the first is the carrier's own
  std::vector<int> days;
  std::vector<std::pair<int, int>> rows;  // customer, version
  std::vector<std::uint64_t> repeats;
};

RandomWorld make(unsigned seed) {
  std::mt19937 random(seed);
  RandomWorld w;
  const int customers = 1 + static_cast<int>(random() % 200);
  const std::size_t holders = 1 + random() % 6;
  for (std::size_t h = 0; h <= holders; ++h) {
    std::vector<int> set;
    const unsigned one_in = 1 + random() % 4;
    for (int n = 0; n < customers; ++n) {
      if (h == 0 || random() % one_in == 0) set.push_back(n);
    }
    if (random() % 8 == 0) set.clear();
    if (random() % 8 == 0 && h > 1) set = w.sets[h - 1];  // equal holders
    w.sets.push_back(std::move(set));
    w.days.push_back(static_cast<int>(random() % 700));
  }
  if (w.sets[0].empty()) w.sets[0] = {0};
  const std::size_t rows = random() % 60;
  for (std::size_t i = 0; i < rows; ++i) {
    const auto& from = w.sets[random() % w.sets.size()];
    if (from.empty()) continue;
    w.rows.emplace_back(from[random() % from.size()], static_cast<int>(random() % 3));
    w.repeats.push_back(random() % 10 == 0 ? 1'000'000 : 1);
  }
  return w;
}

class Asked {
 public:
  // `order`: of the snapshots.
  Asked(const RandomWorld& w, const std::vector<std::size_t>& order, bool backwards)
      : kou_("kou"), registry_({}, {}, {}) {
    for (std::size_t h = 0; h < w.sets.size(); ++h) {
      const int version = w.days[h] / 300;
      kou_.snapshot("S" + std::to_string(h), h == 0 ? "kou" : "party" + std::to_string(h / 2),
                    h == 0, w.days[h], w.sets[h],
                    [version](int n) { return n % 3 == 0 ? version : 0; });
    }
    kou_.build(folder_.path() / "kou", order);
    auto add = [&](std::size_t i) {
      const auto [customer, version] = w.rows[i];
      const std::array<RowPart, 1> parts = {kou_.row(0, customer, version)};
      leak_.add(parts, w.repeats[i], i);
    };
    for (std::size_t i = 0; i < w.rows.size(); ++i) add(backwards ? w.rows.size() - 1 - i : i);
    std::set<int> customers;
    for (const auto& [customer, version] : w.rows) customers.insert(customer);
    leak_.set_subjects(customers.size());
  }
  Attribution run() const {
    const std::array<CarrierView, 1> carriers = {kou_.view()};
    return attribute({leak_, carriers, registry_});
  }

 private:
  ScratchFolder folder_;
  MadeCarrier kou_;
  registry::Registry registry_;
  Leak leak_;
};

TEST(AttributionProperty, IsFiniteAndBoundedAtEveryExtreme) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    const auto a = Asked(make(seed), {}, false).run();
    EXPECT_TRUE(a.unknown_probability >= 0 && a.unknown_probability <= 1) << seed;
    for (const auto& h : a.holders) {
      EXPECT_TRUE(h.probability >= 0 && h.probability <= 1) << seed;
      EXPECT_TRUE(std::isfinite(h.decibans.sum())) << seed << ' ' << h.party;
      EXPECT_TRUE(std::isfinite(h.share)) << seed;
      EXPECT_LE(h.exclusive_rows, h.matched_rows) << seed;
    }
    EXPECT_FALSE(a.summary.en.empty());
    EXPECT_FALSE(a.summary.ja.empty());
  }
}

TEST(AttributionProperty, CountsOfAnySizeStayFinite) {
  for (unsigned seed = 300; seed < 320; ++seed) {
    auto world = make(seed);
    std::mt19937 random(seed);
    // So that sums stay below 2^64.
    for (auto& n : world.repeats) n = std::uint64_t{1} << random() % 57;
    const auto a = Asked(world, {}, false).run();
    EXPECT_TRUE(a.unknown_probability >= 0 && a.unknown_probability <= 1) << seed;
    for (const auto& h : a.holders) {
      EXPECT_TRUE(h.probability >= 0 && h.probability <= 1) << seed;
      for (const double d :
           {h.decibans.membership, h.decibans.columns, h.decibans.dates, h.decibans.order,
            h.decibans.canary, h.decibans.prior, h.decibans.downstream, h.share}) {
        EXPECT_TRUE(std::isfinite(d)) << seed << ' ' << h.party;
      }
    }
  }
}

TEST(AttributionProperty, DoesNotDependOnTheOrderOfHoldersAndRows) {
  for (unsigned seed = 200; seed < 225; ++seed) {
    const auto world = make(seed);
    std::vector<std::size_t> order(world.sets.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = order.size() - 1 - i;
    const auto a = Asked(world, {}, false).run();
    const auto b = Asked(world, order, true).run();
    EXPECT_EQ(a.verdict, b.verdict) << seed;
    EXPECT_NEAR(a.unknown_probability, b.unknown_probability, 1e-6) << seed;
    ASSERT_EQ(a.holders.size(), b.holders.size()) << seed;
    for (std::size_t i = 0; i < a.holders.size(); ++i) {
      EXPECT_EQ(a.holders[i].party, b.holders[i].party) << seed;
      EXPECT_NEAR(a.holders[i].probability, b.holders[i].probability, 1e-6) << seed;
      EXPECT_EQ(a.holders[i].contradicting_rows, b.holders[i].contradicting_rows) << seed;
    }
  }
}

}  // namespace
}  // namespace hitokoe::matcher::test
