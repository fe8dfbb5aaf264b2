// A day of hundreds of sources in a few minutes (ops/soak day), a short one here: whatever a list
// showed is on the disk as the site gave it, or in the ledger with the reason that the site gave;
// nothing is seen before it is captured; no host is asked earlier than it wants, whatever fails.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <sstream>

#include "tests/property/crawler/day_world.h"

namespace hitokoe::testing {
namespace {

void print(DayWorld& world) {
  const auto& s = world.seen;
  const auto& c = world.sites().counts;
  std::printf("requests %llu (lists %llu, items %llu, robots.txt %llu), faults %llu\n",
              static_cast<unsigned long long>(c.requests), static_cast<unsigned long long>(c.lists),
              static_cast<unsigned long long>(c.items), static_cast<unsigned long long>(c.robots),
              static_cast<unsigned long long>(c.faults));
  for (const auto& [name, count] : c.by_fault)
    std::printf("  %6llu  %s\n", static_cast<unsigned long long>(count), name.c_str());
  std::printf(
      "ends of the process %llu, full disks %llu (captures refused %llu, steps of the stores that "
      "failed %llu), clock "
      "set %llu, "
      "asleep %llu\n",
      static_cast<unsigned long long>(s.crashes), static_cast<unsigned long long>(s.full_disks),
      static_cast<unsigned long long>(s.refused_by_disk),
      static_cast<unsigned long long>(s.store_errors),
      static_cast<unsigned long long>(s.clock_steps), static_cast<unsigned long long>(s.sleeps));
  std::printf(
      "listed %llu = fetched %llu + missed %llu; published and never seen %llu; captures "
      "%llu, %llu of them cut; longest from list to list %lld min\n",
      static_cast<unsigned long long>(s.listed), static_cast<unsigned long long>(s.fetched),
      static_cast<unsigned long long>(s.missed), static_cast<unsigned long long>(s.unseen),
      static_cast<unsigned long long>(s.captures), static_cast<unsigned long long>(s.cut),
      static_cast<long long>(
          std::chrono::duration_cast<std::chrono::minutes>(s.longest_silence).count()));
  for (const auto& [reason, count] : s.missed_by_reason)
    std::printf("  %6llu  %s\n", static_cast<unsigned long long>(count), reason.c_str());
}

// HITOKOE_DAY="SOURCES HOURS SEED": that day instead of the short ones.
TEST(Day, LosesNothingAndBreaksNoRule) {
  std::uint64_t seed = 1;
  DayStory story{.publishing = std::chrono::hours(1),
                 .after = std::chrono::hours(9),
                 .sources = 12,
                 .crashes = 120,
                 .full_disks = 120,
                 .clock_steps = 96,
                 .sleeps = 48};
  const char* asked = std::getenv("HITOKOE_DAY");
  if (asked != nullptr) {
    int hours = 24;
    std::istringstream(asked) >> story.sources >> hours >> seed;
    story = {.publishing = std::chrono::hours(hours), .sources = story.sources};
  }
  DayWorld world(seed, story);
  ASSERT_NO_FATAL_FAILURE(world.live_through());
  ASSERT_NO_FATAL_FAILURE(world.audit());
  EXPECT_GT(world.seen.captures, story.sources);
  EXPECT_GT(world.sites().counts.faults, story.sources);
  print(world);
}

TEST(Day, IsTheSameForTheSameSeed) {
  const auto story = [](std::uint64_t seed) {
    DayWorld world(seed, {.publishing = std::chrono::minutes(40),
                          .after = std::chrono::minutes(1),
                          .sources = 6,
                          .crashes = 100,
                          .full_disks = 100,
                          .clock_steps = 48,
                          .sleeps = 48});
    world.live_through();
    return world.sites().trace;
  };
  const auto once = story(7);
  EXPECT_EQ(once, story(7));
  EXPECT_NE(once, story(8));
}

}  // namespace
}  // namespace hitokoe::testing
