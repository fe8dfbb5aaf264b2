// What is shown of holders where several reports speak of them.
#include <gtest/gtest.h>

#include "hitokoe/incident/incident.h"

namespace hitokoe::incident {
namespace {

HolderRecord holder(std::string party, std::uint32_t itself, std::uint32_t passed_on,
                    bool nameable) {
  HolderRecord h;
  h.party = std::move(party);
  h.probability_e6 = itself;
  h.passed_on_e6 = passed_on;
  h.nameable = nameable;
  h.matched_rows = itself / 10000;
  return h;
}

std::vector<IncidentHolder> shown(const std::vector<std::vector<HolderRecord>>& reports) {
  Incident in;
  in.id = "INC-20260401-0001";
  for (const auto& holders : reports) {
    auto& e = in.exposures.emplace_back();
    e.id = "exp-" + std::to_string(in.exposures.size());
    e.holders = holders;
  }
  const auto rules = ClockRules::parse(ClockRules::kBuiltIn, "clocks.yaml").value();
  const auto holidays = Holidays::parse(Holidays::kBuiltIn, "holidays.yaml").value();
  return view_of(in, Viewer::local("lead"), rules, holidays, UtcTime{}).holders;
}

// Both orders: reports stand as they came in.
class HoldersOfTwoReports : public testing::TestWithParam<bool> {
 protected:
  static std::vector<IncidentHolder> shown_of(HolderRecord a, HolderRecord b) {
    if (GetParam()) std::swap(a, b);
    return shown({{std::move(a)}, {std::move(b)}});
  }
};

TEST_P(HoldersOfTwoReports, ShowTheFiguresThatNameAndNotAHigherOneOfTheHolderItself) {
  const auto holders =
      shown_of(holder("callco", 930000, 40000, true), holder("callco", 940000, 0, false));
  ASSERT_EQ(holders.size(), 1U);
  EXPECT_TRUE(holders[0].nameable);
  EXPECT_DOUBLE_EQ(holders[0].probability, 0.93);
  EXPECT_DOUBLE_EQ(holders[0].passed_on(), 0.04);
  EXPECT_EQ(holders[0].matched_rows, 93U) << "all of one report";
}

TEST_P(HoldersOfTwoReports, ShowOfWhomNobodyNamesTheSurestCopy) {
  const auto holders =
      shown_of(holder("callco", 600000, 300000, false), holder("callco", 700000, 100000, false));
  ASSERT_EQ(holders.size(), 1U);
  EXPECT_FALSE(holders[0].nameable);
  EXPECT_DOUBLE_EQ(holders[0].probability, 0.6);
  EXPECT_DOUBLE_EQ(holders[0].passed_on(), 0.3);
}

// Surer of the copy, but the holder itself is less likely than not: its figures name nobody.
TEST_P(HoldersOfTwoReports, NeverShowANameBesideFiguresThatDoNotAllowIt) {
  const auto holders =
      shown_of(holder("callco", 930000, 40000, true), holder("callco", 400000, 590000, false));
  ASSERT_EQ(holders.size(), 1U);
  EXPECT_TRUE(holders[0].nameable);
  EXPECT_DOUBLE_EQ(holders[0].probability, 0.93);
}

INSTANTIATE_TEST_SUITE_P(BothOrders, HoldersOfTwoReports, testing::Bool());

TEST(ShownHolders, BeginWithWhoIsNamedThenByTheProbabilityOfTheCopy) {
  const auto holders =
      shown({{holder("itself", 700000, 0, false), holder("copy", 400000, 590000, false),
              holder("named", 930000, 40000, true)},
             {holder("twin", 960000, 30000, false)}});
  std::vector<std::string> order;
  for (const auto& h : holders) order.push_back(h.party);
  EXPECT_EQ(order, (std::vector<std::string>{"named", "copy", "twin", "itself"}));
}

}  // namespace
}  // namespace hitokoe::incident
