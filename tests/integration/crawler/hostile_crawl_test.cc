// The crawler with its real client and stores, against a site that does everything wrong.
#include <gtest/gtest.h>

#include <chrono>

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
using std::chrono::milliseconds;

constexpr const char* kAddress = "127.0.0.2";

TEST(HostileCrawl, KeepsWhatCanBeKeptAndSaysWhyTheRestIsMissing) {
  HostileServer inside([](const HostileRequest&, HostileConnection& out) {
    return out.send(answer(200, "secret of the inside"));
  });
  HostileServer site(
      [&](const HostileRequest& request, HostileConnection& out) {
        const auto& path = request.target;
        if (path == "/robots.txt") return out.send(answer(404, ""));
        if (path == "/list") {
          return out.send(answer(
              200, list_page({"fine", "empty", "endless", "short", "heals", "gone", "inside",
                              "loop", "header", "silent", "reset", "forbidden", "no-gzip"})));
        }
        if (path == "/raw/fine") return out.send(answer(200, "name,phone\n"));
        if (path == "/raw/empty") return out.send(answer(200, ""));
        if (path == "/raw/endless") {
          out.send("HTTP/1.1 200 X\r\n\r\n");
          while (out.send(std::string(8192, 'e'))) {
          }
        }
        if (path == "/raw/short") out.send("HTTP/1.1 200 X\r\nContent-Length: 99\r\n\r\npart");
        if (path == "/raw/heals") {
          if (request.number == 1) {
            out.send("HTTP/1.1 200 X\r\nContent-Length: 5\r\n\r\nwh");
            return false;
          }
          return out.send(answer(200, "whole"));
        }
        if (path == "/raw/gone") return out.send(answer(404, "not here"));
        if (path == "/raw/inside") {
          return out.send(answer(302, "", "Location: " + inside.url("/") + "\r\n"));
        }
        if (path == "/raw/loop") return out.send(answer(302, "", "Location: /raw/loop\r\n"));
        if (path == "/raw/header") {
          out.send("HTTP/1.1 200 X\r\nX: " + std::string(1 << 20, 'h') + "\r\n\r\n");
        }
        if (path == "/raw/silent") out.wait_for_ever();
        if (path == "/raw/reset") out.reset();
        if (path == "/raw/forbidden") return out.send(answer(403, "no"));
        if (path == "/raw/no-gzip") {
          return out.send(answer(200, "plain after all", "Content-Encoding: gzip\r\n"));
        }
        return false;
      },
      kAddress);
  CrawlWorld world;
  const auto report =
      world.crawl(list_source("bad", site.url(""), "    limits: {body: 100KiB, tries: 1}\n", "1s"));
  ASSERT_TRUE(report) << report.error().detail;

  const auto coverage = world.coverage("bad");
  EXPECT_EQ(coverage.listed, 13u);
  EXPECT_EQ(coverage.fetched, 6u);
  EXPECT_EQ(coverage.missed, 7u);
  EXPECT_EQ(coverage.pending, 0u);
  EXPECT_EQ(world.queued(), 6u);
  for (const char* reason : {"status_404", "address", "redirect_loop", "header_too_large",
                             "timeout", "connection", "status_403"}) {
    EXPECT_EQ(world.reason("bad", reason), 1u) << reason;
  }
  EXPECT_EQ(inside.connections(), 0);

  EXPECT_EQ(world.item("fine").body, "name,phone\n");
  EXPECT_FALSE(world.item("fine").meta.cut);
  EXPECT_EQ(world.item("fine").meta.status, 200);
  EXPECT_EQ(world.item("fine").meta.url, site.url("/raw/fine"));
  EXPECT_EQ(world.item("empty").meta.size, 0u);
  EXPECT_FALSE(world.item("empty").meta.cut);
  EXPECT_EQ(world.item("endless").meta.size, 100u << 10);
  EXPECT_EQ(world.item("endless").meta.cut_reason, "cap");
  EXPECT_EQ(world.item("short").body, "part");
  EXPECT_EQ(world.item("short").meta.cut_reason, "connection");
  EXPECT_EQ(site.count("/raw/short"), 2);
  EXPECT_EQ(world.item("heals").body, "whole");
  EXPECT_FALSE(world.item("heals").meta.cut);
  EXPECT_EQ(world.item("no-gzip").body, "plain after all");
}

TEST(HostileCrawl, AsksForTheListOnlyWhenItChangedAndForAnItemOnce) {
  HostileServer site(
      [](const HostileRequest& request, HostileConnection& out) {
        if (request.target == "/list") {
          if (request.headers.contains("if-none-match")) return out.send("HTTP/1.1 304 X\r\n\r\n");
          return out.send(answer(200, list_page({"one"}), "ETag: \"e\"\r\n"));
        }
        return out.send(answer(request.target == "/robots.txt" ? 404 : 200, "x"));
      },
      kAddress);
  CrawlWorld world;
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(world.crawl(list_source("s", site.url(""))));
  }
  EXPECT_EQ(site.count("/list"), 3);
  EXPECT_EQ(site.count("/raw/one"), 1);
  EXPECT_EQ(world.captured().size(), 1u);
  EXPECT_TRUE(world.coverage("s").last_success.has_value());
  EXPECT_EQ(world.coverage("s").last_reason, "");
}

TEST(HostileCrawl, ObeysRobotsAndKeepsTheDelay) {
  HostileServer site(
      [](const HostileRequest& request, HostileConnection& out) {
        if (request.target == "/robots.txt") {
          return out.send(answer(200, "User-agent: *\nDisallow: /raw/private\nCrawl-delay: 0.2\n"));
        }
        if (request.target == "/list") {
          return out.send(answer(200, list_page({"public", "private", "third"})));
        }
        return out.send(answer(200, request.target));
      },
      kAddress);
  CrawlWorld world;
  const auto begun = std::chrono::steady_clock::now();
  ASSERT_TRUE(world.crawl(list_source("s", site.url(""))));
  // robots.txt, list, two items: three pauses.
  EXPECT_GE(std::chrono::steady_clock::now() - begun, milliseconds(600));
  EXPECT_EQ(site.count("/raw/private"), 0);
  EXPECT_EQ(world.reason("s", "robots"), 1u);
  EXPECT_EQ(world.captured().size(), 2u);

  ASSERT_TRUE(
      world.crawl(list_source("t", site.url(""), "    robots: {ignore: test of the exception}\n")));
  EXPECT_EQ(site.count("/robots.txt"), 1);
  EXPECT_EQ(site.count("/raw/private"), 1);
}

TEST(HostileCrawl, LeavesAHostAloneThatAsksForIt) {
  HostileServer site(
      [](const HostileRequest& request, HostileConnection& out) {
        if (request.target == "/list") {
          return out.send(answer(200, list_page({"a", "b", "c"})));
        }
        if (request.target == "/robots.txt") return out.send(answer(404, ""));
        return out.send(answer(429, "slow down", "Retry-After: 3600\r\n"));
      },
      kAddress);
  CrawlWorld world;
  const auto report = world.crawl(list_source("s", site.url("")));
  ASSERT_TRUE(report) << report.error().detail;
  // One item learned it; the others were not even tried, and nothing is lost.
  EXPECT_EQ(site.count("/raw/a") + site.count("/raw/b") + site.count("/raw/c"), 1);
  EXPECT_EQ(world.coverage("s").pending, 3u);
  EXPECT_EQ(world.coverage("s").missed, 0u);
}

TEST(HostileCrawl, WaitsForAHostThatAsksForLittle) {
  HostileServer site(
      [](const HostileRequest& request, HostileConnection& out) {
        if (request.target == "/list") return out.send(answer(200, list_page({"a", "b"})));
        if (request.target == "/robots.txt") return out.send(answer(404, ""));
        if (request.target == "/raw/a") {
          return out.send(answer(503, "later", "Retry-After: 3\r\n"));
        }
        return out.send(answer(200, "b"));
      },
      kAddress);
  CrawlWorld world;
  const auto begun = std::chrono::steady_clock::now();
  ASSERT_TRUE(world.crawl(list_source("s", site.url(""))));
  EXPECT_GE(std::chrono::steady_clock::now() - begun, std::chrono::seconds(3));
  EXPECT_EQ(world.item("b").body, "b");
  EXPECT_EQ(world.coverage("s").pending, 1u);
}

TEST(HostileCrawl, ReportsAListThatTurnsBlind) {
  HostileServer site(
      [](const HostileRequest& request, HostileConnection& out) {
        if (request.target == "/list") {
          EXPECT_FALSE(request.number == 3 && request.headers.contains("if-none-match"));
          if (request.number == 1) return out.send(answer(200, list_page({"a"})));
          return out.send(answer(200, "<html>new design</html>", "ETag: \"new\"\r\n"));
        }
        return out.send(answer(request.target == "/robots.txt" ? 404 : 200, "x"));
      },
      kAddress);
  CrawlWorld world;
  EXPECT_TRUE(world.crawl(list_source("s", site.url(""))).value().warnings.empty());
  for (int i = 0; i < 2; ++i) {
    const auto report = world.crawl(list_source("s", site.url("")));
    ASSERT_EQ(report.value().warnings.size(), 1u);
    EXPECT_EQ(report.value().warnings[0].what, "blind?");
    EXPECT_EQ(world.coverage("s").last_reason, "blind?");
  }
}

TEST(HostileCrawl, TellsAListThatFailsFromOneThatIsCut) {
  HostileServer site(
      [](const HostileRequest& request, HostileConnection& out) {
        if (request.target == "/list") {
          if (request.number == 1) return out.send(answer(500, "no"));
          return out.send(answer(200, list_page({"a", "b"}) + std::string(4096, ' ')));
        }
        return out.send(answer(request.target == "/robots.txt" ? 404 : 200, request.target));
      },
      kAddress);
  CrawlWorld world;
  const auto source = list_source("s", site.url(""), "    limits: {list: 1KiB}\n");
  EXPECT_EQ(world.crawl(source).value().warnings.at(0).what, "status_500");
  EXPECT_EQ(world.coverage("s").last_reason, "status_500");
  EXPECT_EQ(world.crawl(source).value().warnings.at(0).what, "list_cut");
  EXPECT_EQ(world.coverage("s").last_reason, "list_cut");
  EXPECT_EQ(world.captured().size(), 2u);
}

TEST(HostileCrawl, CrawlsOneSourceWithoutTouchingTheOthers) {
  HostileServer site(
      [](const HostileRequest& request, HostileConnection& out) {
        if (request.target == "/list") return out.send(answer(200, list_page({"a", "b"})));
        if (request.target == "/robots.txt") return out.send(answer(404, ""));
        return out.send(answer(429, "", "Retry-After: 3600\r\n"));
      },
      kAddress);
  CrawlWorld world;
  ASSERT_TRUE(world.crawl(list_source("first", site.url(""))));
  const int before = site.count("/raw/a") + site.count("/raw/b");
  HostileServer other(
      [](const HostileRequest& request, HostileConnection& out) {
        if (request.target == "/list") return out.send(answer(200, list_page({"c"})));
        return out.send(answer(request.target == "/robots.txt" ? 404 : 200, "c"));
      },
      kAddress);
  ASSERT_TRUE(world.crawl(list_source("second", other.url(""))));
  EXPECT_EQ(site.count("/raw/a") + site.count("/raw/b"), before);
  EXPECT_EQ(world.coverage("first").pending, 2u);
  EXPECT_EQ(world.coverage("second").fetched, 1u);
}

}  // namespace
}  // namespace hitokoe::crawler
