// Decoys that a delegator mixed into a handover: from the sealed list to the report.
#include <gtest/gtest.h>

#include <algorithm>

#include "hitokoe/matcher/known_leaks.h"
#include "hitokoe/matcher/sweep.h"
#include "tests/unit/matcher/people.h"

namespace hitokoe::matcher::test {
namespace {

std::vector<Person> people(unsigned from, unsigned to, unsigned step = 1) {
  std::vector<Person> out;
  for (unsigned n = from; n < to; n += step) out.push_back(person(n));
  return out;
}

std::vector<Person> with(std::vector<Person> some, const std::vector<Person>& more) {
  some.insert(some.end(), more.begin(), more.end());
  return some;
}

const FileOptions kByKou = {.signer = "kou", .party = "kou", .delegation = "own:kou"};

// Persons from 5000 on are nobody's customers: kou mixed 5000 … 5003 into S1, 5010 … into S3, and
// callco 5020 … into what it gave to night.
class Canaries : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    world_ = std::make_unique<World>(kRegistry);
    world_->add("K0", held(people(0, 600), kAllColumns));
    world_->add("S1", held(with(people(0, 600, 2), people(5000, 5004)), kAllColumns));
    world_->add("S2", held(with(people(0, 600, 8), people(5020, 5022)), kNight),
                {.columns = kNight});
    world_->add("S3", held(with(people(0, 600, 2), people(5010, 5013)), kAllColumns));
    world_->add("canaries:S1:1", held(people(5000, 5004), kAllColumns), kByKou);
    world_->add("canaries:S3:1", held(people(5010, 5012), kAllColumns), kByKou);
    world_->add("canaries:S3:2", held(people(5012, 5013), kAllColumns), kByKou);
    world_->add("canaries:S2:1", held(people(5020, 5022), kNight),
                {.columns = kNight, .signer = "callco", .party = "callco", .delegation = "D1"});
  }
  static void TearDownTestSuite() { world_.reset(); }

  static ScanReport scan(std::string_view text, Options options = {}) {
    auto exposure = Exposure::begin(world_->index(), world_->shared_registry(), world_->keys(),
                                    std::move(options));
    EXPECT_TRUE(exposure->add("paste", as_bytes(text), {}));
    return std::move(exposure->finish().value());
  }

  static inline const std::vector<FieldId> kNight = {FieldId::kRef, FieldId::kName, FieldId::kPhone,
                                                     FieldId::kEmail};
  static std::unique_ptr<World> world_;
};
std::unique_ptr<World> Canaries::world_;

TEST_F(Canaries, TellTwinsApart) {
  // callco and shop have the same customers.
  const auto without = scan(csv(people(0, 400, 2), kAllColumns));
  EXPECT_EQ(without.verdict, Verdict::kIndistinguishable);
  ASSERT_TRUE(without.tell_apart);
  const auto r = scan(csv(with(people(0, 400, 2), people(5011, 5012)), kAllColumns));
  ASSERT_EQ(r.verdict, Verdict::kNamed) << r.summary.en;
  EXPECT_EQ(r.holders[0].party, "shop");
  EXPECT_GT(r.holders[0].decibans.canary, 30);
  ASSERT_EQ(r.canaries.size(), 1U);
  EXPECT_EQ(r.canaries[0].handover, "S3");
  EXPECT_EQ(r.canaries[0].party, "shop");
  EXPECT_EQ(r.canaries[0].canaries, 1U);
  EXPECT_EQ(r.canaries[0].rows, 1U);
}

TEST_F(Canaries, AreNoCustomers) {
  const auto r = scan(csv(with(people(0, 100, 2), people(5000, 5003)), kAllColumns));
  EXPECT_EQ(r.matched_subjects, 50U);
  EXPECT_EQ(std::ranges::count_if(r.subjects, [](const auto& s) { return s.canary; }), 3);
  for (const auto& h : r.holders) EXPECT_LE(h.matched_rows, 53U) << h.party;
}

TEST_F(Canaries, OneStrongValueIsEnough) {
  const auto r = scan("連絡先 " + person(5001).phone + "\n");
  ASSERT_EQ(r.canaries.size(), 1U);
  EXPECT_EQ(r.canaries[0].handover, "S1");
}

TEST_F(Canaries, AListForAHandoverIsAllItsLists) {
  const auto r = scan(csv(people(5010, 5013), kAllColumns));
  ASSERT_EQ(r.canaries.size(), 1U);
  EXPECT_EQ(r.canaries[0].canaries, 3U);
}

TEST_F(Canaries, OfASubContractorPointToItsHandover) {
  const auto r = scan(csv(with(people(0, 400, 8), people(5020, 5022)), kNight));
  ASSERT_EQ(r.canaries.size(), 1U);
  EXPECT_EQ(r.canaries[0].party, "night");
  ASSERT_EQ(r.verdict, Verdict::kNamed) << r.summary.en;
  EXPECT_EQ(r.holders[0].party, "night");
}

TEST_F(Canaries, TellWhatDescendsFromTheHandover) {
  const auto r = scan(csv(people(5000, 5002), kAllColumns));
  ASSERT_EQ(r.canaries.size(), 1U);
  EXPECT_EQ(r.canaries[0].descended, std::vector<std::string>{"S2"});
}

TEST_F(Canaries, OneInTwoLeaksIsTold) {
  const auto first = scan(csv(people(5000, 5002), kAllColumns));
  KnownLeak older;
  older.id = "INC-1";
  for (const auto& s : first.subjects) older.subjects[s.controller].push_back({s.y_ref, s.fields});
  Options options;
  options.known_leaks = std::make_shared<const KnownLeaks>(KnownLeaks{older});
  const auto again = scan(csv(people(5001, 5003), kAllColumns), options);
  ASSERT_EQ(again.canaries.size(), 1U);
  EXPECT_EQ(again.canaries[0].seen_in, std::vector<std::string>{"INC-1"});
  const auto other = scan(csv(people(5003, 5004), kAllColumns), options);
  ASSERT_EQ(other.canaries.size(), 1U);
  EXPECT_TRUE(other.canaries[0].seen_in.empty());
}

TEST_F(Canaries, ASweepCountsThemForNobody) {
  auto sweep = Sweep::begin(world_->index(), {});
  sweep->add("dump", as_bytes(person(5000).phone + "\n" + person(5000).email + "\n"));
  const auto report = sweep->finish();
  ASSERT_TRUE(report);
  for (const auto& carrier : report.value().carriers) {
    for (const auto& holder : carrier.holders) EXPECT_NE(holder.party, "kou");
  }
}

TEST_F(Canaries, AListThatNamesACustomerMakesNoDecoyOfHim) {
  World world(kRegistry);
  world.add("K0", held(people(0, 20), kAllColumns));
  world.add("S1", held(people(0, 20, 2), kAllColumns));
  world.add("canaries:S1:1", held(people(4, 5), kAllColumns), kByKou);
  auto exposure = Exposure::begin(world.index(), world.shared_registry(), world.keys(), {});
  ASSERT_TRUE(exposure->add("paste", as_bytes(csv(people(4, 5), kAllColumns)), {}));
  const auto r = exposure->finish().value();
  EXPECT_EQ(r.matched_subjects, 1U);
  EXPECT_TRUE(r.canaries.empty());
}

TEST(CanaryList, IsRefusedFromAnybodyButTheDelegator) {
  World world(kRegistry);
  const auto refused = [&](const std::string& list, const FileOptions& options) {
    const auto added =
        world.writer()->add(world.file(list, held(people(5000, 5002), kAllColumns), options));
    ASSERT_FALSE(added) << list;
    EXPECT_EQ(added.error().code, Errc::kForbidden) << added.error().detail;
  };
  refused("canaries:S1:1", {.signer = "callco", .party = "callco", .delegation = "D1"});
  refused("canaries:S2:1", kByKou);
  refused("canaries:S1:1", {.signer = "shop", .party = "kou", .delegation = "own:kou"});
  refused("canaries:S1:1", {.signer = "kou", .party = "kou", .delegation = "D3"});
  refused("canaries:K0:1", kByKou);
  EXPECT_TRUE(world.writer()->add(
      world.file("canaries:S1:1", held(people(5000, 5002), kAllColumns), kByKou)));
  const auto list = world.writer()->list();
  ASSERT_TRUE(list);
  ASSERT_EQ(list.value().size(), 1U);
  EXPECT_TRUE(list.value()[0].canaries);
}

}  // namespace
}  // namespace hitokoe::matcher::test
