// Holders whose files have no customer numbers: whom their records are, and what their files say.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/matcher/people.h"

namespace hitokoe::matcher::test {
namespace {

using enum FieldId;
using Columns = std::vector<FieldId>;

const Columns kNight = {kRef, kName, kPhone, kEmail};

std::vector<Person> people(unsigned from, unsigned to, unsigned step = 1) {
  std::vector<Person> out;
  for (unsigned n = from; n < to; n += step) out.push_back(person(n));
  return out;
}

ScanReport scan_in(World& world, const std::vector<Person>& who, const Columns& columns) {
  auto exposure = Exposure::begin(world.index(), world.shared_registry(), world.keys(), {});
  EXPECT_TRUE(exposure->add("paste", as_bytes(csv(who, columns)), ""));
  return std::move(exposure->finish().value());
}

// kou's base, callco with a half of it, night with a part of that; what shop has, without numbers,
// is each test's.
class WithoutNumbers : public testing::Test {
 protected:
  WithoutNumbers() : world_(kRegistry) {
    world_.add("K0", held(people(0, 1200), kAllColumns));
    world_.add("S1", held(people(0, 1200, 2), kAllColumns));
    world_.add("S2", held(people(0, 1200, 12), kNight), {.columns = kNight});
  }
  void shop_has(const std::vector<Person>& who, const Columns& columns) {
    world_.add("S3", held(who, columns), {.columns = columns});
  }
  std::uint64_t linked() {
    const auto list = world_.writer()->list().value();
    return std::ranges::find(list, "S3", &SnapshotEntry::snapshot)->linked;
  }
  ScanReport scan(const std::vector<Person>& who, const Columns& columns) {
    return scan_in(world_, who, columns);
  }
  World world_;
};

const HolderResult& holder(const ScanReport& r, const std::string& party) {
  const auto at = std::ranges::find(r.holders, party, &HolderResult::party);
  if (at == r.holders.end()) throw std::runtime_error("no such holder: " + party);
  return *at;
}

TEST_F(WithoutNumbers, ARecordIsLinkedByWhatWouldResolveALeakedRow) {
  const auto all = people(0, 80, 8);
  for (const auto& columns : {Columns{kName, kPhone}, Columns{kPhone, kEmail},
                              Columns{kPhone, kBirthdate}, Columns{kName, kAddress}}) {
    shop_has(all, columns);
    EXPECT_EQ(linked(), all.size()) << identity::field_info(columns[1]).name;
    ASSERT_TRUE(world_.writer()->drop("S3"));
  }
}

// It is known to be one of the carrier's customers: what hardly two of them share tells which.
TEST_F(WithoutNumbers, OneTellingValueIsEnoughButNoTelephoneAndNoHouse) {
  const auto all = people(0, 80, 8);
  for (const auto& columns :
       {Columns{kName, kBirthdate}, Columns{kKana, kBirthdate}, Columns{kEmail, kPostal}}) {
    shop_has(all, columns);
    EXPECT_EQ(linked(), all.size()) << identity::field_info(columns[0]).name;
    ASSERT_TRUE(world_.writer()->drop("S3"));
  }
  for (const auto& columns :
       {Columns{kPhone, kPostal}, Columns{kAddress, kPostal}, Columns{kBirthdate, kPostal}}) {
    shop_has(all, columns);
    EXPECT_EQ(linked(), 0U) << identity::field_info(columns[0]).name;
    ASSERT_TRUE(world_.writer()->drop("S3"));
  }
}

TEST_F(WithoutNumbers, WhatTwoCustomersShareLinksNeither) {
  auto twin = people(0, 1);
  twin[0].ref += "9";
  twin[0].phone = "070-0999-9999";
  twin[0].email = "twin@example.jp";
  world_.add("K1", held(twin, kAllColumns));
  shop_has(people(0, 1), {kName, kBirthdate});
  EXPECT_EQ(linked(), 0U);
}

TEST_F(WithoutNumbers, TheTelephoneOfOneBesideTheNameOfAnotherIsNobody) {
  auto mixed = people(0, 80, 8);
  for (auto& p : mixed) p.name += "郎";
  shop_has(mixed, {kName, kPhone});
  EXPECT_EQ(linked(), 0U);
}

TEST_F(WithoutNumbers, TheLeakOfSuchAFileIsNamed) {
  const Columns columns = {kName, kPhone};
  shop_has(people(0, 1200, 8), columns);
  const auto r = scan(people(0, 640, 8), columns);
  EXPECT_EQ(r.matched_rows, 80U);
  ASSERT_EQ(r.verdict, Verdict::kNamed) << r.summary.en;
  EXPECT_EQ(r.holders[0].party, "shop");
  EXPECT_EQ(r.holders[0].contradicting_rows, 0U);
}

// Three of its values agree beside two strong ones: what stands in a key is known to be the same.
TEST_F(WithoutNumbers, WeakValuesOfSuchAFileAgree) {
  const Columns columns = {kName, kKana, kPhone, kEmail, kPostal, kAddress, kBirthdate};
  shop_has(people(0, 1200, 8), columns);
  const auto r = scan(people(0, 640, 8), columns);
  EXPECT_EQ(holder(r, "shop").matched_rows, 80U);
  EXPECT_EQ(holder(r, "shop").contradicting_rows, 0U);
  EXPECT_EQ(r.verdict, Verdict::kNamed) << r.summary.en;
}

// A postal code beside neither name nor reading stands in no key.
TEST_F(WithoutNumbers, WhatNothingTellsOfSuchAFileIsNoContradiction) {
  const Columns columns = {kPhone, kEmail, kPostal};
  shop_has(people(0, 1200, 8), columns);
  const auto r = scan(people(0, 640, 8), columns);
  EXPECT_EQ(holder(r, "shop").contradicting_rows, 0U);
  ASSERT_EQ(r.verdict, Verdict::kNamed) << r.summary.en;
  EXPECT_EQ(r.holders[0].party, "shop");
}

TEST_F(WithoutNumbers, ANameFromAnotherTimeSpeaksAgainstIt) {
  auto later = people(0, 1200);
  for (auto& p : later) p.name = "新" + p.name;
  world_.add("K1", held(later, kAllColumns));
  const Columns columns = {kName, kPhone, kEmail};
  shop_has(people(0, 1200, 8), columns);
  EXPECT_EQ(linked(), 150U);
  auto changed = people(0, 640, 8);
  const auto then = scan(changed, columns);
  for (auto& p : changed) p.name = "新" + p.name;
  const auto now = scan(changed, columns);
  EXPECT_EQ(then.matched_rows, 80U);
  EXPECT_EQ(now.matched_rows, 80U);
  EXPECT_LT(holder(now, "shop").decibans.dates, holder(then, "shop").decibans.dates - 20);
}

TEST_F(WithoutNumbers, ANewBaseLinksAnewAndAFileThatGoesLeavesNoTrace) {
  const auto before = spell_out(*world_.index());
  shop_has(people(0, 1200, 8), {kName, kPhone, kAddress});
  const auto with = spell_out(*world_.index());
  ASSERT_TRUE(world_.writer()->rebuild());
  EXPECT_EQ(spell_out(*world_.index()), with);
  auto later = people(0, 1200);
  for (auto& p : later) p.name = "新" + p.name;
  world_.add("K1", held(later, kAllColumns));
  ASSERT_TRUE(world_.writer()->drop("K1"));
  EXPECT_EQ(spell_out(*world_.index()), with);
  ASSERT_TRUE(world_.writer()->drop("S3"));
  EXPECT_EQ(spell_out(*world_.index()), before);
}

// Without the carrier's own base nothing is linked: shop's record and callco's customer may be one.
TEST(WithoutABase, ARecordWithoutNumberDoesNotHideACustomerWhoHasOne) {
  World world(kRegistry);
  world.add("S1", held(people(0, 80, 2), kAllColumns));
  world.add("S3", held(people(0, 80, 8), {kName, kPhone}), {.columns = {kName, kPhone}});
  const auto r = scan_in(world, people(0, 80, 8), {kName, kPhone});
  EXPECT_EQ(r.matched_rows, 10U);
  EXPECT_EQ(r.ambiguous_rows, 0U);
  EXPECT_EQ(holder(r, "callco").matched_rows, 10U);
}

}  // namespace
}  // namespace hitokoe::matcher::test
