#include "apps/command_line/progress_line.h"

#include <gtest/gtest.h>

#include <sstream>

#include "apps/command_line/columns.h"
#include "hitokoe/base/simulated_clock.h"

namespace hitokoe::command_line {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Language kJa = Language::kJapanese;
constexpr Language kEn = Language::kEnglish;

TEST(ProgressText, SaysShareAmountRateAndWhatIsLeftInBothLanguages) {
  const auto text = [](Language l) {
    return progress_text(l, Amount::kBytes, 1'200'000'000, 2'600'000'000, seconds(10));
  };
  EXPECT_EQ(text(kEn), " 46 %  1.2/2.6 GB  120.0 MB/s  0:12 left");
  EXPECT_EQ(text(kJa), " 46 %  1.2/2.6 GB  120.0 MB/秒  残り 0:12");
}

TEST(ProgressText, CountsWithSeparators) {
  EXPECT_EQ(progress_text(kEn, Amount::kCount, 1'204, 20'000, seconds(100)),
            "  6 %  1,204/20,000  12.0/s  26:02 left");
  EXPECT_EQ(progress_text(kJa, Amount::kCount, 1'204, 20'000, seconds(100)),
            "  6 %  1,204/20,000  12.0 件/秒  残り 26:02");
  EXPECT_EQ(progress_text(kEn, Amount::kCount, 1'234'567, 0, seconds(0)), "1,234,567");
}

TEST(ProgressText, WithoutATotalSaysNeitherShareNorWhatIsLeft) {
  EXPECT_EQ(progress_text(kEn, Amount::kBytes, 5'000'000, 0, seconds(2)), "5.0 MB  2.5 MB/s");
  EXPECT_EQ(progress_text(kJa, Amount::kBytes, 5'000'000, 0, seconds(2)), "5.0 MB  2.5 MB/秒");
}

TEST(ProgressText, SaysNoRateWhereThereIsNone) {
  EXPECT_EQ(progress_text(kEn, Amount::kBytes, 0, 0, seconds(0)), "0 B");
  EXPECT_EQ(progress_text(kEn, Amount::kBytes, 0, 900, seconds(60)), "  0 %  0/900 B");
  EXPECT_EQ(progress_text(kEn, Amount::kBytes, 500, 900, milliseconds(999)), " 55 %  500/900 B");
}

TEST(ProgressText, EndsAtAHundredAndNothingLeft) {
  EXPECT_EQ(progress_text(kEn, Amount::kBytes, 900, 900, seconds(9)),
            "100 %  900/900 B  100 B/s  0:00 left");
  EXPECT_EQ(progress_text(kEn, Amount::kBytes, 1'000, 900, seconds(9)),  // more than was announced
            "100 %  900/900 B  100 B/s  0:00 left");
  EXPECT_EQ(progress_text(kEn, Amount::kCount, 999'999, 1'000'000, seconds(0)).substr(0, 5),
            " 99 %");
}

TEST(ProgressText, TellsLongTimes) {
  EXPECT_EQ(progress_text(kEn, Amount::kCount, 10, 37'250, seconds(10)),
            "  0 %  10/37,250  1.0/s  10:20:40 left");
  EXPECT_EQ(progress_text(kJa, Amount::kCount, 1, 1'000'000'000, seconds(100)),
            "  0 %  1/1,000,000,000  0.0 件/秒  残り 100 時間以上");
}

class Line : public ::testing::Test {
 protected:
  // What was written since the last call.
  std::string written() { return std::exchange(out_, {}).str(); }

  SimulatedClock clock_{UtcTime{}};
  std::ostringstream out_;
};

TEST_F(Line, IsWrittenAtMostTenTimesASecond) {
  ProgressLine line(kEn, Amount::kCount, clock_, out_, true);
  int writings = 0;
  for (std::uint64_t i = 0; i < 2'000; ++i, clock_.advance(milliseconds(1))) {
    line.tell(i, 2'000);
    if (!written().empty()) ++writings;
  }
  EXPECT_EQ(writings, 20);
}

TEST_F(Line, IsWrittenOverItselfAndErased) {
  {
    ProgressLine line(kJa, Amount::kCount, clock_, out_, true);
    clock_.advance(seconds(1));
    line.tell(10, 1'000);
    const std::string longer = "  1 %  10/1,000  10.0 件/秒  残り 1:39";
    EXPECT_EQ(written(), "\r" + longer);
    clock_.advance(seconds(1));
    line.tell(999, 1'000);
    EXPECT_EQ(written(), "\r 99 %  999/1,000  499.5 件/秒  残り 0:01");
    clock_.advance(seconds(1));
    line.tell(0, 1'000);
    const std::size_t wide = columns(" 99 %  999/1,000  499.5 件/秒  残り 0:01");
    const std::string shorter = "  0 %  0/1,000";
    EXPECT_EQ(written(), "\r" + shorter + std::string(wide - shorter.size(), ' '));
    line.erase();
    EXPECT_EQ(written(), "\r" + std::string(wide, ' ') + "\r");
    line.erase();
    EXPECT_EQ(written(), "") << "nothing stands there any more";
    clock_.advance(seconds(1));
    line.tell(1, 2);
    EXPECT_NE(written(), "");
  }
  EXPECT_EQ(written().back(), '\r') << "the end of the work erases it too";
}

TEST_F(Line, IsNotWrittenWhereNobodyLooks) {
  {
    ProgressLine line(kEn, Amount::kBytes, clock_, out_, false);
    EXPECT_FALSE(line.progress()) << "the work is not even asked to tell";
    line.tell(1, 2);
  }
  EXPECT_EQ(written(), "");
  EXPECT_FALSE(wants_progress(true));
}

TEST_F(Line, ListensToTheWork) {
  ProgressLine line(kEn, Amount::kBytes, clock_, out_, true);
  line.progress()(450, 900);
  EXPECT_EQ(written(), "\r 50 %  450/900 B");
}

TEST(Columns, CountsWideCharactersTwice) {
  EXPECT_EQ(columns(""), 0U);
  EXPECT_EQ(columns("abc …"), 5U);
  EXPECT_EQ(columns("残り 1:05"), 9U);
}

}  // namespace
}  // namespace hitokoe::command_line
