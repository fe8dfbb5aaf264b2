#include "drill/world.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "drill/leak.h"
#include "hitokoe/registry/model.h"
#include "hitokoe/text/charset.h"

namespace hitokoe::drill {
namespace {

const World& world() {
  static const World the(1);
  return the;
}

TEST(WorldTest, IsTheSameForTheSameSeedAndAnotherForAnother) {
  const World again(1);
  const World other(2);
  const auto& holding = world().holdings().back();
  EXPECT_EQ(again.csv(again.holdings().back()), world().csv(holding));
  EXPECT_NE(other.csv(other.holdings().back()), world().csv(holding));
  EXPECT_EQ(make_leak(again, 1).bytes, make_leak(world(), 1).bytes);
  EXPECT_NE(make_leak(world(), 3).bytes, make_leak(world(), 1).bytes);
}

TEST(WorldTest, HasTheSizeThatTheExercisePromises) {
  EXPECT_EQ(world().people().size(), 20'000U);
  EXPECT_EQ(world().carriers().size(), 2U);
  EXPECT_NEAR(static_cast<double>(world().shared_people()), 3000, 200);
  std::set<std::string> contractors, sub_contractors;
  for (const auto& h : world().holdings()) {
    if (h.own) continue;
    const bool first = world().holding(h.source)->own;
    (first ? contractors : sub_contractors).insert(h.holder);
  }
  EXPECT_EQ(contractors.size(), 5U);
  EXPECT_EQ(sub_contractors.size(), 3U);
}

TEST(WorldTest, HasNobodysPhoneAndNoMailOutsideTest) {
  for (const auto& p : world().people()) {
    ASSERT_EQ(p.phone.size(), 11U);
    ASSERT_EQ(p.phone[3], '0') << "a number that somebody could have";
    ASSERT_TRUE(p.email.empty() || p.email.ends_with(".test"));
  }
}

TEST(WorldTest, EveryHolderHasLessThanWhoGaveItAndOnlyTheirCustomers) {
  for (const auto& h : world().holdings()) {
    ASSERT_FALSE(h.customers.empty()) << h.snapshot;
    if (h.own) continue;
    const auto& above = world().holding(h.source)->customers;
    EXPECT_LT(h.customers.size(), above.size() * 9 / 10) << h.snapshot;
    EXPECT_TRUE(std::includes(above.begin(), above.end(), h.customers.begin(), h.customers.end()));
  }
}

TEST(WorldTest, ItsRegistryIsAcceptedWithoutFindings) {
  const auto registry = registry::parse_registry(world().registry_yaml(), "registry.yaml");
  ASSERT_TRUE(registry) << registry.error().detail;
  EXPECT_EQ(registry.value().snapshots().size(), world().holdings().size());
  EXPECT_TRUE(registry.value().findings(parse_day("2026-11-25").value()).empty());
}

TEST(WorldTest, WritesEveryFileInItsCompanysCharset) {
  for (const auto& h : world().holdings()) {
    const auto bytes = world().csv(h);
    const bool cp932 = world().company(h.holder).notation.cp932;
    const auto charset = cp932 ? text::Charset::kShiftJis : text::Charset::kUtf8;
    const auto decoded = text::decode(as_bytes(bytes), charset);
    EXPECT_EQ(decoded.undecodable, 0U) << h.snapshot;
    EXPECT_EQ(decoded.utf8.find('?'), std::string::npos) << h.snapshot << ": CP932 lacks something";
    const auto lines = std::count(decoded.utf8.begin(), decoded.utf8.end(), '\n');
    EXPECT_EQ(static_cast<std::size_t>(lines), h.customers.size() + 1);
  }
}

TEST(LeakTest, HoldsOnlyRowsOfItsSnapshotAndSomeJunk) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const auto leak = make_leak(world(), seed);
    const auto* source = world().holding(leak.snapshot);
    ASSERT_NE(source, nullptr);
    EXPECT_EQ(source->holder, leak.culprit);
    EXPECT_FALSE(source->own);
    EXPECT_LE(leak.people.size(), leak.rows);
    EXPECT_GE(leak.rows, 300U);
    const auto lines = std::count(leak.bytes.begin(), leak.bytes.end(), '\n');
    EXPECT_EQ(static_cast<std::size_t>(lines), leak.rows + leak.junk + 1);
  }
}

TEST(LeakTest, ChoosesDifferentCulprits) {
  std::set<std::string> culprits;
  for (std::uint64_t seed = 1; seed <= 60; ++seed)
    culprits.insert(make_leak(world(), seed).culprit);
  EXPECT_GE(culprits.size(), 6U);
}

TEST(PastesTest, HideTheLeakAmongOthersUnderDistinctKeys) {
  const auto leak = make_leak(world(), 1);
  const auto pastes = make_pastes(leak, 1);
  std::set<std::string> keys;
  for (const auto& p : pastes) keys.insert(p.key);
  EXPECT_EQ(keys.size(), pastes.size());
  EXPECT_EQ(std::count_if(pastes.begin(), pastes.end(),
                          [&](const Paste& p) { return p.bytes == leak.bytes; }),
            1);
  EXPECT_TRUE(
      std::any_of(pastes.begin(), pastes.end(), [](const Paste& p) { return p.bytes.empty(); }));
}

TEST(NotationTest, QuotesCellsThatNeedIt) {
  EXPECT_EQ(csv_cell("a"), "a");
  EXPECT_EQ(csv_cell("a,\"b\"\n"), "\"a,\"\"b\"\"\n\"");
}

}  // namespace
}  // namespace hitokoe::drill
