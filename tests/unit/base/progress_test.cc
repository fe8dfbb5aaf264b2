#include "hitokoe/base/progress.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace hitokoe {
namespace {

using Told = std::vector<std::pair<std::uint64_t, std::uint64_t>>;

TEST(ProgressShare, MapsTheUnitOfAStepOntoItsStretch) {
  Told told;
  const Progress progress = [&](std::uint64_t done, std::uint64_t total) {
    told.emplace_back(done, total);
  };
  const ProgressShare all(progress, 1000);
  const auto second = all.part(1, 2, 2);
  second.at(0, 7);
  second.part(0, 1, 5).done();
  second.at(1, 2);
  second.at(9, 7);  // more than it had announced
  all.done();
  EXPECT_EQ(told, (Told{{500, 1000}, {600, 1000}, {750, 1000}, {1000, 1000}, {1000, 1000}}));
}

TEST(ProgressShare, NeverFallsAndEndsExactlyWhereItShallAtAnySize) {
  constexpr std::uint64_t kHuge = std::numeric_limits<std::uint64_t>::max() / 2;
  for (const std::uint64_t total :
       {std::uint64_t{1}, std::uint64_t{3}, std::uint64_t{1'000'003}, kHuge}) {
    std::uint64_t last = 0;
    const Progress progress = [&](std::uint64_t done, std::uint64_t of) {
      EXPECT_GE(done, last);
      EXPECT_LE(done, of);
      EXPECT_EQ(of, total);
      last = done;
    };
    const ProgressShare all(progress, total);
    for (std::uint64_t part = 0; part < 7; ++part) {
      const auto share = all.part(part, part + 1, 7);
      for (std::uint64_t row = 0; row <= 1000; ++row)
        share.at(row == 1000 ? kHuge : kHuge / 1000 * row, kHuge);
    }
    EXPECT_EQ(last, total);
  }
}

TEST(ProgressShare, AStepWithoutAnythingToDoIsDone) {
  std::uint64_t last = 0;
  const Progress progress = [&](std::uint64_t done, std::uint64_t) { last = done; };
  ProgressShare(progress, 10).part(0, 0, 0).at(0, 0);
  EXPECT_EQ(last, 10U);
}

TEST(ProgressShare, TellsNobodyWhereNobodyListens) {
  ProgressShare().part(0, 1, 2).at(1, 2);
  ProgressShare(Progress(), 5).done();
}

}  // namespace
}  // namespace hitokoe
