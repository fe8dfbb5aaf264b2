// Onions made to hold a crawler for ever, in a real Tor network: each is cut at its bounds, and the
// source behind another onion is not kept waiting.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <set>

#include "tests/integration/crawler/crawl_world.h"
#include "tests/integration/dark/onion_bed.h"

namespace hitokoe::testing {
namespace {

using ::testing::ElementsAre;

// Its list, "/raw/fast" and "/raw/slow" never end; "/days?month=N" leads to the next month for
// ever.
bool serve_for_ever(const HostileRequest& request, HostileConnection& out) {
  if (request.target == "/robots.txt") return out.send(answer(404, ""));
  if (request.target.starts_with("/days")) {
    const auto at = request.target.find("month=");
    const int month = at == std::string::npos ? 0 : std::stoi(request.target.substr(at + 6));
    return out.send(answer(200, "<li><a href='/day/" + std::to_string(month) +
                                    "'>x</a></li><a rel=next href='/days?month=" +
                                    std::to_string(month + 1) + "'>next</a>"));
  }
  // Its first page ends, so that the bed can see when it is up.
  if (request.target == "/" || request.target.starts_with("/day/"))
    return out.send(answer(200, request.target));
  out.send("HTTP/1.1 200 X\r\nContent-Type: text/html\r\n\r\n");
  if (request.target == "/list") {
    while (out.send("<a href=\"/raw/fast\"><a href=\"/raw/slow\">\n")) {
    }
    return false;
  }
  const bool slow = request.target == "/raw/slow";
  while (out.send(std::string(slow ? 50 : 8192, 'x'))) {
    if (slow) out.wait(std::chrono::milliseconds(100));
  }
  return false;
}

TEST(HostileOnion, ServesForEverAndIsCutWhileAnotherSourceGoesOn) {
  auto& bed = onion_bed();
  bed.list({"one", "two", "three"});
  HostileServer site(serve_for_ever);
  const auto name = bed.tor.seed({"up", "127.0.0.1:" + std::to_string(site.port())});
  ASSERT_FALSE(name.empty());
  const auto hostile = "http://" + name.back();
  const auto proxy = "    proxy: " + bed.proxy() + "\n";
  auto yaml = list_source("endless", hostile,
                          proxy + "    limits: {list: 100KiB, body: 200KiB, tries: 1}\n");
  const std::string total = "total: 1m";
  yaml.replace(yaml.find(total), total.size(), "total: 10s");
  yaml += "  - id: calendar\n    kind: xpath\n    url: " + hostile +
          "/days\n    delay: 0s\n    limits: {pages: 3}\n"
          "    item: {each: '//li/a', url: '@href', next: '//a[@rel=\"next\"]/@href'}\n" +
          proxy;
  const auto other = list_source("other", bed.base(), proxy);
  yaml += other.substr(other.find('\n') + 1);

  CrawlWorld world;
  const auto report = world.crawl(yaml);
  ASSERT_TRUE(report) << report.error().detail;
  std::set<std::string> warned;
  for (const auto& w : report.value().warnings) warned.insert(w.source + " " + w.what);
  EXPECT_THAT(warned, ElementsAre("endless list_cut"));

  EXPECT_EQ(world.item("fast").meta.cut_reason, "cap");
  EXPECT_EQ(world.item("fast").meta.size, 200U << 10);
  EXPECT_EQ(world.item("slow").meta.cut_reason, "timeout");
  EXPECT_GT(world.item("slow").meta.size, 0U);
  EXPECT_EQ(world.coverage("calendar").fetched, 3U);
  EXPECT_EQ(site.count("/days?month=2"), 1);
  EXPECT_EQ(site.count("/days?month=3"), 0) << "as many pages as a round may have";

  EXPECT_EQ(world.coverage("other").fetched, 3U);
  UtcTime last_of_other{};
  for (const auto* key : {"one", "two", "three"})
    last_of_other = std::max(last_of_other, world.item(key).meta.fetched);
  EXPECT_LT(last_of_other, world.item("slow").meta.fetched)
      << "it did not wait for the other's end";
}

}  // namespace
}  // namespace hitokoe::testing
