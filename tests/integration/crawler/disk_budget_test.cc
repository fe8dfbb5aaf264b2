// `hitokoe crawl --once` keeps to the disk's budget like the daemon: it stops, says so, and loses
// nothing.
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/integration/crawler/crawl_world.h"
#include "tests/integration/net/hostile_server.h"
#include "tests/integration/shell_run.h"

namespace hitokoe::crawler {
namespace {

using hitokoe::testing::answer;
using hitokoe::testing::CrawlWorld;
using hitokoe::testing::HostileConnection;
using hitokoe::testing::HostileRequest;
using hitokoe::testing::HostileServer;
using hitokoe::testing::list_page;
using hitokoe::testing::list_source;

TEST(CrawlOnce, StopsWhereTheDisksBudgetIsUsedUpAndGoesOnWhereItStopped) {
  ::setenv("HITOKOE_PASSPHRASE", hitokoe::testing::kPassphrase, 1);
  constexpr std::size_t kItems = 12;
  std::vector<std::string> keys;
  keys.reserve(kItems);
  for (std::size_t i = 0; i < kItems; ++i) keys.push_back("item-" + std::to_string(i));
  HostileServer site(
      [&](const HostileRequest& request, HostileConnection& out) {
        if (request.target == "/robots.txt") return out.send(answer(404, ""));
        if (request.target == "/list") return out.send(answer(200, list_page(keys)));
        // Slower than the disk is looked at.
        out.wait(std::chrono::milliseconds(100));
        return out.send(answer(200, "body of " + request.target));
      },
      "127.0.0.2");
  CrawlWorld world;
  const ScratchFolder folder;
  const auto crawl = [&](const std::string& disk, const std::string& language) {
    const auto config = folder.put("config.yaml", as_bytes(disk));
    const auto sources = folder.put("sources.yaml", as_bytes(list_source("s", site.url(""))));
    return run_in_shell(folder,
                        "--data '" + world.data.string() + "' --config '" + config.string() +
                            "' crawl --once --sources '" + sources.string() + "'",
                        language);
  };
  const auto none = crawl("disk: {least_free: 9000000000000000000}\n", "ja");
  EXPECT_EQ(none.exit, 3) << none.err;
  EXPECT_NE(none.err.find("ディスクの上限"), std::string::npos) << none.err;
  EXPECT_TRUE(site.requests().empty()) << "nothing is begun";

  const auto some = crawl("disk: {captures: 1, least_free: 0, every: 10ms}\n", "en");
  EXPECT_EQ(some.exit, 3) << some.err;
  EXPECT_NE(some.err.find("the disk's budget is used up"), std::string::npos) << some.err;
  const auto before = world.coverage("s");
  EXPECT_EQ(before.listed, kItems);
  EXPECT_GT(before.fetched, 0U) << "what was being fetched is finished";
  EXPECT_GT(before.pending, 0U);
  EXPECT_EQ(before.missed, 0U);

  EXPECT_EQ(crawl("disk: {least_free: 0}\n", "en").exit, 0);
  EXPECT_EQ(world.coverage("s").fetched, kItems);
  for (const auto& key : keys) EXPECT_EQ(site.count("/raw/" + key), 1) << key;
}

}  // namespace
}  // namespace hitokoe::crawler
