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
  if (n % 2 != 0) return fail(Errc::kBadInput, "odd", "奇数");
  return n / 2;
}
Result<int> quarter(int n) {
  TRY(const int h, half(n));
  return half(h);
}

TEST(Result, TryHandsTheErrorToTheCaller) {
  EXPECT_EQ(quarter(8).value(), 2);
  EXPECT_EQ(quarter(6).error(), (Error{Errc::kBadInput, "odd", "奇数"}));
  EXPECT_EQ(quarter(7).error(), (Error{Errc::kBadInput, "odd", "奇数"}));
}

TEST(Error, HasItsTextInBothLanguages) {
  const Error error = half(1).error();
  EXPECT_EQ(error.text(Language::kJapanese), "奇数");
  EXPECT_EQ(error.text(Language::kEnglish), "odd");
  EXPECT_EQ(error.words(), (Words{"odd", "奇数"}));
}

TEST(Error, IsEnglishWhereThereIsNoJapanese) {
  const Error error{Errc::kIo, "disk", ""};
  EXPECT_EQ(error.text(Language::kJapanese), "disk");
  EXPECT_EQ(error.text(Language::kEnglish), "disk");
  EXPECT_EQ(error.words(), Words::same("disk")) << "so that what wraps it shows it all the same";
}

TEST(Error, IsWrappedInBothLanguages) {
  const Error inner = half(1).error();
  const Error outer{inner.code, "a.csv: " + inner.words()};
  EXPECT_EQ(outer.code, Errc::kBadInput);
  EXPECT_EQ(outer.text(Language::kEnglish), "a.csv: odd");
  EXPECT_EQ(outer.text(Language::kJapanese), "a.csv: 奇数");
}

template <class... Text>
concept MakesAFailure = requires(Text... text) {
  fail(Errc::kIo, text...);
};
static_assert(MakesAFailure<const char*, const char*> && MakesAFailure<Words>);
static_assert(!MakesAFailure<const char*>, "a text in one language only must not compile");

TEST(ResultDeathTest, ReadingTheValueOfAFailureEndsTheProgram) {
  EXPECT_DEATH((void)half(1).value(), "");
}

}  // namespace
}  // namespace hitokoe
