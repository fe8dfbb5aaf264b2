#include "evaluation/baselines/baselines.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "tests/unit/evaluation/small_world.h"

namespace hitokoe::evaluation::test {
namespace {

class Baselines : public testing::Test {
 protected:
  Baselines() : world_(small_world(), 1) {
    overlap_.copies.assign(world_.copies().size(), 0);
    overlap_.parties.assign(world_.parties().size(), 0);
    overlap_.innocence.assign(world_.parties().size(), 0);
    // Three copies of different parties, of different sizes.
    for (std::uint32_t k = 0; k < world_.copies().size() && chosen_.size() < 3; ++k) {
      const auto& copy = world_.copies()[k];
      bool fresh = copy.members.size() > 30;
      for (const auto c : chosen_) {
        fresh = fresh && world_.copies()[c].party != copy.party &&
                world_.copies()[c].members.size() != copy.members.size();
      }
      if (fresh) chosen_.push_back(k);
    }
    std::ranges::sort(chosen_, {}, [&](auto k) { return world_.copies()[k].members.size(); });
  }
  std::uint32_t party(std::size_t i) const { return world_.copies()[chosen_[i]].party; }

  World world_;
  Overlap overlap_;
  std::vector<std::uint32_t> chosen_;  // by size
};

TEST_F(Baselines, MostMatchesIsTheLargestOverlapOfAParty) {
  overlap_.parties[2] = 10;
  overlap_.parties[4] = 9;
  const auto a = most_matches(world_, overlap_);
  EXPECT_EQ(a.holders[2], 1);
  EXPECT_EQ(a.holders[4], 0);
  overlap_.parties[4] = 10;
  EXPECT_EQ(most_matches(world_, overlap_).holders[2], 0.5);
  EXPECT_EQ(most_matches(world_, {.copies = {}, .parties = {0, 0}, .innocence = {}}).unknown, 1);
}

TEST_F(Baselines, SmallestSetIsTheSmallestOfThoseWithMostMatches) {
  overlap_.copies[chosen_[0]] = 9;
  overlap_.copies[chosen_[1]] = 10;
  overlap_.copies[chosen_[2]] = 10;
  EXPECT_EQ(smallest_set(world_, overlap_).holders[party(1)], 1);
}

TEST_F(Baselines, JaccardWeighsWhatIsMissing) {
  overlap_.people = 30;
  overlap_.copies[chosen_[0]] = 20;  // of its few
  overlap_.copies[chosen_[2]] = 22;  // of its many
  EXPECT_EQ(jaccard(world_, overlap_).holders[party(0)], 1);
}

TEST_F(Baselines, GuiltFollowsThePaperAndSparesTheCarrier) {
  const auto& people = world_.people();
  for (std::uint32_t c = 0; c < people.contracts().size(); ++c) {
    std::set<std::uint32_t> agents;
    for (const auto k : world_.holders(c)) {
      if (!world_.copies()[k].own()) agents.insert(world_.copies()[k].party);
    }
    if (agents.size() != 2) continue;
    const LeakedRow row{.contract = c, .legible = 3};
    const LeakedRow rows[] = {row, row};  // the same person again says nothing new
    const auto overlap = overlap_of(world_, rows);
    EXPECT_EQ(overlap.people, 1U);
    const auto a = guilt(world_, overlap);
    for (const auto agent : agents) EXPECT_NEAR(a.holders[agent], 0.25, 1e-12);  // (1 − 1/2) / 2
    EXPECT_EQ(a.holders[people.contracts()[c].carrier], 0);
    return;
  }
  FAIL() << "nobody is held by two";
}

}  // namespace
}  // namespace hitokoe::evaluation::test
