#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <random>

#include "tests/unit/matcher/made_carrier.h"

namespace hitokoe::matcher::test {
namespace {

constexpr int kCustomers = 4000;

std::vector<int> sample(std::vector<int> from, std::size_t n, unsigned seed) {
  std::mt19937 generator(seed);
  std::ranges::shuffle(from, generator);
  from.resize(std::min(n, from.size()));
  return from;
}

// kou with callco (a half), night under it (a tenth) and shop (another third).
class OneCarrier : public testing::Test {
 protected:
  OneCarrier() : kou_("kou"), registry_({}, {}, {}) {
    kou_.snapshot("K0", "kou", true, 0, numbers(0, kCustomers));
    kou_.snapshot("S1", "callco", false, 0, numbers(0, kCustomers, 2));
    kou_.snapshot("S2", "night", false, 10, numbers(0, kCustomers, 10));
    kou_.snapshot("S3", "shop", false, 0, numbers(0, kCustomers, 3));
  }
  void build(const std::vector<std::size_t>& order = {}) {
    kou_.build(folder_.path() / "kou", order);
  }
  void leak(int subject, int version = 0,
            const std::vector<FieldId>& fields = {FieldId::kRef, FieldId::kName, FieldId::kPhone}) {
    const std::array<RowPart, 1> parts = {kou_.row(0, subject, version, fields)};
    leak_.add(parts);
    leak_.set_subjects(++subjects_);
  }
  Attribution run(double naming_threshold = 0.95) {
    const std::array<CarrierView, 1> carriers = {kou_.view()};
    return attribute({leak_, carriers, registry_, naming_threshold});
  }

  ScratchFolder folder_;
  MadeCarrier kou_;
  registry::Registry registry_;
  Leak leak_;
  std::uint64_t subjects_ = 0;
};

const HolderResult& holder(const Attribution& a, const std::string& party) {
  for (const auto& h : a.holders) {
    if (h.party == party) return h;
  }
  throw std::runtime_error("no such holder: " + party);
}

TEST_F(OneCarrier, NothingResolvedIsNoMatch) {
  build();
  EXPECT_EQ(run().verdict, Verdict::kNoMatch);
  EXPECT_TRUE(run().holders.empty());
}

TEST_F(OneCarrier, NamesTheSmallestSetThatExplainsTheLeak) {
  build();
  for (const int n : sample(numbers(0, kCustomers, 10), 80, 1)) leak(n);
  const auto a = run();
  ASSERT_EQ(a.verdict, Verdict::kNamed);
  EXPECT_EQ(a.holders[0].party, "night");
  EXPECT_GE(a.holders[0].copy_probability(), 0.95);
  EXPECT_EQ(a.holders[0].matched_rows, 80U);
  EXPECT_EQ(holder(a, "callco").matched_rows, 80U);
  EXPECT_EQ(holder(a, "kou").matched_rows, 80U);
  EXPECT_EQ(holder(a, "night").exclusive_rows, 0U) << "its contractor has them all";
}

// Who had it from there cannot be told from the holder: the copy is named, and both are shown.
TEST_F(OneCarrier, NamesWhoseCopyLeakedAndShowsThatItNeedNotBeTheHolder) {
  build();
  for (const int n : sample(numbers(0, kCustomers, 10), 80, 1)) leak(n);
  constexpr double kThreshold = 0.97;
  const auto a = run(kThreshold);
  ASSERT_EQ(a.verdict, Verdict::kNamed);
  const auto& night = a.holders[0];
  EXPECT_LT(night.probability, kThreshold) << "no row tells it from somebody downstream";
  EXPECT_GT(night.passed_on, 0.03F);
  EXPECT_GE(night.copy_probability(), kThreshold);
  const auto passed_on = static_cast<double>(night.passed_on);
  EXPECT_GE(a.unknown_probability, passed_on) << "it stays visible as an unknown source";
  EXPECT_NEAR(a.unknown_probability + night.probability, 1, 0.02);
  for (const auto* text : {&a.summary, &night.sentence}) {
    for (const double p : {night.probability, passed_on, night.copy_probability()}) {
      char shown[16];
      std::snprintf(shown, sizeof shown, "%.1f%%", std::floor(p * 1000) / 10);
      EXPECT_NE(text->en.find(shown), std::string::npos) << text->en;
      EXPECT_NE(text->ja.find(shown), std::string::npos) << text->ja;
    }
  }
}

TEST_F(OneCarrier, ACarriersOwnBaseIsNotNamedForWhatSomebodyUnregisteredMayHave) {
  build();
  std::vector<int> rest;
  for (int n = 0; n < kCustomers; ++n) {
    if (n % 2 != 0 && n % 3 != 0) rest.push_back(n);
  }
  for (const int n : sample(rest, 400, 3)) leak(n);
  const auto a = run();
  EXPECT_EQ(holder(a, "kou").passed_on, 0);
  EXPECT_NE(a.verdict, Verdict::kNamed);
}

// More downstream than at the holder: it is its copy, and it is not named all the same.
TEST_F(OneCarrier, WhoIsLessLikelyThanNotIsNotNamedForItsCopy) {
  build();
  for (const int n : sample(numbers(0, kCustomers, 10), 80, 1)) leak(n);
  Rates rates;
  rates.downstream = 3;
  const std::array<CarrierView, 1> carriers = {kou_.view()};
  const auto a =
      attribute({.leak = leak_, .carriers = carriers, .registry = registry_, .rates = rates});
  EXPECT_GE(holder(a, "night").copy_probability(), 0.95);
  EXPECT_LT(holder(a, "night").probability, 0.5);
  EXPECT_NE(a.verdict, Verdict::kNamed);
  EXPECT_FALSE(may_be_named(holder(a, "night"), 0.95));
}

TEST(MayBeNamed, AsksForTheCopyTheHolderAndNobodyElse) {
  HolderResult h;
  h.probability = 0.93;
  EXPECT_FALSE(may_be_named(h, 0.95));
  h.passed_on = 0.05F;
  EXPECT_TRUE(may_be_named(h, 0.95));
  EXPECT_FALSE(may_be_named(h, 0.99));
  h.indistinguishable_from = {"twin"};
  EXPECT_FALSE(may_be_named(h, 0.95));
  h.indistinguishable_from.clear();
  h.probability = 0.45;
  h.passed_on = 0.54F;
  EXPECT_FALSE(may_be_named(h, 0.95)) << "rather somebody else";
}

// shop had a copy later that nobody fingerprinted: the same third, of the customers of that day.
class NeverFingerprinted : public OneCarrier {
 protected:
  static constexpr int kLater = 6000;
  void later(std::uint64_t records) {
    kou_.snapshot("K1", "kou", true, 300, numbers(1000, kLater));
    build();
    const auto day = [](int n) { return JstDay(std::chrono::days(20000 + n)); };
    registry::Delegation d;
    d.id = "D3";
    d.controller = d.from = "kou";
    d.to = "shop";
    registry::Snapshot first;
    first.id = "S3";
    first.controller = "kou";
    first.holder = "shop";
    first.delegation = "D3";
    first.source = "K0";
    first.as_of = first.on = day(0);
    first.records = 1334;
    first.items = {FieldId::kRef, FieldId::kName, FieldId::kPhone};
    auto second = first;
    second.id = "S9";
    second.source = "K1";
    second.as_of = second.on = day(300);
    second.records = records;
    registry_ = registry::Registry({}, {d}, {first, second});
  }
};

TEST_F(NeverFingerprinted, ACopyIsGuessedFromThoseOfTheSameDelegation) {
  later(1667);
  for (const int n : sample(numbers(1002, kLater, 3), 100, 16)) leak(n);
  const auto a = run();
  EXPECT_EQ(a.holders[0].party, "shop");
  EXPECT_EQ(a.holders[0].snapshot, "S9") << "a third of its customers came after the first copy";
  EXPECT_TRUE(a.holders[0].guessed);
  EXPECT_GT(a.holders[0].copy_probability(), 0.9);
}

// However few the registry says they were: nobody can tell which, so each row counts little.
TEST_F(NeverFingerprinted, AGuessOfAFewRecordsDoesNotExplainEverybody) {
  later(3);
  for (const int n : sample(numbers(0, kCustomers, 10), 100, 17)) leak(n);
  for (const int n : sample(numbers(1000, kLater), 100, 18)) leak(n);
  const auto a = run();
  EXPECT_EQ(a.holders[0].party, "night");
  EXPECT_LT(holder(a, "shop").probability, 0.05);
}

// What nobody can know is a line of its own: it does not eat up what the rows say.
TEST_F(OneCarrier, ShowsWhatTheRowsSayWhateverMayHaveGoneDownstream) {
  build();
  double before = 0;
  for (const std::size_t rows : {10U, 80U, 400U}) {
    leak_ = {};
    subjects_ = 0;
    for (const int n : sample(numbers(0, kCustomers, 10), rows, 1)) leak(n);
    const auto a = run();
    const auto& d = holder(a, "night").decibans;
    EXPECT_GT(d.membership, before) << rows;
    EXPECT_LE(d.downstream, 0) << rows;
    before = d.membership;
    if (rows < 80) continue;
    EXPECT_LT(d.downstream, -5) << rows;
    EXPECT_LT(d.sum(), 17.5) << "Rates::downstream allows no more";
  }
}

TEST_F(OneCarrier, NamesTheContractorWhenRowsStandOutsideTheSubContractor) {
  build();
  for (const int n : sample(numbers(0, kCustomers, 2), 80, 2)) leak(n);
  const auto a = run();
  ASSERT_EQ(a.verdict, Verdict::kNamed);
  EXPECT_EQ(a.holders[0].party, "callco");
  EXPECT_GT(a.holders[0].exclusive_rows, 30U);
}

TEST_F(OneCarrier, NeverNamesAHolderForWhatTheCarrierAloneHas) {
  build();
  std::vector<int> rest;
  for (int n = 0; n < kCustomers; ++n) {
    if (n % 2 != 0 && n % 3 != 0) rest.push_back(n);
  }
  for (const int n : sample(rest, 100, 3)) leak(n);
  const auto a = run();
  EXPECT_NE(a.verdict, Verdict::kNamed) << a.holders[0].party;
  // The carrier has all three columns, an unknown source each with 0.6: 6 dB for the carrier.
  EXPECT_GT(a.unknown_probability, 0.12);
}

TEST_F(OneCarrier, ARandomPartOfThePopulationIsUnknown) {
  build();
  for (const int n : sample(numbers(0, kCustomers), 300, 4)) leak(n);
  const auto a = run();
  EXPECT_NE(a.verdict, Verdict::kNamed);
  // The carrier has all three columns, an unknown source each with 0.6: 6 dB for the carrier.
  EXPECT_GT(a.unknown_probability, 0.12);
}

TEST_F(OneCarrier, HoldersOfTheSameSetAreNeverNamed) {
  kou_.snapshot("S5", "twin", false, 0, numbers(0, kCustomers, 3));
  build();
  for (const std::size_t rows : {5U, 50U, 1000U}) {
    leak_ = {};
    subjects_ = 0;
    for (const int n : sample(numbers(0, kCustomers, 3), rows, 5)) leak(n);
    const auto a = run();
    EXPECT_NE(a.verdict, Verdict::kNamed) << rows;
    if (rows < 50) continue;
    EXPECT_EQ(a.verdict, Verdict::kIndistinguishable);
    EXPECT_EQ(holder(a, "twin").indistinguishable_from, std::vector<std::string>{"shop"});
    EXPECT_EQ(holder(a, "shop").indistinguishable_from, std::vector<std::string>{"twin"});
    EXPECT_EQ(a.rows_needed, 0U) << "no number of rows tells them apart";
  }
}

TEST_F(OneCarrier, AConfirmedReturnDoesNotConvictTheTwin) {
  kou_.snapshot("S5", "twin", false, 0, numbers(0, kCustomers, 3));
  build();
  registry::Delegation returned;
  returned.id = "D3";
  returned.returned = registry::Consent{};
  registry::Snapshot snapshot;
  snapshot.id = "S3";
  snapshot.controller = "kou";
  snapshot.holder = "shop";
  snapshot.delegation = "D3";
  registry_ = registry::Registry({}, {returned}, {snapshot});
  for (const int n : sample(numbers(0, kCustomers, 3), 200, 6)) leak(n);
  const auto a = run();
  EXPECT_EQ(a.holders[0].party, "twin");
  EXPECT_EQ(a.verdict, Verdict::kIndistinguishable) << "the prior alone tells them apart";
}

TEST_F(OneCarrier, AColumnThatAHolderNeverHadSpeaksAgainstIt) {
  kou_.snapshot("S5", "twin", false, 0, numbers(0, kCustomers, 3), [](int) { return 0; },
                {FieldId::kRef, FieldId::kName});
  build();
  for (const int n : sample(numbers(0, kCustomers, 3), 60, 7)) leak(n);
  const auto a = run();
  ASSERT_EQ(a.verdict, Verdict::kNamed);
  EXPECT_EQ(a.holders[0].party, "shop");
  EXPECT_LT(holder(a, "twin").decibans.columns, holder(a, "shop").decibans.columns - 10);
}

TEST_F(OneCarrier, OldValuesPointToTheOldCopy) {
  // A fifth of the customers had another telephone before.
  const auto moved = [](int n) { return n % 5 == 0 ? 1 : 0; };
  kou_.snapshot("K1", "kou", true, 300, numbers(0, kCustomers), moved);
  kou_.snapshot("S6", "later", false, 300, numbers(0, kCustomers, 3), moved);
  build();
  for (const int n : sample(numbers(0, kCustomers, 3), 100, 8)) leak(n, 0);
  const auto a = run();
  ASSERT_EQ(a.verdict, Verdict::kNamed);
  EXPECT_EQ(a.holders[0].party, "shop") << "which has the old telephones";
  EXPECT_LT(holder(a, "later").decibans.dates, -10);
  ASSERT_TRUE(a.snapshot);
  EXPECT_LE(a.snapshot->from, JstDay(std::chrono::days(20000)));
}

TEST_F(OneCarrier, WithoutSnapshotsOfTheCarrierThereAreNoDates) {
  build();
  for (const int n : sample(numbers(0, kCustomers, 3), 20, 9)) leak(n);
  EXPECT_FALSE(run().snapshot) << "one snapshot dates nothing";
}

TEST_F(OneCarrier, JunkRowsDoNotHideTheSource) {
  build();
  for (const int n : sample(numbers(0, kCustomers, 10), 100, 10)) leak(n);
  // As many from an older dump of the whole base.
  for (const int n : sample(numbers(0, kCustomers), 100, 11)) leak(n);
  const auto a = run();
  EXPECT_EQ(a.holders[0].party, "night");
  EXPECT_GE(a.holders[0].probability, 0.9);
}

TEST_F(OneCarrier, AFewRowsAreNotCertainty) {
  build();
  for (const int n : {0, 10}) leak(n);
  const auto a = run();
  EXPECT_NE(a.verdict, Verdict::kNamed);
  EXPECT_GT(a.rows_needed, 0U);
}

// They show a column that only clinic ever had, which has none of their customers.
TEST_F(OneCarrier, NoNumberOfRowsIsAdvisedWhereTheyPointElsewhere) {
  MadeCarrier poor("kou");
  const auto version = [](int) { return 0; };
  const std::vector<FieldId> columns = {FieldId::kRef, FieldId::kName};
  poor.snapshot("K0", "kou", true, 0, numbers(0, kCustomers), version, columns);
  poor.snapshot("S3", "shop", false, 0, numbers(0, kCustomers, 3), version, columns);
  poor.snapshot("S4", "clinic", false, 0, numbers(0, kCustomers, 2));
  poor.build(folder_.path() / "poor");
  for (const int n : sample(numbers(1, kCustomers, 2), 5, 19)) {
    const std::array<RowPart, 1> parts = {poor.row(0, n)};
    leak_.add(parts);
  }
  leak_.set_subjects(5);
  const std::array<CarrierView, 1> carriers = {poor.view()};
  const auto a = attribute({leak_, carriers, registry_, 0.95});
  ASSERT_EQ(a.verdict, Verdict::kUnknown);
  ASSERT_TRUE(a.tell_apart);
  EXPECT_TRUE(a.tell_apart->second.empty()) << "against the unknown source";
  EXPECT_EQ(a.rows_needed, 0U);
  EXPECT_EQ(a.tell_apart->rows, 0U);
}

// Its records may hide anybody: it stays below the threshold, however many rows there are.
TEST_F(OneCarrier, NoNumberOfRowsIsAdvisedWhereUnlinkedRecordsCapCertainty) {
  build();
  for (const int n : sample(numbers(0, kCustomers, 10), 15, 20)) leak(n);
  kou_.of("S2").unlinked = kou_.of("S2").records / 10;
  const auto a = run();
  EXPECT_EQ(a.holders[0].party, "night");
  EXPECT_LE(a.holders[0].copy_probability(), 0.94 + 1e-9);
  ASSERT_TRUE(a.tell_apart);
  EXPECT_EQ(a.rows_needed, 0U);
}

TEST_F(OneCarrier, WhoHasNoneOfTheRowsIsNoCandidate) {
  build();
  for (const int n : {10, 20, 40}) leak(n);  // of callco and night, none of shop
  const auto a = run();
  double sum = a.unknown_probability;
  for (const auto& h : a.holders) {
    EXPECT_GT(h.matched_rows, 0U) << h.party;
    sum += h.probability;
    for (const auto& other : h.indistinguishable_from) EXPECT_NE(other, "shop") << h.party;
  }
  EXPECT_GE(sum, 1 - 1e-6) << "what is shown is all there is";
}

TEST_F(OneCarrier, PaddingAFileDoesNotLowerItsHoldersShare) {
  auto padded = numbers(0, kCustomers, 10);
  const auto extra = numbers(100000, 150000);
  padded.insert(padded.end(), extra.begin(), extra.end());
  kou_.snapshot("S7", "padder", false, 0, padded);
  build();
  for (const int n : sample(numbers(0, kCustomers, 10), 80, 12)) leak(n);
  const auto a = run();
  EXPECT_NEAR(holder(a, "padder").decibans.membership, holder(a, "night").decibans.membership, 0.5);
  EXPECT_EQ(a.verdict, Verdict::kIndistinguishable);
}

TEST_F(OneCarrier, UnlinkedRecordsCapCertaintyAndNeverExonerate) {
  build();
  for (const int n : sample(numbers(0, kCustomers, 10), 80, 13)) leak(n);
  kou_.of("S2").unlinked = kou_.of("S2").records / 10;
  const auto a = run();
  EXPECT_EQ(a.holders[0].party, "night");
  EXPECT_NE(a.verdict, Verdict::kNamed);
  const double before = holder(a, "shop").decibans.membership;
  kou_.of("S3").unlinked = kou_.of("S3").records / 2;
  EXPECT_GT(holder(run(), "shop").decibans.membership, before)
      << "what it does not show may be among its unlinked records";
}

TEST_F(OneCarrier, ARegisteredHolderWithoutFileCountsForTheUnknownSource) {
  build();
  registry::Snapshot snapshot;
  snapshot.id = "S9";
  snapshot.controller = "kou";
  snapshot.holder = "silent";
  for (const int n : sample(numbers(0, kCustomers, 3), 4, 14)) leak(n);
  const double before = run().unknown_probability;
  registry_ = registry::Registry({}, {}, {snapshot});
  const auto a = run();
  EXPECT_GT(a.unknown_probability, before);
  EXPECT_FALSE(a.notes.empty());
}

TEST_F(OneCarrier, AnotherOrderOfHoldersGivesTheSameAnswer) {
  build();
  MadeCarrier other("kou");
  other.snapshot("K0", "kou", true, 0, numbers(0, kCustomers));
  other.snapshot("S1", "callco", false, 0, numbers(0, kCustomers, 2));
  other.snapshot("S2", "night", false, 10, numbers(0, kCustomers, 10));
  other.snapshot("S3", "shop", false, 0, numbers(0, kCustomers, 3));
  other.build(folder_.path() / "other", {2, 0, 3, 1});
  auto subjects = sample(numbers(0, kCustomers, 6), 30, 15);
  Leak mirrored;
  for (const int n : subjects) leak(n);
  std::ranges::reverse(subjects);
  for (const int n : subjects) {
    const std::array<RowPart, 1> parts = {other.row(0, n)};
    mirrored.add(parts);
  }
  mirrored.set_subjects(subjects.size());
  const auto a = run();
  const std::array<CarrierView, 1> carriers = {other.view()};
  const auto b = attribute({mirrored, carriers, registry_, 0.95});
  ASSERT_EQ(a.holders.size(), b.holders.size());
  EXPECT_EQ(a.verdict, b.verdict);
  EXPECT_NEAR(a.unknown_probability, b.unknown_probability, 1e-9);
  for (const auto& h : a.holders) {
    EXPECT_NEAR(h.probability, holder(b, h.party).probability, 1e-9);
    EXPECT_EQ(h.matched_rows, holder(b, h.party).matched_rows);
    EXPECT_EQ(h.indistinguishable_from, holder(b, h.party).indistinguishable_from);
  }
}

TEST_F(OneCarrier, NumbersStayFiniteAtTheExtremes) {
  kou_.snapshot("S8", "single", false, 0, {0});
  kou_.snapshot("S9", "nobody", false, 0, {});
  kou_.snapshot("SA", "stranger", false, 0, {999999});
  build();
  const auto check = [&] {
    const auto a = run();
    double sum = a.unknown_probability;
    for (const auto& h : a.holders) {
      for (const double x : {h.probability, h.decibans.membership, h.decibans.dates,
                             h.decibans.columns, h.decibans.prior}) {
        EXPECT_TRUE(std::isfinite(x)) << h.party;
      }
      EXPECT_GE(h.probability, 0);
      EXPECT_LE(h.probability, 1);
      sum += h.probability;
    }
    EXPECT_GE(sum, 1 - 1e-6);
    EXPECT_LE(sum, 3);
  };
  leak(0);
  check();
  for (int i = 0; i < 100000; ++i) leak(0, 7);  // the same customer, with a value nobody had
  check();
  for (int n = 0; n < kCustomers; ++n) leak(n);
  check();
  leak_ = {};
  subjects_ = 0;
  leak(999999);  // nobody's customer but a holder's
  check();
}

// kou and otsu share a third of their customers; callco serves both.
class TwoCarriers : public testing::Test {
 protected:
  TwoCarriers() : kou_("kou"), otsu_("otsu"), registry_({}, {}, {}) {
    kou_.snapshot("K0", "kou", true, 0, numbers(0, 3000));
    kou_.snapshot("S1", "callco", false, 0, numbers(0, 3000, 4));
    kou_.snapshot("S2", "kouonly", false, 0, numbers(0, 3000, 4));
    otsu_.snapshot("O0", "otsu", true, 0, numbers(2000, 5000));
    otsu_.snapshot("S3", "callco", false, 0, numbers(2000, 5000, 4));
    otsu_.snapshot("S4", "otsuonly", false, 0, numbers(2000, 5000, 4));
    kou_.build(folder_.path() / "kou");
    otsu_.build(folder_.path() / "otsu");
  }
  // A row resolves in every carrier whose customer it is.
  void leak(int subject) {
    std::vector<RowPart> parts;
    if (subject < 3000) parts.push_back(kou_.row(0, subject));
    if (subject >= 2000) parts.push_back(otsu_.row(1, subject));
    leak_.add(parts);
    leak_.set_subjects(leak_.rows());
  }
  Attribution run() {
    const std::array<CarrierView, 2> carriers = {kou_.view(), otsu_.view()};
    return attribute({leak_, carriers, registry_, 0.95});
  }

  ScratchFolder folder_;
  MadeCarrier kou_, otsu_;
  registry::Registry registry_;
  Leak leak_;
};

TEST_F(TwoCarriers, FindsTheContractorThatServesBoth) {
  for (const int n : sample(numbers(0, 3000, 4), 60, 1)) leak(n);
  for (const int n : sample(numbers(2000, 5000, 4), 60, 2)) leak(n);
  const auto a = run();
  ASSERT_EQ(a.verdict, Verdict::kNamed);
  EXPECT_EQ(a.holders[0].party, "callco");
  EXPECT_EQ(a.holders[0].snapshots, (std::vector<std::string>{"S1", "S3"}));
}

TEST_F(TwoCarriers, SharedCustomersDoNotDrawInTheOtherCarriersHolders) {
  // All of kou's; a third of the rows resolves at otsu as well.
  for (const int n : sample(numbers(0, 3000, 4), 150, 3)) leak(n);
  const auto a = run();
  // callco and kouonly hold the same set of kou's.
  EXPECT_EQ(a.verdict, Verdict::kIndistinguishable);
  EXPECT_LT(holder(a, "otsuonly").probability, 0.02) << "a second source is seldom excluded";
  EXPECT_LT(holder(a, "otsu").probability, 1e-3);
  EXPECT_GT(holder(a, "kouonly").probability, 0.1);
  EXPECT_GT(holder(a, "callco").probability, 0.1);
}

}  // namespace
}  // namespace hitokoe::matcher::test
