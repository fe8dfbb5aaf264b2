#include <gtest/gtest.h>

#include <set>

#include "hitokoe/base/random.h"
#include "tests/oracle/campaign/slow_join.h"

namespace hitokoe::incident::campaign::slow {
namespace {

std::vector<std::size_t> join(std::vector<JoinSubject> s) { return join_persons(s); }

TEST(Join, OneRowTheSameNameAndOneContactMakeOnePerson) {
  EXPECT_EQ(
      join({{"kou", {1}, "山田太郎", "t@a.test", ""}, {"otsu", {1}, "山田太郎", "t@a.test", ""}}),
      (std::vector<std::size_t>{0, 0}));
  EXPECT_EQ(join({{"kou", {1, 2}, "山田太郎", "", "+8190"},
                  {"otsu", {2}, "山田太郎", "x@a.test", "+8190"}}),
            (std::vector<std::size_t>{0, 0}));
}

TEST(Join, AFamilyThatSharesPhoneAndMailStaysApart) {
  EXPECT_EQ(join({{"kou", {1}, "山田太郎", "f@a.test", "+813"},
                  {"otsu", {1}, "山田花子", "f@a.test", "+813"}}),
            (std::vector<std::size_t>{0, 1}));
}

TEST(Join, WithoutALeakedRowInCommonNothingIsJoined) {
  EXPECT_EQ(
      join({{"kou", {1}, "山田太郎", "t@a.test", ""}, {"otsu", {2}, "山田太郎", "t@a.test", ""}}),
      (std::vector<std::size_t>{0, 1}));
}

TEST(Join, WithoutAContactInCommonNothingIsJoined) {
  EXPECT_EQ(join({{"kou", {1}, "山田太郎", "", ""}, {"otsu", {1}, "山田太郎", "", ""}}),
            (std::vector<std::size_t>{0, 1}));
  EXPECT_EQ(join({{"kou", {1}, "山田太郎", "a@a.test", "+811"},
                  {"otsu", {1}, "山田太郎", "b@a.test", "+812"}}),
            (std::vector<std::size_t>{0, 1}));
  EXPECT_EQ(join({{"kou", {1}, "", "a@a.test", ""}, {"otsu", {1}, "", "a@a.test", ""}}),
            (std::vector<std::size_t>{0, 1}));
}

TEST(Join, TwoContractsWithOneCarrierAreNotJoinedByThemselves) {
  EXPECT_EQ(
      join({{"kou", {1}, "山田太郎", "t@a.test", ""}, {"kou", {1}, "山田太郎", "t@a.test", ""}}),
      (std::vector<std::size_t>{0, 1}));
}

TEST(Join, GoesOnOverAThirdCarrier) {
  EXPECT_EQ(join({{"hei", {9}, "山田太郎", "t@a.test", ""},
                  {"kou", {1}, "山田太郎", "", "+811"},
                  {"otsu", {1, 9}, "山田太郎", "t@a.test", "+811"}}),
            (std::vector<std::size_t>{0, 0, 0}));
}

// The rule written down as it is said, pair by pair, then closed by searching.
std::vector<std::size_t> oracle(const std::vector<JoinSubject>& s) {
  const auto pair = [&](std::size_t i, std::size_t j) {
    if (s[i].controller == s[j].controller || s[i].name_key.empty()) return false;
    bool row = false;
    for (auto a : s[i].rows) {
      for (auto b : s[j].rows) row = row || a == b;
    }
    const bool mail = !s[i].email.empty() && s[i].email == s[j].email;
    const bool phone = !s[i].phone.empty() && s[i].phone == s[j].phone;
    return row && s[i].name_key == s[j].name_key && (mail || phone);
  };
  std::vector<std::size_t> out(s.size(), SIZE_MAX);
  for (std::size_t start = 0; start < s.size(); ++start) {
    if (out[start] != SIZE_MAX) continue;
    std::vector<std::size_t> open{start};
    while (!open.empty()) {
      const auto i = open.back();
      open.pop_back();
      out[i] = start;
      for (std::size_t j = 0; j < s.size(); ++j) {
        if (out[j] == SIZE_MAX && pair(i, j)) open.push_back(j);
      }
    }
  }
  return out;
}

TEST(Join, EqualsTheRuleAppliedPairByPair) {
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    SeededRandom random(seed);
    std::vector<JoinSubject> s(1 + random.below(30));
    for (auto& one : s) {
      one.controller = std::string(1, static_cast<char>('a' + random.below(4)));
      for (auto n = random.below(4); n > 0; --n) one.rows.push_back(random.below(12));
      if (random.below(8) != 0) one.name_key = "n" + std::to_string(random.below(3));
      if (random.below(3) != 0) one.email = "e" + std::to_string(random.below(4));
      if (random.below(3) != 0) one.phone = "p" + std::to_string(random.below(4));
    }
    ASSERT_EQ(join_persons(s), oracle(s)) << "seed " << seed;
  }
}

}  // namespace
}  // namespace hitokoe::incident::campaign::slow
