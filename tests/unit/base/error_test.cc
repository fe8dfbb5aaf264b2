#include "hitokoe/base/error.h"

#include <gtest/gtest.h>

#include <set>

#include "hitokoe/base/result.h"

namespace hitokoe {
namespace {

constexpr Errc kAll[] = {Errc::kUsage,     Errc::kBadInput, Errc::kCorrupt,     Errc::kUnsupported,
                         Errc::kNotFound,  Errc::kExists,   Errc::kConflict,    Errc::kUnauthorized,
                         Errc::kForbidden, Errc::kLimit,    Errc::kUnavailable, Errc::kTimeout,
                         Errc::kCancelled, Errc::kIo,       Errc::kInternal};

TEST(Errc, EveryCodeHasItsOwnName) {
  std::set<std::string_view> names;
  for (const Errc code : kAll) names.insert(to_string(code));
  EXPECT_EQ(names.size(), std::size(kAll));
}

TEST(Errc, ExitCodesAreThoseOfTheContract) {
  EXPECT_EQ(exit_code(Errc::kUsage), 2);
  EXPECT_EQ(exit_code(Errc::kBadInput), 3);
  EXPECT_EQ(exit_code(Errc::kUnavailable), 4);
  EXPECT_EQ(exit_code(Errc::kInternal), 5);
  // 0 and 1 mean "done": no failure may claim them.
  for (const Errc code : kAll) EXPECT_GE(exit_code(code), 2) << to_string(code);
}

Result<int> half(int n) {
  if (n % 2 != 0) return fail(Errc::kBadInput, "odd");
  return n / 2;
}
Result<int> quarter(int n) {
  TRY(const int h, half(n));
  return half(h);
}

TEST(Result, TryHandsTheErrorToTheCaller) {
  EXPECT_EQ(quarter(8).value(), 2);
  EXPECT_EQ(quarter(6).error(), (Error{Errc::kBadInput, "odd"}));
  EXPECT_EQ(quarter(7).error(), (Error{Errc::kBadInput, "odd"}));
}

TEST(ResultDeathTest, ReadingTheValueOfAFailureEndsTheProgram) {
  EXPECT_DEATH((void)half(1).value(), "");
}

}  // namespace
}  // namespace hitokoe
