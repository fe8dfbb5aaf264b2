#include "matcher/attribute/row_order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

namespace hitokoe::matcher {
namespace {

std::vector<std::uint32_t> ranks(std::size_t n) {
  std::vector<std::uint32_t> out(n);
  std::iota(out.begin(), out.end(), 0U);
  return out;
}

TEST(OrderEvidence, SpeaksForAFileWhoseOrderTheLeakKept) {
  EXPECT_DOUBLE_EQ(order_evidence(ranks(40), {}), kMostOrder);
  const double few = order_evidence(ranks(10), {});
  EXPECT_GT(few, 3);
  EXPECT_LE(few, kMostOrder);
}

TEST(OrderEvidence, SpeaksLittleAgainstAShuffledLeak) {
  auto some = ranks(500);
  std::ranges::shuffle(some, std::mt19937(1));
  EXPECT_NEAR(order_evidence(some, {}), std::log(0.5), 1e-6);
}

TEST(OrderEvidence, IsNothingForAFewRows) {
  EXPECT_EQ(order_evidence({}, {}), 0);
  EXPECT_EQ(order_evidence(ranks(5), {}), 0);
}

TEST(ColumnOrder, SeesASortedColumnUpAndDown) {
  for (const bool down : {false, true}) {
    ColumnOrder order;
    for (int i = 0; i < 60; ++i) {
      const std::string ref = std::to_string(1000 + (down ? 60 - i : i));
      const std::string name = i % 3 == 0 ? "佐藤" : i % 3 == 1 ? "青木" : "渡辺";
      const std::array<identity::FieldValue, 2> row = {
          {{identity::FieldId::kRef, ref}, {identity::FieldId::kName, name}}};
      order.see(row);
    }
    EXPECT_TRUE(order.sorted());
  }
}

TEST(ColumnOrder, SeesNoOrderInAnotherFile) {
  ColumnOrder order;
  std::mt19937 random(2);
  for (int i = 0; i < 200; ++i) {
    const std::string ref = std::to_string(random());
    const std::array<identity::FieldValue, 1> row = {{{identity::FieldId::kRef, ref}}};
    order.see(row);
  }
  EXPECT_FALSE(order.sorted());
}

}  // namespace
}  // namespace hitokoe::matcher
