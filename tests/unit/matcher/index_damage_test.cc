// A flipped bit: found by the verification wherever it is, and by whoever looks something up,
// before it makes a wrong answer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "hitokoe/base/file.h"
#include "hitokoe/matcher/sweep.h"
#include "matcher/index/section.h"
#include "tests/unit/matcher/people.h"

namespace hitokoe::matcher::test {
namespace {

using ::testing::HasSubstr;

TEST(Section, GivesBackEveryValueThatWasWritten) {
  const ScratchFolder scratch;
  for (const std::size_t n : {0U, 1U, 511U, 512U, 513U, 4096U, 700'001U}) {
    const auto path = scratch / ("s" + std::to_string(n));
    auto out = SectionWriter::create(path, SectionKind::kKeys).value();
    for (std::uint64_t i = 0; i < n; ++i) out.put(i * i);
    ASSERT_TRUE(out.finish());
    const auto damage = std::make_shared<Damage>();
    auto warming = std::make_unique<Warming>();
    const auto section = Section::open(path, SectionKind::kKeys, {damage, warming.get()}).value();
    ASSERT_EQ(section->count<std::uint64_t>(), n);
    for (std::uint64_t i = 0; i < n; ++i) ASSERT_EQ(*section->at<std::uint64_t>(i), i * i);
    EXPECT_EQ(section->at<std::uint64_t>(n), nullptr);
    EXPECT_EQ(section->at<std::uint64_t>(0, n + 1), nullptr);
    EXPECT_EQ(section->at<std::uint64_t>(~std::size_t{0}, 2), nullptr);
    EXPECT_NE(section->at<std::uint64_t>(0, n), nullptr);
    EXPECT_TRUE(damage->check());
    warming.reset();  // before the section that it works on
    EXPECT_EQ(Section::open_whole(path, SectionKind::kLines).error().code, Errc::kCorrupt);
  }
}

TEST(Section, IsTheSameFromHugePagesWhileItIsRead) {
  const ScratchFolder scratch;
  const auto path = scratch / "s";
  constexpr std::uint64_t kValues = 1U << 20;
  auto out = SectionWriter::create(path, SectionKind::kKeys).value();
  for (std::uint64_t i = 0; i < kValues; ++i) out.put(i * 3);
  ASSERT_TRUE(out.finish());
  const auto section =
      Section::open(path, SectionKind::kKeys, {std::make_shared<Damage>(), nullptr}).value();
  const auto* before = section->at<std::uint64_t>(77);
  std::atomic<bool> never = false;
  std::jthread moving([&] { section->move_to_huge_pages(never); });
  for (std::uint64_t i = 0; i < kValues; i += 7) ASSERT_EQ(*section->at<std::uint64_t>(i), i * 3);
  moving.join();
  EXPECT_NE(section->at<std::uint64_t>(77), before) << "memory is plenty here";
  EXPECT_EQ(*before, 77U * 3) << "what was given out stays";
  for (std::uint64_t i = 0; i < kValues; i += 7) ASSERT_EQ(*section->at<std::uint64_t>(i), i * 3);
}

TEST(Section, NamesTheBlockOfAFlippedBitAndGivesTheOthers) {
  const ScratchFolder scratch;
  const auto path = scratch / "s";
  auto out = SectionWriter::create(path, SectionKind::kKeys).value();
  for (std::uint64_t i = 0; i < 5000; ++i) out.put(i);
  ASSERT_TRUE(out.finish());
  auto bytes = read_file(path).value();
  bytes[3 * kSectionBlock + 100] ^= 1;
  ASSERT_TRUE(write_file_durably(path, bytes));
  const auto damage = std::make_shared<Damage>();
  const auto section = Section::open(path, SectionKind::kKeys, {damage, nullptr}).value();
  constexpr std::size_t kEach = kSectionBlock / 8;
  EXPECT_EQ(*section->at<std::uint64_t>(3 * kEach - 1), 3 * kEach - 1);
  EXPECT_FALSE(damage->any());
  EXPECT_EQ(section->at<std::uint64_t>(3 * kEach - 1, 2), nullptr) << "one of two is in it";
  EXPECT_EQ(section->at<std::uint64_t>(3 * kEach), nullptr);
  EXPECT_THAT(damage->check().error().detail, HasSubstr("block 3 is altered"));
  EXPECT_THAT(damage->check().error().detail, HasSubstr(path.filename().string()));
  EXPECT_EQ(*section->at<std::uint64_t>(4 * kEach), 4 * kEach);
  EXPECT_EQ(section->check().error().code, Errc::kCorrupt);
}

std::vector<Person> people(unsigned from, unsigned to) {
  std::vector<Person> out;
  for (unsigned n = from; n < to; ++n) out.push_back(person(n));
  return out;
}

class FlippedBit : public testing::Test {
 protected:
  FlippedBit() {
    world_.add("K0", held(people(0, 400), kAllColumns));
    world_.add("O0", held(people(0, 30), kAllColumns));
    world_.add("S1", held(people(390, 420), kAllColumns));
  }
  // Files of the caches, of two layers and the pre-filter among them.
  std::vector<std::filesystem::path> caches() const {
    std::vector<std::filesystem::path> out;
    for (const auto& item :
         std::filesystem::recursive_directory_iterator(world_.data() / "index")) {
      const auto name = item.path().filename().string();
      const bool cache = item.path().parent_path().parent_path().filename() == "carriers";
      if (item.is_regular_file() && (cache || name.starts_with("filter-"))) {
        out.push_back(item.path());
      }
    }
    return out;
  }
  Result<ScanReport> scan(const std::string& text) {
    TRY(const auto index, Index::open(world_.data(), world_.keys()));
    auto exposure = Exposure::begin(index, world_.shared_registry(), world_.keys(), {});
    TRYV(exposure->add("dump.csv", as_bytes(text), ""));
    return exposure->finish();
  }

  World world_{kRegistry};
};

TEST_F(FlippedBit, NeverMakesAScanSayLessThanItShould) {
  const std::string dump = csv(people(0, 420), kAllColumns);
  const auto whole = scan(dump).value();
  ASSERT_GT(whole.matched_rows, 400U);
  const auto files = caches();
  ASSERT_GT(files.size(), 30U);
  SeededRandom dice(11);
  int told = 0;
  for (const auto& path : files) {
    const auto good = read_file(path).value();
    for (int i = 0; i < 6; ++i) {
      auto bad = good;
      const auto place = dice.below(bad.size());
      bad[place] = static_cast<std::uint8_t>(bad[place] ^ (1U << dice.below(8)));
      ASSERT_TRUE(write_file_durably(path, bad));
      const auto report = scan(dump);
      if (report) {  // it was not looked at
        EXPECT_EQ(report.value().matched_rows, whole.matched_rows) << path << " at " << place;
        EXPECT_EQ(report.value().matched_subjects, whole.matched_subjects);
        EXPECT_EQ(report.value().verdict, whole.verdict);
      } else {
        EXPECT_EQ(report.error().code, Errc::kCorrupt) << report.error().detail;
        ++told;
      }
      const auto verified = world_.writer()->verify();
      ASSERT_FALSE(verified) << path << " at " << place;
      EXPECT_EQ(verified.error().code, Errc::kCorrupt);
      EXPECT_THAT(verified.error().detail, HasSubstr(path.filename().string()));
    }
    ASSERT_TRUE(write_file_durably(path, good));
  }
  EXPECT_GT(told, 100);
  EXPECT_TRUE(world_.writer()->verify());
}

TEST_F(FlippedBit, NeverMakesASweepSayLessThanItShould) {
  const std::string dump = csv(people(0, 420), kAllColumns);
  const auto sweep = [&]() -> Result<SweepReport> {
    TRY(const auto index, Index::open(world_.data(), world_.keys()));
    auto swept = Sweep::begin(index, {.threads = 2});
    swept->add("dump.csv", as_bytes(dump));
    return swept->finish();
  };
  const auto counts = [](const SweepReport& report) {
    std::map<std::string, std::uint64_t> out;
    for (const auto& c : report.carriers) {
      out[c.controller] = c.identifiers;
      for (const auto& h : c.holders) out[c.controller + " " + h.party] = h.identifiers;
    }
    return out;
  };
  const auto whole = counts(sweep().value());
  ASSERT_GT(whole.at("kou"), 800U);
  SeededRandom dice(12);
  int told = 0;
  for (const auto& path : caches()) {
    const auto good = read_file(path).value();
    for (int i = 0; i < 4; ++i) {
      auto bad = good;
      const auto place = dice.below(bad.size());
      bad[place] = static_cast<std::uint8_t>(bad[place] ^ (1U << dice.below(8)));
      ASSERT_TRUE(write_file_durably(path, bad));
      const auto report = sweep();
      if (report) {  // it was not looked at
        EXPECT_EQ(counts(report.value()), whole) << path << " at " << place;
      } else {
        EXPECT_EQ(report.error().code, Errc::kCorrupt) << report.error().detail;
        ++told;
      }
    }
    ASSERT_TRUE(write_file_durably(path, good));
  }
  EXPECT_GT(told, 40);
}

TEST_F(FlippedBit, IsNotMergedIntoANewSegment) {
  for (const auto& path : caches()) {
    const auto name = path.filename().string();
    if (name != "keys" && name != "postings" && name != "subjects") continue;
    const auto good = read_file(path).value();
    if (good.size() < 100) continue;
    auto bad = good;
    bad[bad.size() / 3] ^= 8;
    ASSERT_TRUE(write_file_durably(path, bad));
    const auto merged = merge_index(world_.data(), world_.keys());
    const bool of_kou = path.parent_path().filename().string().substr(0, 24) ==
                        world_.index()->manifest().carriers[0].layers[0].substr(0, 24);
    if (world_.index()->manifest().carriers[0].layers.size() > 1 && of_kou) {
      ASSERT_FALSE(merged) << path;
      EXPECT_EQ(merged.error().code, Errc::kCorrupt);
    }
    ASSERT_TRUE(write_file_durably(path, good));
  }
}

// What it found with a damaged index counts for nothing: it is not to be gone on with.
TEST_F(FlippedBit, TakesTheJournalOfTheScanWithIt) {
  const std::string dump = csv(people(0, 420), kAllColumns);
  const auto scans = world_.data() / "scans";
  SeededRandom dice(3);
  const auto journals = [&] {
    std::size_t n = 0;
    std::error_code none;
    for (std::filesystem::directory_iterator at(scans, none), end; !none && at != end; ++at) ++n;
    return n;
  };
  const auto resumed = [&](bool ends) -> Result<ScanReport> {
    TRY(const auto index, Index::open(world_.data(), world_.keys()));
    Options options;
    options.resume = {scans, {"dump.csv"}, parse_day("2026-04-01").value(), &dice, false};
    auto exposure = Exposure::begin(index, world_.shared_registry(), world_.keys(), options);
    TRYV(exposure->add("dump.csv", as_bytes(dump), ""));
    if (!ends) return ScanReport{};  // killed
    return exposure->finish();
  };
  ASSERT_TRUE(resumed(false));
  EXPECT_EQ(journals(), 1U);
  std::vector<std::pair<std::filesystem::path, Bytes>> good;
  for (const auto& path : caches()) {
    if (path.filename() != "lines") continue;
    good.emplace_back(path, read_file(path).value());
    auto bytes = good.back().second;
    for (std::size_t at = 0; at < bytes.size(); at += kSectionBlock) bytes[at] ^= 1;
    ASSERT_TRUE(write_file_durably(path, bytes));
  }
  const auto damaged = resumed(true);
  ASSERT_FALSE(damaged);
  EXPECT_EQ(damaged.error().code, Errc::kCorrupt);
  EXPECT_EQ(journals(), 0U);
  for (const auto& [path, bytes] : good) ASSERT_TRUE(write_file_durably(path, bytes));
  EXPECT_GT(resumed(true).value().matched_rows, 400U);
  EXPECT_EQ(journals(), 0U);
}

TEST_F(FlippedBit, IsMendedByMakingTheCachesAnew) {
  const std::string dump = csv(people(0, 420), kAllColumns);
  const auto whole = scan(dump).value();
  for (const auto& path : caches()) {
    if (path.filename() != "lines") continue;
    auto bytes = read_file(path).value();
    for (std::size_t at = 0; at < bytes.size(); at += kSectionBlock) bytes[at] ^= 1;
    ASSERT_TRUE(write_file_durably(path, bytes));
  }
  ASSERT_FALSE(scan(dump));
  ASSERT_TRUE(world_.writer()->rebuild());
  EXPECT_EQ(scan(dump).value().matched_rows, whole.matched_rows);
}

}  // namespace
}  // namespace hitokoe::matcher::test
