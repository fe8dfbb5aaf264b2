#include "identity/agent/record_sort.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "tests/scratch_folder.h"

namespace hitokoe::identity {
namespace {

class RecordSortTest : public ::testing::Test {
 protected:
  std::vector<HkfRecord> records(std::size_t n) {
    std::vector<HkfRecord> out(n);
    for (std::size_t i = 0; i < n; ++i) {
      random_.fill(out[i].u_ref);
      // Many equal prefixes and equal subjects: the rest of u_ref and the order must decide.
      if (i % 3 == 0) std::fill_n(out[i].u_ref.begin(), 8, std::uint8_t{7});
      if (i % 7 == 0) out[i].u_ref.fill(9);
      out[i].order = static_cast<std::uint32_t>(i);
      out[i].keys.resize(random_.below(20));
      for (auto& k : out[i].keys) {
        k.field = FieldId::kEmail;
        random_.fill(k.u);
      }
    }
    return out;
  }

  // Gives what comes out, each as (u_ref, order, first key or nothing).
  static std::vector<HkfRecord> drained(RecordSort& sort) {
    std::vector<HkfRecord> out;
    const auto r = sort.drain([&](const HkfRecord& record) -> Result<void> {
      out.push_back(record);
      return ok();
    });
    EXPECT_TRUE(r) << r.error().detail;
    return out;
  }

  static void expect_same(std::vector<HkfRecord> expected, const std::vector<HkfRecord>& got) {
    std::sort(expected.begin(), expected.end(), [](const auto& a, const auto& b) {
      return std::tie(a.u_ref, a.order) < std::tie(b.u_ref, b.order);
    });
    ASSERT_EQ(got.size(), expected.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
      ASSERT_EQ(got[i].u_ref, expected[i].u_ref) << i;
      ASSERT_EQ(got[i].order, expected[i].order) << i;
      ASSERT_EQ(got[i].keys.size(), expected[i].keys.size()) << i;
      for (std::size_t k = 0; k < got[i].keys.size(); ++k) {
        ASSERT_EQ(got[i].keys[k].u, expected[i].keys[k].u);
      }
    }
  }

  ScratchFolder dir_;
  SeededRandom random_{4};
};

TEST_F(RecordSortTest, SortsInMemory) {
  const auto list = records(500);
  RecordSort sort(dir_.path(), 8U << 20, random_);
  for (const auto& r : list) ASSERT_TRUE(sort.add(r));
  EXPECT_EQ(sort.size(), 500U);
  expect_same(list, drained(sort));
}

TEST_F(RecordSortTest, SortsMoreThanItsMemoryAndLeavesNoFile) {
  const auto list = records(30000);  // about 6 MB in runs of 1 MiB
  RecordSort sort(dir_.path(), 1U << 20, random_);
  for (const auto& r : list) ASSERT_TRUE(sort.add(r));
  EXPECT_EQ(dir_.files(), 0U);  // the runs have no name
  expect_same(list, drained(sort));
  EXPECT_EQ(dir_.files(), 0U);
}

TEST_F(RecordSortTest, HoldsNothing) {
  RecordSort sort(dir_.path(), 1U << 20, random_);
  EXPECT_TRUE(drained(sort).empty());
}

TEST_F(RecordSortTest, SaysThatTheFolderCannotBeWritten) {
  const auto list = records(30000);
  RecordSort sort(dir_ / "none", 1U << 20, random_);
  Result<void> r = ok();
  for (const auto& record : list) {
    if (r = sort.add(record); !r) break;
  }
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, Errc::kIo);
}

}  // namespace
}  // namespace hitokoe::identity
