#include <gtest/gtest.h>

#include <set>

#include "evaluation/render/files.h"
#include "evaluation/render/values.h"
#include "hitokoe/identity/canonical.h"
#include "tests/unit/evaluation/small_world.h"

namespace hitokoe::evaluation::test {
namespace {

TEST(Values, CanBeReadAsWhatTheyAre) {
  const World world(small_world(), 1);
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto notation = notation_of(seed);
    for (std::size_t i = 0; i < kColumnCount; ++i) {
      std::vector<std::string> forms;
      const auto text = value_text(world, 5, i, 1, notation);
      identity::normalize(kColumns[i].field, text, identity::Side::kHolder, forms);
      EXPECT_FALSE(forms.empty()) << identity::field_info(kColumns[i].field).name;
    }
  }
}

TEST(Values, TelephoneNumbersAndMailboxesAreNobodyElses) {
  const World world(small_world(), 2);
  const Notation notation;
  std::set<std::string> seen;
  std::set<std::uint32_t> persons;
  std::size_t made = 0;
  for (std::uint32_t c = 0; c < world.people().contracts().size(); ++c) {
    if (!persons.insert(world.people().contracts()[c].person).second) continue;
    for (std::uint8_t v = 0; v < 3; ++v) {
      for (const std::size_t column : {3U, 4U}) {
        seen.insert(value_text(world, c, column, v, notation));
        ++made;
      }
    }
  }
  EXPECT_EQ(seen.size(), made);
  for (std::uint64_t n = 0; n < 1000; ++n) {
    EXPECT_FALSE(seen.contains(stranger_text(n, 3, notation)));
  }
  for (const auto& value : seen) {
    EXPECT_TRUE(value.ends_with(".test") || value.substr(3, 2) == "-0") << "given to nobody";
  }
}

TEST(Files, AreAFunctionOfTheSeedAndCoverEveryFormat) {
  const World world(small_world(), 3);
  LeakMaker maker(world, {}, 1);
  const auto leak = maker.make();
  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const auto a = leaked_file(world, leak.rows, leak.columns, leak.made_up, seed);
    const auto b = leaked_file(world, leak.rows, leak.columns, leak.made_up, seed);
    EXPECT_EQ(a.bytes, b.bytes);
    seen.insert(a.extension);
  }
  EXPECT_EQ(seen.size(), 5U);
}

}  // namespace
}  // namespace hitokoe::evaluation::test
