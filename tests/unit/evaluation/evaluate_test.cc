#include "hitokoe/evaluation/evaluate.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "tests/unit/evaluation/small_world.h"

namespace hitokoe::evaluation::test {
namespace {

RunOptions small_run() {
  RunOptions o;
  o.world = small_world();
  o.count = 24;
  o.leaks_per_world = 6;
  o.threads = 1;
  return o;
}

TEST(Evaluate, GivesTheSameOnAnyNumberOfThreads) {
  auto options = small_run();
  const auto one = evaluate(options);
  options.threads = 3;
  std::uint64_t last = 0;
  const auto three = evaluate(options, [&](std::uint64_t done, std::uint64_t total) {
    EXPECT_EQ(done, last + 1);
    EXPECT_EQ(total, 24U);
    last = done;
  });
  ASSERT_TRUE(one && three);
  EXPECT_EQ(last, 24U);
  EXPECT_EQ(to_json(one.value(), options, "base"), to_json(three.value(), options, "base"));
  options.seed = 2;
  EXPECT_NE(to_json(one.value(), options, "base"),
            to_json(evaluate(options).value(), options, "base"));
}

TEST(Evaluate, TellsEverythingInBothLanguagesAndAsJson) {
  const auto options = small_run();
  const auto done = evaluate(options).value();
  EXPECT_EQ(done.leaks, 24U);
  EXPECT_EQ(done.worlds, 4U);
  const auto en = render(done, Language::kEnglish);
  const auto ja = render(done, Language::kJapanese);
  for (const char* words : {"oracle", "most matches", "coverage at P >= 0.9", "twins"}) {
    EXPECT_NE(en.find(words), std::string::npos) << words;
  }
  for (const char* words : {"理論上の限界", "最多一致", "双子"}) {
    EXPECT_NE(ja.find(words), std::string::npos) << words;
  }
  const auto json = boost::json::parse(to_json(done, options, "base")).as_object();
  for (const char* id : {"model", "oracle", "most_matches", "smallest_set", "jaccard", "guilt"}) {
    EXPECT_TRUE(json.at("methods").as_object().contains(id)) << id;
  }
  const auto svg = calibration_svg(done, Language::kJapanese);
  EXPECT_TRUE(svg.starts_with("<svg") && svg.ends_with("</svg>\n"));
}

TEST(Evaluate, RefusesWhatMakesNoWorld) {
  auto options = small_run();
  options.world.customers = 0;
  EXPECT_EQ(evaluate(options).error().code, Errc::kUsage);
  options = small_run();
  options.leaks.two_sources = options.leaks.unregistered = 0.6;
  EXPECT_EQ(evaluate(options).error().code, Errc::kUsage);
  EXPECT_EQ(preset_by_name("flat").error().code, Errc::kUsage);
}

TEST(Presets, HaveNamesOfTheirOwnAndPassTheCheck) {
  std::set<std::string_view> names;
  for (const auto& p : presets()) {
    EXPECT_TRUE(names.insert(p.name).second);
    RunOptions options;
    for (const double factor : {1.0 / 3, 1.0, 3.0}) {
      options.world = p.world;
      options.leaks = p.leaks;
      scale_rates(options.world, options.leaks, factor);
      EXPECT_TRUE(check(options)) << p.name << " " << factor;
    }
  }
}

}  // namespace
}  // namespace hitokoe::evaluation::test
