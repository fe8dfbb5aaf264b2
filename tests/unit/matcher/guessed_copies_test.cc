// How large a copy is that nobody fingerprinted, against a sum over all customers one by one.
#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "matcher/attribute/evidence.h"
#include "tests/unit/matcher/made_carrier.h"

namespace hitokoe::matcher::test {
namespace {

// The base K0 has one customer of each set of kBits holders: more kinds of customers than a guess
// is measured by. shop has some of them, and `giant` customers whom no other holder has.
constexpr int kBits = 13;
constexpr int kSmall = (1 << kBits) - 1;
constexpr int kLater = 300;  // days between the two copies of shop

class SizeOfAGuess : public testing::Test {
 protected:
  // shop's first copy has every second one of the small kinds, or none.
  void make(int giant, bool every_second) {
    base_ = kSmall + giant;
    auto held_by_shop = numbers(kSmall, base_);
    for (int n = 0; every_second && n < kSmall; n += 2) held_by_shop.push_back(n);
    shop_ = static_cast<int>(held_by_shop.size());
    carrier_.snapshot("K0", "kou", true, 0, numbers(0, base_));
    carrier_.snapshot("S1", "shop", false, 0, held_by_shop);
    for (int bit = 0; bit < kBits; ++bit) {
      std::vector<int> held;
      for (int n = 0; n < kSmall; ++n) {
        if (((n + 1) >> bit & 1) != 0) held.push_back(n);
      }
      carrier_.snapshot("H" + std::to_string(bit), "holder" + std::to_string(bit), false, 0, held);
    }
  }

  // |copy| of S9, which shop had later of the same base.
  double size(std::uint64_t records) {
    carrier_.build(folder_.path() / "kou");
    const auto day = [](int n) { return JstDay(std::chrono::days(20000 + n)); };
    registry::Delegation d;
    d.id = "D1";
    d.controller = d.from = "kou";
    d.to = "shop";
    registry::Snapshot first;
    first.id = "S1";
    first.controller = "kou";
    first.holder = "shop";
    first.delegation = "D1";
    first.source = "K0";
    first.as_of = first.on = day(0);
    first.records = static_cast<std::uint64_t>(shop_);
    first.items = {FieldId::kRef, FieldId::kName, FieldId::kPhone};
    auto second = first;
    second.id = "S9";
    second.as_of = second.on = day(kLater);
    second.records = records;
    const registry::Registry registry({}, {d}, {first, second});
    Leak leak;
    const std::array<RowPart, 1> parts = {carrier_.row(0, kSmall)};
    leak.add(parts);
    const std::array<CarrierView, 1> carriers = {carrier_.view()};
    EXPECT_GT(carriers[0].classes->size(), 8000U) << "more kinds of customers than are measured by";
    const auto e = gather(leak, carriers, registry, {}, rates_);
    for (const auto& c : e.components) {
      if (c.snapshot == "S9" && c.guessed) return std::exp(c.log_size);
    }
    ADD_FAILURE() << "S9 was not guessed";
    return 0;
  }

  // The same, of every customer: who was in the first copy stays, of the others some move in.
  double by_hand() const {
    const double moved = rates_.move * kLater / 365.25;
    return shop_ * (1 - moved) + (base_ - shop_) * moved * shop_ / base_;
  }

  ScratchFolder folder_;
  MadeCarrier carrier_{"kou"};
  Rates rates_;
  int base_ = 0, shop_ = 0;
};

TEST_F(SizeOfAGuess, CountsMostCustomersWhereTheyAreOfOneKind) {
  make(3 * kSmall, false);
  EXPECT_NEAR(size(1) / by_hand(), 1, 0.002);
}

TEST_F(SizeOfAGuess, IsThatOfItsPartWhereEveryKindIsSmall) {
  make(1, true);
  EXPECT_NEAR(size(1) / by_hand(), 1, 0.05);
}

TEST_F(SizeOfAGuess, IsWhatTheRegistrySaysWhereThatIsMore) {
  make(1, true);
  EXPECT_NEAR(size(50000), 50000, 1e-3);
}

}  // namespace
}  // namespace hitokoe::matcher::test
