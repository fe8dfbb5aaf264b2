// Sources that a person paused, through the whole engine.
#include <gtest/gtest.h>

#include "tests/integration/crawler/crawl_world.h"
#include "tests/integration/net/hostile_server.h"

namespace hitokoe::crawler {
namespace {

using hitokoe::testing::answer;
using hitokoe::testing::CrawlWorld;
using hitokoe::testing::HostileConnection;
using hitokoe::testing::HostileRequest;
using hitokoe::testing::HostileServer;
using hitokoe::testing::list_page;
using hitokoe::testing::list_source;

TEST(PausedCrawl, APausedSourceIsLeftAloneAndTheOthersGoOn) {
  HostileServer site(
      [](const HostileRequest& request, HostileConnection& out) {
        if (request.target == "/list") return out.send(answer(200, list_page({"a", "b"})));
        return out.send(answer(request.target.starts_with("/raw/") ? 200 : 404, "text"));
      },
      "127.0.0.2");
  CrawlWorld world;
  const auto base = site.url("");
  const auto one = list_source("one", base.substr(0, base.find_last_not_of('/') + 1));
  auto two = one.substr(one.find("  - id"));
  two.replace(two.find("one"), 3, "two");
  const auto both = one + two;

  ASSERT_TRUE(world.control().pause({"one", "法務の確認待ち", "sato", UtcTime{}}).value());
  const auto paused = world.crawl(both);
  ASSERT_TRUE(paused) << paused.error().detail;
  ASSERT_EQ(paused.value().warnings.size(), 1u);
  EXPECT_EQ(paused.value().warnings[0].source, "one");
  EXPECT_EQ(paused.value().warnings[0].what, "paused");
  EXPECT_EQ(world.captured().size(), 2u);
  EXPECT_EQ(world.coverage("one").listed, 0u);
  EXPECT_EQ(world.coverage("two").fetched, 2u);

  ASSERT_TRUE(world.control().resume("one", "cleared", "sato", UtcTime{}).value());
  const auto resumed = world.crawl(both);
  ASSERT_TRUE(resumed) << resumed.error().detail;
  EXPECT_TRUE(resumed.value().warnings.empty());
  EXPECT_EQ(world.coverage("one").fetched, 2u);
}

}  // namespace
}  // namespace hitokoe::crawler
