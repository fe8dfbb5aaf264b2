// Files and registers that are not as they should be, and files in another order.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "tests/unit/matcher/people.h"

namespace hitokoe::matcher::test {
namespace {

std::vector<Person> people(unsigned from, unsigned to, unsigned step = 1) {
  std::vector<Person> out;
  for (unsigned n = from; n < to; n += step) out.push_back(person(n));
  return out;
}

ScanReport scan(World& world, const std::vector<std::string>& files, Options options = {}) {
  auto exposure = Exposure::begin(world.index(), world.shared_registry(), world.keys(), options);
  for (const auto& file : files) EXPECT_TRUE(exposure->add("paste", as_bytes(file), {}));
  return std::move(exposure->finish().value());
}

TEST(OddFiles, AContractorsFileThatIsNoSubsetOfItsParentsIsAFinding) {
  World world(kRegistry);
  world.add("K0", held(people(0, 600), kAllColumns));
  world.add("S1", held(people(0, 500), kAllColumns));
  auto strange = people(0, 200, 2);
  for (const auto& p : people(500, 560)) strange.push_back(p);  // callco never had them
  world.add("S2", held(strange, kAllColumns));
  const auto r = scan(world, {csv(people(0, 200, 2), kAllColumns)});
  const auto finding = std::ranges::find_if(
      r.notes, [](const Words& note) { return note.en.starts_with("finding: copy S2 of night"); });
  ASSERT_NE(finding, r.notes.end());
  EXPECT_NE(finding->en.find("60 / 160"), std::string::npos) << finding->en;
  EXPECT_NE(finding->ja.find("要確認"), std::string::npos);
}

TEST(OddFiles, AHandoverThatIsYetToComeIsNoSource) {
  World world(kRegistry);
  world.add("K0", held(people(0, 600), kAllColumns));
  world.add("S1", held(people(0, 600, 2), kAllColumns));
  const std::vector<FieldId> columns = {FieldId::kRef, FieldId::kName, FieldId::kPhone,
                                        FieldId::kEmail};
  world.add("S2", held(people(0, 600, 6), columns));  // handed over 2025-02-10
  const std::vector<std::string> rows = {csv(people(0, 600, 6), columns)};
  Options options;
  options.seen = parse_day("2025-03-01").value();
  const auto after = scan(world, rows, options);
  ASSERT_EQ(after.holders[0].party, "night");
  options.seen = parse_day("2025-02-05").value();
  const auto before = scan(world, rows, options);
  const auto night = std::ranges::find(before.holders, "night", &HolderResult::party);
  ASSERT_NE(night, before.holders.end());
  EXPECT_LT(night->probability, after.holders[0].probability);
  EXPECT_LT(night->decibans.prior, after.holders[0].decibans.prior - 15);
}

TEST(OddFiles, AnotherOrderOfFilesGivesTheSameReport) {
  World world(kRegistry);
  world.add("K0", held(people(0, 600), kAllColumns));
  world.add("S1", held(people(0, 600, 2), kAllColumns));
  world.add("S3", held(people(0, 600, 3), kAllColumns));
  std::mt19937 random(3);
  auto rows = people(0, 600, 3);
  std::ranges::shuffle(rows, random);
  std::vector<std::string> files;
  for (std::size_t i = 0; i < 4; ++i) {
    files.push_back(csv({rows.begin() + static_cast<std::ptrdiff_t>(30 * i),
                         rows.begin() + static_cast<std::ptrdiff_t>(30 * i + 30)},
                        kAllColumns));
  }
  const auto first = to_json(scan(world, files), {});
  for (int round = 0; round < 5; ++round) {
    std::ranges::shuffle(files, random);
    EXPECT_EQ(to_json(scan(world, files), {}), first);
  }
}

}  // namespace
}  // namespace hitokoe::matcher::test
