#include "evaluation/worlds/world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "tests/unit/evaluation/small_world.h"

namespace hitokoe::evaluation::test {
namespace {

TEST(World, IsAFunctionOfItsSeed) {
  const World a(small_world(), 7);
  const World b(small_world(), 7);
  const World c(small_world(), 8);
  ASSERT_EQ(a.copies().size(), b.copies().size());
  for (std::size_t i = 0; i < a.copies().size(); ++i) {
    EXPECT_EQ(a.copies()[i].id, b.copies()[i].id);
    EXPECT_EQ(a.copies()[i].members, b.copies()[i].members);
    EXPECT_EQ(a.copies()[i].columns, b.copies()[i].columns);
  }
  EXPECT_NE(a.copies()[0].members, c.copies()[0].members);
}

TEST(World, EveryCopyIsAPartOfItsSource) {
  const World world(small_world(), 1);
  for (const auto& copy : world.copies()) {
    if (copy.own()) continue;
    const auto& source = world.copies()[static_cast<std::size_t>(copy.source)];
    EXPECT_TRUE(std::ranges::includes(source.members, copy.members));
    EXPECT_EQ(copy.columns & ~source.columns, 0);
    EXPECT_EQ(copy.as_of, source.as_of) << "values are those of the source, however stale";
    EXPECT_EQ(copy.carrier, source.carrier);
    EXPECT_GT(copy.on, source.on);
  }
}

TEST(World, OwnSnapshotsHoldWhoIsACustomerThatDay) {
  const World world(small_world(), 2);
  const auto& own = *std::ranges::find_if(
      world.copies(), [](const Copy& c) { return c.own() && c.carrier == 1 && c.as_of == 365; });
  for (std::uint32_t i = 0; i < world.people().contracts().size(); ++i) {
    const auto& c = world.people().contracts()[i];
    EXPECT_EQ(std::ranges::binary_search(own.members, i),
              c.carrier == 1 && c.from <= 365 && 365 < c.to);
  }
}

TEST(World, ListsTheHoldersOfEveryCustomer) {
  const World world(small_world(), 3);
  std::size_t listed = 0;
  for (std::uint32_t i = 0; i < world.people().contracts().size(); ++i) {
    for (const auto k : world.holders(i)) {
      EXPECT_TRUE(std::ranges::binary_search(world.copies()[k].members, i));
      ++listed;
    }
  }
  std::size_t members = 0;
  for (const auto& copy : world.copies()) members += copy.members.size();
  EXPECT_EQ(listed, members);
}

TEST(World, PlacesAreThoseOfTheHoldersFile) {
  const World world(small_world(), 4);
  bool seen_own_order = false;
  for (std::uint32_t k = 0; k < world.copies().size(); ++k) {
    const auto& copy = world.copies()[k];
    const auto order = world.in_file_order(copy);
    const auto places = world.places(k);
    for (std::size_t i = 0; i < places.size(); ++i) EXPECT_EQ(order[places[i]], copy.members[i]);
    seen_own_order = seen_own_order || order != copy.members;
  }
  EXPECT_TRUE(seen_own_order);
}

TEST(World, ValuesChangeAsOftenAsWasAsked) {
  auto options = small_world();
  options.customers = 20'000;
  const World world(options, 5);
  const double years = options.days / 365.25;
  const std::pair<Change, double> wanted[] = {{Change::kPhone, options.phone},
                                              {Change::kAddress, options.address},
                                              {Change::kEmail, options.email},
                                              {Change::kName, options.name},
                                              {Change::kPlan, options.plan}};
  for (const auto& [change, yearly] : wanted) {
    double changes = 0;
    for (std::uint32_t p = 0; p < options.customers; ++p) {
      changes += world.people().versions(p, change) - 1;
    }
    const double expected = yearly * years * options.customers;
    EXPECT_NEAR(changes, expected, 5 * std::sqrt(expected));
  }
}

TEST(World, SwitchersLeaveAndBegin) {
  const World world(small_world(), 6);
  std::map<std::uint32_t, std::vector<Contract>> by_person;
  for (const auto& c : world.people().contracts()) by_person[c.person].push_back(c);
  std::size_t switchers = 0;
  for (const auto& [person, list] : by_person) {
    std::set<int> carriers;
    for (const auto& c : list) carriers.insert(c.carrier);
    EXPECT_EQ(carriers.size(), list.size()) << "one contract with each carrier";
    for (const auto& a : list) {
      switchers += static_cast<std::size_t>(
          std::ranges::count_if(list, [&](const Contract& b) { return a.to == b.from; }));
    }
  }
  EXPECT_GT(switchers, 20U);
}

TEST(World, LeavesOutFingerprintsOfLaterCopiesOnly) {
  auto options = small_world();
  options.missing = 0.4;
  options.plan_field = false;
  const World world(options, 9);
  std::size_t missing = 0;
  std::size_t later = 0;
  for (const auto& copy : world.copies()) {
    EXPECT_FALSE(has(copy.columns, kPlanColumn));
    if (!copy.own()) continue;
    if (copy.as_of == 0) {
      EXPECT_TRUE(copy.fingerprinted);
    }
  }
  for (const auto& d : world.delegations()) {
    EXPECT_TRUE(world.copies()[d.copies.front()].fingerprinted);
    for (std::size_t i = 1; i < d.copies.size(); ++i) {
      ++later;
      missing += world.copies()[d.copies[i]].fingerprinted ? 0U : 1U;
    }
  }
  const auto n = static_cast<double>(later);
  EXPECT_NEAR(static_cast<double>(missing), 0.4 * n, 4 * std::sqrt(0.24 * n));
}

TEST(World, RegistryNamesEveryHandover) {
  const World world(small_world(), 10);
  const auto registry = world.registry();
  for (const auto& copy : world.copies()) {
    const auto* s = registry.snapshot(copy.id);
    ASSERT_NE(s, nullptr);
    EXPECT_EQ(s->holder, world.parties()[copy.party]);
    EXPECT_EQ(registry.chain(*s).back(), world.parties()[copy.carrier]);
    if (!copy.own()) {
      EXPECT_NE(registry.delegation(s->delegation), nullptr);
      EXPECT_NE(registry.snapshot(s->source), nullptr);
    }
  }
}

}  // namespace
}  // namespace hitokoe::evaluation::test
