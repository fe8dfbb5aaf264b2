// A dump that older leaks had already.
#include <gtest/gtest.h>

#include <algorithm>

#include "hitokoe/matcher/known_leaks.h"
#include "tests/unit/matcher/people.h"

namespace hitokoe::matcher::test {
namespace {

std::vector<Person> people(unsigned from, unsigned to, unsigned step = 1) {
  std::vector<Person> out;
  for (unsigned n = from; n < to; n += step) out.push_back(person(n));
  return out;
}

class Recirculated : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    world_ = std::make_unique<World>(kRegistry);
    world_->add("K0", held(people(0, 1200), kAllColumns));
    world_->add("S1", held(people(0, 1200, 2), kAllColumns));
    world_->add("S3", held(people(0, 1200, 3), kAllColumns));
  }
  static void TearDownTestSuite() { world_.reset(); }

  static ScanReport scan(const std::vector<Person>& rows, const std::vector<FieldId>& fields,
                         KnownLeaks known) {
    Options options;
    options.known_leaks = std::make_shared<const KnownLeaks>(std::move(known));
    auto exposure =
        Exposure::begin(world_->index(), world_->shared_registry(), world_->keys(), options);
    EXPECT_TRUE(exposure->add("paste", as_bytes(csv(rows, fields)), {}));
    return std::move(exposure->finish().value());
  }
  static KnownLeak leak(const std::string& id, const std::vector<Person>& rows,
                        const std::vector<FieldId>& fields = kFew) {
    KnownLeak out;
    out.id = id;
    for (const auto& s : scan(rows, fields, {}).subjects) {
      out.subjects[s.controller].push_back({s.y_ref, s.fields});
    }
    return out;
  }

  static inline const std::vector<FieldId> kFew = {FieldId::kRef, FieldId::kName, FieldId::kPhone};
  static std::unique_ptr<World> world_;
};
std::unique_ptr<World> Recirculated::world_;

TEST_F(Recirculated, TheSameSetInAnotherOrder) {
  auto rows = people(0, 600, 2);
  const auto older = leak("INC-1", rows);
  std::ranges::reverse(rows);
  const auto r = scan(rows, kFew, {older});
  ASSERT_TRUE(r.recirculation);
  EXPECT_EQ(r.recirculation->kind, "same");
  EXPECT_EQ(r.recirculation->new_subjects, 0U);
  EXPECT_EQ(r.recirculation->known_subjects, 300U);
  EXPECT_EQ(r.recirculation->subjects_new_items, 0U);
  ASSERT_EQ(r.known_leaks.size(), 1U);
  EXPECT_EQ(r.known_leaks[0].incident, "INC-1");
  EXPECT_EQ(r.known_leaks[0].subjects, 300U);
  EXPECT_EQ(r.known_leaks[0].rows, 300U);
  EXPECT_NE(r.verdict, Verdict::kNamed) << "nobody leaked anew";
}

TEST_F(Recirculated, APartAndSeveralTogether) {
  const KnownLeaks older = {leak("INC-1", people(0, 600, 2)), leak("INC-2", people(601, 1200, 2))};
  EXPECT_EQ(scan(people(0, 300, 2), kFew, older).recirculation->kind, "subset");
  auto both = people(0, 300, 2);
  const auto more = people(601, 900, 2);
  both.insert(both.end(), more.begin(), more.end());
  const auto r = scan(both, kFew, older);
  EXPECT_EQ(r.recirculation->kind, "merge");
  EXPECT_EQ(r.known_leaks.size(), 2U);
  EXPECT_EQ(r.recirculation->new_subjects, 0U);
}

TEST_F(Recirculated, OnlyNewPeopleAndNewFieldsAreNews) {
  const auto older = leak("INC-1", people(0, 300, 2));
  const auto r = scan(people(200, 400, 2), kAllColumns, {older});
  EXPECT_EQ(r.recirculation->kind, "partly");
  EXPECT_EQ(r.recirculation->known_subjects, 50U);
  EXPECT_EQ(r.recirculation->new_subjects, 50U);
  EXPECT_EQ(r.recirculation->subjects_new_items, 50U);
  EXPECT_TRUE(r.recirculation->new_items.contains(FieldId::kEmail));
  EXPECT_FALSE(r.recirculation->new_items.contains(FieldId::kPhone));
}

TEST_F(Recirculated, WhatIsNewIsAttributedBesideTheOlderDump) {
  // An older dump of the whole base, and rows of shop's copy mixed in.
  std::vector<Person> old;
  for (unsigned n = 0; n < 1200; n += 5) old.push_back(person(n));
  const auto older = leak("INC-1", old);
  auto rows = old;
  const auto fresh = people(0, 1200, 3);
  rows.insert(rows.end(), fresh.begin(), fresh.begin() + 150);
  const auto r = scan(rows, kFew, {older});
  EXPECT_EQ(r.recirculation->kind, "partly");
  ASSERT_EQ(r.holders[0].party, "shop") << r.summary.en;
  EXPECT_GT(r.holders[0].probability, 0.9);
}

TEST_F(Recirculated, AnIncidentThatGoesOnIsNoSource) {
  const auto rows = people(0, 600, 3);
  auto older = leak("INC-1", rows);
  older.as_source = false;
  const auto r = scan(rows, kFew, {older});
  EXPECT_EQ(r.recirculation->kind, "same");
  EXPECT_EQ(r.holders[0].party, "shop");
  EXPECT_GT(r.holders[0].probability, 0.9) << r.summary.en;
}

}  // namespace
}  // namespace hitokoe::matcher::test
