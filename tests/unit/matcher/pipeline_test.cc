// Many threads, many batches, one result; and a scan that goes on where it was interrupted.
#include "matcher/pipeline.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "hitokoe/base/file.h"
#include "matcher/resolve/findings_codec.h"
#include "matcher/resolve/resolver.h"
#include "matcher/scan_journal.h"
#include "tests/unit/matcher/people.h"

namespace hitokoe::matcher::test {
namespace {

std::vector<Person> people(unsigned from, unsigned to, unsigned step = 1) {
  std::vector<Person> out;
  for (unsigned n = from; n < to; n += step) out.push_back(person(n, "K"));
  return out;
}

using Row = std::vector<std::pair<FieldId, std::string>>;

// Customers, strangers, mixtures of two customers, empty rows; in no order.
std::vector<Row> leaked_rows(std::size_t count) {
  std::vector<Row> rows;
  for (std::size_t i = 0; i < count; ++i) {
    const auto n = static_cast<unsigned>(i * 7919 % 2600);
    const Person p = person(n, "K");
    const Person other = person((n + 13) % 2600, "K");
    Row row;
    if (i % 11 != 0) row.emplace_back(FieldId::kName, p.name);
    if (i % 3 != 0) row.emplace_back(FieldId::kPhone, i % 17 == 0 ? other.phone : p.phone);
    if (i % 5 != 0) row.emplace_back(FieldId::kEmail, i % 29 == 0 ? other.email : p.email);
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<identity::FieldValue> views_of(const Row& row) {
  std::vector<identity::FieldValue> values;
  for (const auto& [field, text] : row) values.push_back({field, text});
  return values;
}

Bytes spelled(FindingsSum& sum) {
  Findings all;
  all.counts = sum.counts();
  all.leak = std::move(sum.leak());
  all.subjects = sum.take_subjects();
  Bytes out;
  put_u64(out, sum.distinct_subjects());
  put_findings(out, all);
  return out;
}

class Pipeline : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    world_ = std::make_unique<World>(kRegistry);
    world_->add("K0", held(people(0, 2000), kAllColumns));
    world_->add("S1", held(people(0, 2000, 2), kAllColumns));
    world_->add("S2", held(people(0, 2000, 8), kAllColumns));
    index_ = world_->index();
    rows_ = leaked_rows(12'000);
  }
  static void TearDownTestSuite() {
    index_.reset();
    world_.reset();
  }

  static Bytes run(unsigned threads, ScanJournal* journal = nullptr) {
    MatchPipeline pipeline(index_, threads, journal);
    for (const auto& row : rows_) EXPECT_TRUE(pipeline.add(views_of(row)));
    EXPECT_TRUE(pipeline.finish());
    return spelled(pipeline.sum());
  }

  // The slow, obvious way: a resolver for each row.
  static Bytes row_by_row() {
    FindingsSum sum(*index_);
    Resolver resolver(index_);
    RowBatch one;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      one.clear();
      EXPECT_TRUE(one.add(views_of(rows_[i])));
      sum.add(resolver.resolve(one, i));
    }
    return spelled(sum);
  }

  static std::unique_ptr<World> world_;
  static std::shared_ptr<const IndexImpl> index_;
  static std::vector<Row> rows_;
};

std::unique_ptr<World> Pipeline::world_;
std::shared_ptr<const IndexImpl> Pipeline::index_;
std::vector<Row> Pipeline::rows_;

TEST_F(Pipeline, FindsTheSameWithAnyNumberOfThreads) {
  const Bytes slow = row_by_row();
  for (const unsigned threads : {1U, 2U, 3U, 8U}) EXPECT_EQ(run(threads), slow) << threads;
}

TEST_F(Pipeline, CanBeGivenUpWithWorkInHand) {
  for (int i = 0; i < 20; ++i) {
    MatchPipeline pipeline(index_, 4, nullptr);
    for (std::size_t r = 0; r < 3000; ++r) EXPECT_TRUE(pipeline.add(views_of(rows_[r])));
  }
}

TEST_F(Pipeline, TakesARowOfAnySizeAndOfNoSize) {
  const std::string huge(3 << 20, 'x');
  MatchPipeline pipeline(index_, 2, nullptr);
  for (int i = 0; i < 6; ++i) {
    EXPECT_TRUE(pipeline.add({}));
    EXPECT_TRUE(pipeline.add(views_of({{FieldId::kName, huge}, {FieldId::kPhone, huge}})));
    EXPECT_TRUE(pipeline.add(views_of(rows_[1])));
  }
  ASSERT_TRUE(pipeline.finish());
  EXPECT_EQ(pipeline.sum().counts().rows, 18U);
  EXPECT_EQ(pipeline.sum().counts().matched, 6U);
}

TEST_F(Pipeline, KeepsACustomerWithVeryManyRowsInBoundedMemory) {
  MatchPipeline pipeline(index_, 2, nullptr);
  const Person p = person(16, "K");
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(pipeline.add(views_of({{FieldId::kName, p.name}, {FieldId::kPhone, p.phone}})));
  }
  EXPECT_TRUE(pipeline.add(views_of(
      {{FieldId::kName, p.name}, {FieldId::kPhone, p.phone}, {FieldId::kEmail, p.email}})));
  ASSERT_TRUE(pipeline.finish());
  EXPECT_EQ(pipeline.sum().counts().matched, 1001U);
  EXPECT_EQ(pipeline.sum().distinct_subjects(), 1U);
  const auto subjects = pipeline.sum().take_subjects();
  ASSERT_EQ(subjects.size(), 64U);
  EXPECT_TRUE(identity::FieldSet::of_bits(subjects[0].fields).contains(FieldId::kEmail));
  EXPECT_EQ(subjects[0].agreeing, 3U);
}

// A scan that ends at any batch and is begun again.
class Journal : public Pipeline {
 protected:
  std::filesystem::path path() const { return folder_.path() / "scans" / "one.scan"; }
  Result<std::unique_ptr<ScanJournal>> open(std::string_view scan = "one") {
    return ScanJournal::open(path(), crypto::sha256(as_bytes(scan)), world_->keys(), today_,
                             random_);
  }
  // Rows 0 … count-1, as a process that is killed then. The parts that would have been written at
  // a clean end are not: `cut` bytes are missing at the end of the file.
  void interrupted(std::size_t count, unsigned threads, std::uintmax_t cut) {
    {
      auto journal = open();
      ASSERT_TRUE(journal) << journal.error().detail;
      MatchPipeline pipeline(index_, threads, journal.value().get());
      for (std::size_t i = 0; i < count; ++i) ASSERT_TRUE(pipeline.add(views_of(rows_[i])));
    }
    const auto size = std::filesystem::file_size(path());
    std::filesystem::resize_file(path(), size - std::min(cut, size));
  }

  ScratchFolder folder_;
  JstDay today_ = parse_day("2026-04-01").value();
  SeededRandom random_{7};
};

TEST_F(Journal, GoesOnWhereTheScanWasInterruptedAtAnyByte) {
  const Bytes whole = run(1);
  std::uint64_t most_known = 0;
  for (const std::uintmax_t cut : {0U, 1U, 15U, 700U, 5'000U, 50'000U, 5'000'000U}) {
    std::filesystem::remove(path());
    interrupted(9'000, 3, cut);
    interrupted(11'000, 1, 3);
    auto journal = open();
    ASSERT_TRUE(journal);
    most_known = std::max(most_known, journal.value()->known());
    EXPECT_EQ(run(2, journal.value().get()), whole) << cut;
    journal.value()->remove();
    EXPECT_FALSE(std::filesystem::exists(path()));
  }
  EXPECT_GT(most_known, 15U);
}

// Its first frame proves whose it is: without it a scan that was killed at once would begin anew
// each time, and a batch that ends the program would never be left out.
TEST_F(Journal, KnowsItsScanBeforeTheFirstBatchIsWritten) {
  for (int crash = 0; crash < 2; ++crash) {
    auto journal = open();
    ASSERT_TRUE(journal);
    EXPECT_EQ(journal.value()->known(), 0U);
    EXPECT_EQ(journal.value()->careful(0), crash > 0);
    journal.value()->begin(0);  // and never a note()
  }
  auto journal = open();
  ASSERT_TRUE(journal);
  EXPECT_EQ(journal.value()->known(), 1U) << "left out";
  journal.value().reset();
  auto other = open("two");
  ASSERT_TRUE(other);
  EXPECT_EQ(other.value()->known(), 0U);
  EXPECT_FALSE(other.value()->careful(0));
}

// The first frame is what shows whose journal it is: nothing behind one that cannot be opened
// counts.
TEST_F(Journal, BeginsAnewWhereItsFirstFrameIsCutOrAltered) {
  const Bytes whole = run(1);
  constexpr std::size_t kHead = 8 + 10;
  interrupted(9'000, 1, 0);
  const auto good = read_file(path()).value();
  const std::size_t salt = good.size() > kHead && good[kHead] == 'R' ? 1 : 0;
  ASSERT_EQ(salt, 1U);
  const auto first = static_cast<std::size_t>(
      std::find(good.begin() + kHead + 1 + 16, good.end(), 'F') - good.begin());
  ASSERT_LT(first, good.size() / 2);
  std::vector<Bytes> broken;
  for (const std::size_t size : {kHead - 1, kHead, kHead + 5, first + 1, first + 5, first + 40}) {
    broken.emplace_back(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size));
  }
  for (const std::size_t at : {std::size_t{0}, std::size_t{9}, kHead + 3, first + 2, first + 60}) {
    broken.push_back(good);
    broken.back()[at] ^= 1;
  }
  for (std::size_t i = 0; i < broken.size(); ++i) {
    std::filesystem::remove(path());
    folder_.put("scans/one.scan", broken[i]);
    auto journal = open();
    ASSERT_TRUE(journal) << i << ' ' << journal.error().detail;
    EXPECT_EQ(journal.value()->known(), 0U) << i;
    EXPECT_EQ(run(2, journal.value().get()), whole) << i;
    EXPECT_FALSE(journal.value()->trouble()) << i;
    journal.value().reset();
    auto again = open();
    EXPECT_GT(again.value()->known(), 0U) << i << ": what was written anew can be used";
  }
}

TEST_F(Journal, OfAnotherScanIsNotUsed) {
  interrupted(9'000, 1, 0);
  auto journal = open("two");
  ASSERT_TRUE(journal);
  EXPECT_EQ(journal.value()->known(), 0U);
  EXPECT_EQ(run(1, journal.value().get()), run(1));
}

TEST_F(Journal, IsUnreadableOnceItsDaysKeyIsDestroyed) {
  today_ = parse_day("2025-12-31").value();
  interrupted(9'000, 1, 0);
  ASSERT_TRUE(world_->keys().destroy(identity::KeyKind::kCaptureDay, "2025-12-31"));
  today_ = parse_day("2026-04-02").value();
  auto journal = open();
  ASSERT_TRUE(journal);
  EXPECT_EQ(journal.value()->known(), 0U);
}

TEST_F(Journal, RefusesRowsThatHaveChangedSince) {
  interrupted(9'000, 1, 0);
  auto journal = open();
  ASSERT_TRUE(journal);
  ASSERT_GT(journal.value()->known(), 0U);
  MatchPipeline pipeline(index_, 1, journal.value().get());
  Result<void> added = ok();
  for (std::size_t i = 1; i < rows_.size() && added; ++i) added = pipeline.add(views_of(rows_[i]));
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().code, Errc::kConflict);
}

TEST_F(Journal, LeavesOutABatchThatEndedTheProgramTwice) {
  interrupted(9'000, 1, 0);
  std::uint64_t known = 0;
  for (int crash = 0; crash < 2; ++crash) {
    auto journal = open();
    ASSERT_TRUE(journal);
    known = journal.value()->known();
    EXPECT_TRUE(journal.value()->careful(known));
    journal.value()->begin(known);  // and never a note()
  }
  auto journal = open();
  ASSERT_TRUE(journal);
  EXPECT_EQ(journal.value()->known(), known + 1);
  MatchPipeline pipeline(index_, 2, journal.value().get());
  for (const auto& row : rows_) ASSERT_TRUE(pipeline.add(views_of(row)));
  ASSERT_TRUE(pipeline.finish());
  EXPECT_EQ(pipeline.rows_left_out(), RowBatch::kMostRows);
  EXPECT_EQ(pipeline.sum().counts().rows, rows_.size());
}

TEST_F(Journal, IsOneProcessesAtATime) {
  auto first = open();
  ASSERT_TRUE(first);
  const auto second = open();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::kConflict);
}

TEST_F(Journal, HoldsNoTextOfTheRows) {
  interrupted(9'000, 1, 0);
  std::ifstream in(path(), std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  ASSERT_GT(bytes.size(), 1000U);
  EXPECT_EQ(bytes.find(person(16, "K").name), std::string::npos);
  EXPECT_EQ(bytes.find(person(8, "K").phone), std::string::npos);
}

TEST(FindingsCodec, RefusesEveryCutAndSurvivesEveryFlippedBit) {
  Findings f;
  f.counts = {3, 40, 2, 1};
  std::vector<RowPart> parts(2);
  parts[0] = {0, 7, {{FieldId::kName, 3}, {FieldId::kPhone, 200'000}}};
  parts[1] = {1, 9, {}};
  f.leak.add(parts, 2);
  f.subjects = {{5, 0x1800, 0, 77, 2}, {1ULL << 40, 0x8, 1, 4'000'000'000U, 3}};
  Bytes bytes;
  put_findings(bytes, f);
  ByteView in = bytes;
  const auto back = take_findings(in);
  ASSERT_TRUE(back);
  EXPECT_TRUE(in.empty());
  Bytes again;
  put_findings(again, back.value());
  EXPECT_EQ(again, bytes);
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    ByteView part = ByteView(bytes).first(cut);
    EXPECT_FALSE(take_findings(part)) << cut;
  }
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    Bytes flipped = bytes;
    flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ (1U << bit % 8));
    ByteView part = flipped;
    (void)take_findings(part);
  }
}

}  // namespace
}  // namespace hitokoe::matcher::test
