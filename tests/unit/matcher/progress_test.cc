// What a scan and a change of the index tell of themselves while they run.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <set>

#include "hitokoe/base/file.h"
#include "tests/unit/matcher/people.h"

namespace hitokoe::matcher::test {
namespace {

// Checks every call against the contract, and keeps what was told.
class Listener {
 public:
  Progress progress() {
    return [this](std::uint64_t done, std::uint64_t total) {
      if (!told_.empty()) {
        EXPECT_GE(done, told_.back());
        EXPECT_EQ(total, total_);
      }
      EXPECT_TRUE(total == 0 || done <= total) << done;
      told_.push_back(done);
      total_ = total;
    };
  }
  void forget() { told_.clear(); }
  std::size_t calls() const { return told_.size(); }
  std::uint64_t last() const { return told_.empty() ? 0 : told_.back(); }
  std::uint64_t total() const { return total_; }
  // Different amounts below the total.
  std::size_t steps() const {
    std::set<std::uint64_t> seen(told_.begin(), told_.end());
    seen.erase(total_);
    return seen.size();
  }

 private:
  std::vector<std::uint64_t> told_;
  std::uint64_t total_ = 0;
};

std::vector<Person> people(unsigned from, unsigned to) {
  std::vector<Person> out;
  for (unsigned n = from; n < to; ++n) out.push_back(person(n));
  return out;
}

class ProgressTest : public testing::Test {
 protected:
  std::filesystem::path write(const std::string& name, std::string_view content) {
    const auto path = world_.data() / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }
  std::unique_ptr<Exposure> begin(std::uint64_t expected, std::uint64_t block = 64) {
    Options options;
    options.block_bytes = block;
    options.expected_bytes = expected;
    options.progress = listener_.progress();
    return Exposure::begin(Index::empty(), world_.shared_registry(), world_.keys(), options);
  }
  std::unique_ptr<IndexWriter> writer() {
    listener_.forget();
    auto opened =
        IndexWriter::open(world_.data(), world_.keys(), world_.registry(), listener_.progress());
    EXPECT_TRUE(opened);
    return std::move(opened.value());
  }

  World world_{kRegistry};
  Listener listener_;
};

TEST_F(ProgressTest, AScanTellsEveryBlockOfOneFile) {
  const std::string text = csv(people(0, 40), kAllColumns);
  const auto path = write("dump.csv", text);
  ASSERT_EQ(Exposure::bytes_at(path), text.size());
  for (const std::uint64_t block : {1ULL, 64ULL, 4ULL << 20}) {
    listener_.forget();
    auto exposure = begin(text.size(), block);
    ASSERT_TRUE(exposure->add_file(path));
    ASSERT_TRUE(exposure->finish());
    EXPECT_EQ(listener_.calls(), (text.size() + block - 1) / block + 1) << block;
    EXPECT_EQ(listener_.last(), text.size());
    EXPECT_EQ(listener_.total(), text.size());
  }
}

TEST_F(ProgressTest, AScanTellsTheSameOfADocumentInMemory) {
  const std::string text = csv(people(0, 40), kAllColumns);
  auto exposure = begin(2 * text.size());
  ASSERT_TRUE(exposure->add("first", as_bytes(text), ""));
  EXPECT_EQ(listener_.last(), text.size());
  ASSERT_TRUE(exposure->add("second", as_bytes(text), ""));
  ASSERT_TRUE(exposure->finish());
  EXPECT_EQ(listener_.last(), 2 * text.size());
}

TEST_F(ProgressTest, AScanOfAFolderEndsAtTheTotalThoughSomeOfItIsLeftOut) {
  write("dumps/a.csv", csv(people(0, 30), kAllColumns));
  write("dumps/b/c.csv", csv(people(30, 60), kAllColumns));
  write("dumps/empty", "");
  write("dumps/picture.png", "\x89PNG\r\n\x1a\n" + std::string(5'000, '\0'));
  const auto folder = world_.data() / "dumps";
  std::filesystem::create_symlink(folder / "a.csv", folder / "link");
  const auto bytes = Exposure::bytes_at(folder);
  ASSERT_TRUE(bytes);
  EXPECT_EQ(*bytes, std::filesystem::file_size(folder / "a.csv") +
                        std::filesystem::file_size(folder / "b/c.csv") + 5'008);
  auto exposure = begin(*bytes);
  ASSERT_TRUE(exposure->add_file(folder));
  ASSERT_TRUE(exposure->finish());
  EXPECT_GT(listener_.steps(), 10U);
  EXPECT_EQ(listener_.last(), *bytes);
}

TEST_F(ProgressTest, AScanOfWhoKnowsHowMuchTellsTheAmountAlone) {
  const auto pipe = world_.data() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_FALSE(Exposure::bytes_at(pipe));
  EXPECT_FALSE(Exposure::bytes_at(world_.data() / "nothing"));
  const std::string text = csv(people(0, 40), kAllColumns);
  auto exposure = begin(0);
  ASSERT_TRUE(exposure->add("stdin", as_bytes(text), ""));
  ASSERT_TRUE(exposure->finish());
  EXPECT_EQ(listener_.total(), 0U);
  EXPECT_EQ(listener_.last(), text.size());
}

TEST_F(ProgressTest, AScanOfMoreThanWasExpectedStopsAtTheTotal) {
  auto exposure = begin(100);
  ASSERT_TRUE(exposure->add("grown", as_bytes(csv(people(0, 40), kAllColumns)), ""));
  ASSERT_TRUE(exposure->finish());
  EXPECT_EQ(listener_.last(), 100U);
}

TEST_F(ProgressTest, AnAdditionCountsHalfOfAFileAsItIsReadAndHalfAsItIsMerged) {
  const auto file = world_.file("K0", held(people(0, 9'000), kAllColumns));
  const std::uint64_t size = std::filesystem::file_size(file);
  ASSERT_TRUE(writer()->add(file));
  EXPECT_EQ(listener_.total(), size);
  EXPECT_EQ(listener_.last(), size);
  EXPECT_GT(listener_.steps(), 10U);
}

TEST_F(ProgressTest, AnAdditionOfManyFilesEndsAtTheTotalWhateverBecomesOfThem) {
  const auto base = world_.file("K0", held(people(0, 3'000), kAllColumns));
  const auto first = world_.file("S1", held(people(0, 3'000), kAllColumns));
  const auto again = world_.file("S1", held(people(0, 2'500), kAllColumns), {.sequence = 2});
  const auto forged = world_.file("S3", held(people(0, 1'000), kAllColumns), {.signer = "otsu"});
  auto unlinked = held(people(0, 500), kAllColumns);
  for (auto& record : unlinked) record.ref.clear();
  const auto linked = world_.file("S4", unlinked);
  const std::vector<std::filesystem::path> files = {base,   first,  again,
                                                    forged, linked, world_.data() / "nothing.hkf"};
  std::uint64_t sizes = 0;
  for (std::size_t i = 0; i + 1 < files.size(); ++i) sizes += std::filesystem::file_size(files[i]);

  auto results = writer()->add_all(files);
  EXPECT_TRUE(results[0]);
  EXPECT_TRUE(results[2]);
  EXPECT_FALSE(results[3]);
  EXPECT_FALSE(results[5]);
  EXPECT_EQ(listener_.total(), sizes);
  EXPECT_EQ(listener_.last(), sizes);

  results = writer()->add_all(files);  // all are there: what stands costs nothing
  EXPECT_EQ(listener_.total(), sizes);
  EXPECT_EQ(listener_.last(), listener_.total());
}

TEST_F(ProgressTest, VerifyingAndMakingAnewEndAtTheTotal) {
  ASSERT_TRUE(writer()->add(world_.file("K0", held(people(0, 5'000), kAllColumns))));
  ASSERT_TRUE(writer()->add(world_.file("S1", held(people(0, 5'000), kAllColumns))));
  ASSERT_TRUE(writer()->add(world_.file("O0", held(people(0, 5'000), kAllColumns))));
  ASSERT_TRUE(writer()->verify());
  EXPECT_GT(listener_.steps(), 10U);
  EXPECT_EQ(listener_.last(), listener_.total());
  EXPECT_GT(listener_.total(), 0U);
  ASSERT_TRUE(writer()->rebuild());
  EXPECT_GT(listener_.steps(), 5U);
  EXPECT_EQ(listener_.last(), listener_.total());
  EXPECT_GT(listener_.total(), 0U);
}

TEST_F(ProgressTest, AnIndexThatNobodyAddedToHasNothingToVerify) {
  ASSERT_TRUE(writer()->verify());
  EXPECT_EQ(listener_.calls(), 0U);
}

}  // namespace
}  // namespace hitokoe::matcher::test
