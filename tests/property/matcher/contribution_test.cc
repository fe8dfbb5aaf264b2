// Exposures that are judged together: the same report in any order and any split, that of one scan
// over all, and nothing worse than an error from damaged bytes.
#include "hitokoe/matcher/contribution.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "matcher/contribution/contribution.h"
#include "tests/unit/matcher/people.h"

namespace hitokoe::matcher::test {
namespace {

std::vector<Person> people(unsigned from, unsigned to, unsigned step = 1) {
  std::vector<Person> out;
  for (unsigned n = from; n < to; n += step) out.push_back(person(n));
  return out;
}

class Together : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    world_ = std::make_unique<World>(kRegistry);
    world_->add("K0", held(people(0, 900), kAllColumns));
    world_->add("S1", held(people(0, 900, 2), kAllColumns));
    world_->add("S2", held(people(0, 900, 6), kNight), {.columns = kNight});
    world_->add("S3", held(people(0, 900, 3), kAllColumns));
    world_->add("canaries:S3:1", held(people(5000, 5003), kAllColumns),
                {.signer = "kou", .party = "kou", .delegation = "own:kou"});
  }
  static void TearDownTestSuite() { world_.reset(); }

  static ScanReport scan(const std::vector<Person>& rows, KnownLeaks known = {}) {
    Options options;
    options.keep_contribution = true;
    options.seen = parse_day("2026-03-01").value();
    options.known_leaks = std::make_shared<const KnownLeaks>(std::move(known));
    auto exposure =
        Exposure::begin(world_->index(), world_->shared_registry(), world_->keys(), options);
    EXPECT_TRUE(exposure->add("paste", as_bytes(csv(rows, kAllColumns)), {}));
    return std::move(exposure->finish().value());
  }
  static Contribution contribution(const std::string& exposure, const std::vector<Person>& rows,
                                   KnownLeaks known = {}) {
    return {exposure, {"cap-" + exposure}, scan(rows, std::move(known)).contribution};
  }
  static Result<ScanReport> judge(const std::vector<Contribution>& all, KnownLeaks known = {}) {
    Options options;
    options.known_leaks = std::make_shared<const KnownLeaks>(std::move(known));
    return judge_together(*world_->index(), world_->registry(), world_->keys(), options, all);
  }
  // Rows in no order of any file, some of them twice.
  static std::vector<Person> leaked(unsigned seed) {
    std::mt19937 random(seed);
    auto rows = people(0, 900, 3);
    std::ranges::shuffle(rows, random);
    rows.resize(120 + random() % 100);
    for (int i = 0; i < 7; ++i) rows.push_back(rows[random() % rows.size()]);
    rows.push_back(person(5001));
    std::ranges::shuffle(rows, random);
    return rows;
  }
  static std::vector<Contribution> cut(const std::vector<Person>& rows, std::size_t pieces,
                                       std::mt19937& random) {
    std::vector<std::vector<Person>> parts(pieces);
    for (const auto& row : rows) parts[random() % pieces].push_back(row);
    std::vector<Contribution> out;
    for (std::size_t i = 0; i < pieces; ++i) {
      out.push_back(contribution("exp-" + std::to_string(i), parts[i]));
    }
    return out;
  }

  static inline const std::vector<FieldId> kNight = {FieldId::kRef, FieldId::kName, FieldId::kPhone,
                                                     FieldId::kEmail};
  static std::unique_ptr<World> world_;
};
std::unique_ptr<World> Together::world_;

// Of a holder what does not hang on the number of its rows.
void expect_alike(const ScanReport& a, const ScanReport& b) {
  EXPECT_EQ(a.verdict, b.verdict);
  EXPECT_EQ(a.rows, b.rows);
  EXPECT_EQ(a.matched_rows, b.matched_rows);
  EXPECT_EQ(a.matched_subjects, b.matched_subjects);
  EXPECT_NEAR(a.unknown_probability, b.unknown_probability, 1e-6);
  ASSERT_EQ(a.holders.size(), b.holders.size());
  for (std::size_t i = 0; i < a.holders.size(); ++i) {
    EXPECT_EQ(a.holders[i].party, b.holders[i].party);
    EXPECT_EQ(a.holders[i].matched_rows, b.holders[i].matched_rows);
    EXPECT_EQ(a.holders[i].exclusive_rows, b.holders[i].exclusive_rows);
    EXPECT_NEAR(a.holders[i].probability, b.holders[i].probability, 1e-6);
    EXPECT_NEAR(a.holders[i].decibans.sum(), b.holders[i].decibans.sum(), 0.01);
  }
  ASSERT_EQ(a.canaries.size(), b.canaries.size());
  for (std::size_t i = 0; i < a.canaries.size(); ++i) {
    EXPECT_EQ(a.canaries[i].rows, b.canaries[i].rows);
    EXPECT_EQ(a.canaries[i].canaries, b.canaries[i].canaries);
  }
}

TEST_F(Together, OneAloneSaysWhatItsScanSaid) {
  const auto report = scan(leaked(1));
  expect_alike(judge({{"exp-0", {"cap"}, report.contribution}}).value(), report);
}

TEST_F(Together, AnyOrderGivesTheSameReportToTheLetter) {
  for (unsigned seed = 0; seed < 6; ++seed) {
    std::mt19937 random(seed);
    auto parts = cut(leaked(seed), 2 + seed, random);
    const auto first = to_json(judge(parts).value(), {});
    for (int round = 0; round < 6; ++round) {
      std::ranges::shuffle(parts, random);
      EXPECT_EQ(to_json(judge(parts).value(), {}), first) << seed;
    }
  }
}

TEST_F(Together, AnySplitSaysWhatOneScanOfAllSays) {
  for (unsigned seed = 10; seed < 16; ++seed) {
    std::mt19937 random(seed);
    const auto rows = leaked(seed);
    const auto whole = scan(rows);
    for (const std::size_t pieces : {2U, 3U, 9U}) {
      SCOPED_TRACE(seed * 100 + pieces);
      expect_alike(judge(cut(rows, pieces, random)).value(), whole);
    }
  }
}

TEST_F(Together, RowsThatSpeakAgainstAHolderAreThoseOfTheirCapture) {
  auto rows = people(0, 300, 3);
  auto changed = rows;
  changed.resize(4);
  for (auto& p : changed) p.phone = person(800).phone;
  const auto r = judge({contribution("exp-b", rows), contribution("exp-a", changed)}).value();
  for (const auto& h : r.holders) {
    for (const auto& c : h.contradictions) {
      EXPECT_EQ(c.capture, "cap-exp-a") << h.party;
      EXPECT_LT(c.row, 4U);
    }
  }
}

TEST_F(Together, ComparesWithOlderLeaksWhateverEachCaptureWas) {
  KnownLeak older{"INC-1", true, {}};
  for (const auto& s : scan(people(0, 300, 3)).subjects) {
    older.subjects[s.controller].push_back({s.y_ref, s.fields});
  }
  const auto a = contribution("exp-a", people(0, 150, 3), {older});
  const auto b = contribution("exp-b", people(150, 300, 3), {older});
  const auto r = judge({b, a}, {older}).value();
  ASSERT_TRUE(r.recirculation);
  EXPECT_EQ(r.recirculation->kind, "same");
  EXPECT_EQ(r.recirculation->known_subjects, 100U);
  ASSERT_EQ(r.known_leaks.size(), 1U);
  EXPECT_EQ(r.known_leaks[0].rows, 100U);
  EXPECT_NE(r.verdict, Verdict::kNamed) << "nobody leaked anew";
  // The same rows where that leak does not count: it is the incident's own.
  EXPECT_TRUE(judge({b, a}).value().known_leaks.empty());
}

TEST_F(Together, TwoOfOneExposureAreRefused) {
  const auto a = contribution("exp-a", people(0, 90, 3));
  EXPECT_EQ(judge({a, a}).error().code, Errc::kInternal);
}

TEST_F(Together, NothingAndNobodyAreNoMatch) {
  EXPECT_EQ(judge({}).value().verdict, Verdict::kNoMatch);
  EXPECT_EQ(judge({contribution("exp-a", people(7000, 7020))}).value().verdict, Verdict::kNoMatch);
}

TEST_F(Together, DamagedBytesAreAnErrorAtMost) {
  const auto whole = contribution("exp-a", people(0, 60, 3));
  std::mt19937 random(5);
  for (std::size_t size = 0; size < whole.bytes.size(); size += 1 + size / 16) {
    Bytes cut(whole.bytes.begin(), whole.bytes.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_FALSE(decode_contribution(cut)) << size;
  }
  for (int i = 0; i < 400; ++i) {
    auto damaged = whole;
    damaged.bytes[random() % damaged.bytes.size()] ^= static_cast<std::uint8_t>(1 + random() % 255);
    const auto r = judge({damaged});
    EXPECT_TRUE(r || r.error().code == Errc::kCorrupt || r.error().code == Errc::kUnsupported);
  }
}

TEST_F(Together, AnotherIndexIsToldAndLeavesTheRestStanding) {
  World world(kRegistry);
  world.add("K0", held(people(0, 300), kAllColumns));
  const auto a = contribution("exp-a", people(0, 90, 3));
  const auto r = judge_together(*world.index(), world.registry(), world.keys(), {}, {&a, 1});
  ASSERT_TRUE(r);
  const bool told = std::ranges::any_of(r.value().notes, [](const Words& note) {
    return note.en.find("other fingerprints") != std::string::npos;
  });
  EXPECT_TRUE(told);
}

// More kinds than are kept: those of the smallest names, however they came in.
TEST_F(Together, BeyondTheBoundTheChoiceIsTheSameAndTold) {
  const auto base = decode_contribution(scan(people(0, 300)).contribution).value();
  std::vector<MadeContribution> parts(3, base);
  for (auto& part : parts) part.kinds.clear();
  MadeContribution whole = parts[0];
  const MadeKind& pattern = base.kinds.front();
  const std::size_t sets = base.sets.size();
  for (std::size_t n = 0; n < kMostKinds + 20'000; ++n) {
    MadeKind kind = pattern;
    kind.rows = 1 + n % 3;
    std::size_t rest = n;
    for (auto& value : kind.parts[0].values) {
      value.set = static_cast<std::uint32_t>(rest % sets);
      rest /= sets;
    }
    if (rest > 0) kind.parts[0].values.resize(1 + n % kind.parts[0].values.size());
    whole.kinds.push_back(kind);
    parts[n % 3].kinds.push_back(std::move(kind));
  }
  std::vector<Contribution> all;
  for (std::size_t i = 0; i < 3; ++i) {
    all.push_back({"exp-" + std::to_string(i), {}, encode(parts[i])});
  }
  const auto first = judge(all).value();
  std::ranges::reverse(all);
  EXPECT_EQ(to_json(judge(all).value(), {}), to_json(first, {}));
  const auto together = judge({{"exp-0", {}, encode(whole)}}).value();
  ASSERT_EQ(together.holders.size(), first.holders.size());
  for (std::size_t i = 0; i < first.holders.size(); ++i) {
    EXPECT_EQ(together.holders[i].matched_rows, first.holders[i].matched_rows);
    EXPECT_NEAR(together.holders[i].probability, first.holders[i].probability, 1e-6);
  }
}

}  // namespace
}  // namespace hitokoe::matcher::test
