// What sites do to crawlers, one kind a test, over loopback through the real client, engine and
// stores: calendars without end, floods, answers made to be read in two ways, pages made to be
// deep. Each round ends, keeps what can be kept, and says what it left and why.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <map>
#include <memory>

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

constexpr const char* kAddress = "127.0.0.2";

// Answers for a robots.txt that there is not.
bool no_robots(const HostileRequest& request, HostileConnection& out) {
  return request.target == "/robots.txt" && (out.send(answer(404, "")), true);
}

std::string xpath_source(const std::string& base, const std::string& more) {
  return "sources:\n  - id: s\n    kind: xpath\n    url: '" + base +
         "/'\n    delay: 0s\n    allow_networks: [127.0.0.2/32]\n"
         "    timeouts: {connect: 20s, first_byte: 20s, total: 1m}\n" +
         more;
}

std::string warning_of(const CrawlReport& report) {
  return report.warnings.empty() ? "" : report.warnings[0].what;
}

TEST(BadInput, ACalendarWithoutEndIsReadAsFarAsThePagesOfARound) {
  HostileServer site(
      [](const HostileRequest& request, HostileConnection& out) {
        if (no_robots(request, out)) return true;
        if (request.target.starts_with("/day")) return out.send(answer(200, request.target));
        const auto at = request.target.find("month=");
        const int month = at == std::string::npos ? 0 : std::stoi(request.target.substr(at + 6));
        std::string page;
        for (int day = 0; day < 3; ++day) {
          const auto name = std::to_string(month) + "-" + std::to_string(day);
          page += "<li><a href='/day?d=" + name + "'>" + name + "</a></li>";
        }
        page += "<a rel=next href='/?month=" + std::to_string(month + 1) + "'>next</a>";
        return out.send(answer(200, page));
      },
      kAddress);
  CrawlWorld world;
  const auto yaml = xpath_source(site.url(""),
                                 "    limits: {pages: 5}\n"
                                 "    item: {each: '//li/a', url: '@href', "
                                 "next: '//a[@rel=\"next\"]/@href'}\n");
  for (int round = 1; round <= 2; ++round) {
    const auto report = world.crawl(yaml);
    ASSERT_TRUE(report) << report.error().detail;
    EXPECT_EQ(world.coverage("s").fetched, 15U);
    EXPECT_EQ(site.count("/?month=4"), round);
    EXPECT_EQ(site.count("/?month=5"), 0);
  }
}

TEST(BadInput, AFarmOfLinksIsBoundedAndSaysSo) {
  std::string farm = "<html>";
  for (int i = 0; i < 200'000; ++i) farm += "<a href=\"/raw/" + std::to_string(i) + "\">";
  HostileServer site(
      [&](const HostileRequest& request, HostileConnection& out) {
        if (no_robots(request, out)) return true;
        if (request.target == "/list") return out.send(answer(200, farm));
        // What is fetched is a farm again; nobody follows it.
        return out.send(answer(200, std::string_view(farm).substr(0, 4096)));
      },
      kAddress);
  CrawlWorld world;
  const auto report =
      world.crawl(list_source("s", site.url(""), "    limits: {items: 20, list: 8MiB}\n"));
  ASSERT_TRUE(report) << report.error().detail;
  EXPECT_EQ(warning_of(report.value()), "list_too_long");
  EXPECT_EQ(world.coverage("s").listed, 20U);
  EXPECT_EQ(world.coverage("s").fetched, 20U);
  EXPECT_EQ(world.coverage("s").last_reason, "list_too_long");
}

TEST(BadInput, TenThousandRedirectsAreFollowedTenTimes) {
  HostileServer site(
      [](const HostileRequest& request, HostileConnection& out) {
        if (no_robots(request, out)) return true;
        if (request.target == "/list") return out.send(answer(200, list_page({"far", "near"})));
        if (request.target == "/raw/near") return out.send(answer(200, "near"));
        const auto at = request.target.find('?');
        const int hop = at == std::string::npos ? 0 : std::stoi(request.target.substr(at + 1));
        if (hop == 10'000) return out.send(answer(200, "arrived"));
        return out.send(answer(302, "", "Location: /raw/far?" + std::to_string(hop + 1) + "\r\n"));
      },
      kAddress);
  CrawlWorld world;
  ASSERT_TRUE(world.crawl(list_source("s", site.url(""), "    limits: {tries: 1}\n")));
  EXPECT_EQ(world.reason("s", "too_many_redirects"), 1U);
  EXPECT_EQ(world.item("near").body, "near");
  EXPECT_EQ(site.count("/raw/far?10"), 1);
  EXPECT_EQ(site.count("/raw/far?11"), 0);
}

TEST(BadInput, ThousandsOfCookiesAreNeitherKeptNorSentBack) {
  std::string some;
  for (int i = 0; i < 1'500; ++i) some += "Set-Cookie: c" + std::to_string(i) + "=v; Path=/\r\n";
  std::string flood;
  for (int i = 0; i < 40'000; ++i) flood += "Set-Cookie: c" + std::to_string(i) + "=v\r\n";
  HostileServer site(
      [&](const HostileRequest& request, HostileConnection& out) {
        if (no_robots(request, out)) return true;
        if (request.target == "/list")
          return out.send(answer(200, list_page({"some", "after", "flood"}), some));
        if (request.target == "/raw/flood") return out.send(answer(200, "x", flood));
        return out.send(answer(200, request.target, some));
      },
      kAddress);
  CrawlWorld world;
  ASSERT_TRUE(world.crawl(list_source("s", site.url(""), "    limits: {tries: 1}\n")));
  EXPECT_EQ(world.item("some").body, "/raw/some");
  EXPECT_EQ(world.item("after").body, "/raw/after");
  EXPECT_EQ(world.reason("s", "header_too_large"), 1U);
  for (const auto& request : site.requests())
    EXPECT_FALSE(request.headers.contains("cookie")) << request.target;
}

// Answers that a proxy and a client could read differently, each with a second answer behind it
// that nobody asked for.
TEST(BadInput, AnswersThatCanBeReadInTwoWaysNeverBecomeTheNextItems) {
  const std::string poison = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison";
  const std::vector<std::pair<std::string, std::string>> shapes = {
      {"length-and-chunks",
       "HTTP/1.1 200 X\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"chunks-and-length",
       "HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\nContent-Length: "
       "0\r\n\r\n2\r\nok\r\n0\r\n\r\n"},
      {"two-lengths", "HTTP/1.1 200 X\r\nContent-Length: 2\r\nContent-Length: 0\r\n\r\nok"},
      {"list-of-lengths", "HTTP/1.1 200 X\r\nContent-Length: 2, 0\r\n\r\nok"},
      {"spaced-length", "HTTP/1.1 200 X\r\nContent-Length : 2\r\n\r\nok"},
      {"folded-length",
       "HTTP/1.1 200 X\r\nX: y\r\n Content-Length: 0\r\nContent-Length: 2\r\n\r\nok"},
      {"plus-length", "HTTP/1.1 200 X\r\nContent-Length: +2\r\n\r\nok"},
      {"strange-coding",
       "HTTP/1.1 200 X\r\nTransfer-Encoding: xchunked\r\nContent-Length: 2\r\n\r\nok"},
      {"chunked-twice",
       "HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"
       "2\r\nok\r\n0\r\n\r\n"},
      {"chunk-with-spaces",
       "HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n2 ;a=\"\r\n\"\r\nok\r\n0\r\n\r\n"},
      {"chunk-overflow",
       "HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000002\r\nok\r\n0\r\n\r\n"},
      {"bare-line-feeds", "HTTP/1.1 200 X\nContent-Length: 2\n\nok"},
      {"no-body-status", "HTTP/1.1 204 X\r\nContent-Length: 5\r\n\r\n"},
      {"not-modified-body", "HTTP/1.1 304 X\r\nContent-Length: 5\r\n\r\n"},
      {"many-continues",
       "HTTP/1.1 100 C\r\n\r\nHTTP/1.1 103 E\r\nContent-Length: 9\r\n\r\n"
       "HTTP/1.1 200 X\r\nContent-Length: 2\r\n\r\nok"},
      {"trailer-length",
       "HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n"
       "2\r\nok\r\n0\r\nContent-Length: 90\r\n\r\n"},
  };
  std::vector<std::unique_ptr<HostileServer>> sites;
  std::string yaml = "sources:\n";
  for (const auto& [name, bytes] : shapes) {
    sites.push_back(std::make_unique<HostileServer>(
        [&, whole = bytes + poison](const HostileRequest& request, HostileConnection& out) {
          if (no_robots(request, out)) return true;
          if (request.target == "/list") return out.send(answer(200, list_page({"a", "b", "c"})));
          if (request.target == "/raw/a") return out.send(whole);
          return out.send(answer(200, "own " + request.target));
        },
        kAddress));
    const auto source = list_source(name, sites.back()->url(""), "    limits: {tries: 1}\n", "1s");
    yaml += source.substr(source.find('\n') + 1);
    yaml.replace(yaml.rfind("total: 1m"), 9, "total: 1s");
  }
  CrawlWorld world;
  ASSERT_TRUE(world.crawl(yaml));
  std::map<std::string, int> own;
  for (const auto& one : world.captured()) {
    if (one.meta.item == "a") {
      EXPECT_TRUE(one.meta.cut || one.body.size() <= 2)
          << one.meta.source << ": " << one.body << " " << one.meta.cut_reason;
    } else {
      EXPECT_EQ(one.body, "own /raw/" + one.meta.item) << one.meta.source;
      ++own[one.meta.source];
    }
  }
  for (const auto& [name, bytes] : shapes) {
    EXPECT_EQ(own[name], 2) << name << ": the others are missed for what one answer did";
    EXPECT_EQ(world.coverage(name).listed, 3U) << name;
    EXPECT_EQ(world.coverage(name).pending, 0U) << name;
  }
}

TEST(BadInput, ARobotsTxtWithoutEndIsReadToItsBoundAndObeyed) {
  std::atomic<std::uint64_t> sent{0};
  HostileServer site(
      [&](const HostileRequest& request, HostileConnection& out) {
        if (request.target == "/robots.txt") {
          out.send(
              "HTTP/1.1 200 X\r\nContent-Length: 1073741824\r\n\r\n"
              "User-agent: *\nDisallow: /raw/private\n");
          const std::string line(8191, 'x');
          while (sent < (1U << 30) && out.send(line + "\n")) sent += 8192;
          return false;
        }
        if (request.target == "/list")
          return out.send(answer(200, list_page({"public", "private"})));
        return out.send(answer(200, request.target));
      },
      kAddress);
  CrawlWorld world;
  ASSERT_TRUE(world.crawl(list_source("s", site.url(""))));
  EXPECT_EQ(world.item("public").body, "/raw/public");
  EXPECT_EQ(world.reason("s", "robots"), 1U);
  EXPECT_EQ(site.count("/raw/private"), 0);
  EXPECT_LT(sent, 32U << 20) << "what was in the kernel's buffers, not a gigabyte";
}

TEST(BadInput, AFeedWithBrokenXmlAndWrongDatesGivesWhatCanBeReadAndOneWithEntitiesIsRefused) {
  const std::string broken =
      "<?xml version='1.0'?><rss><channel><item><title>&nbsp;&c;</title><link>/raw/one</link>"
      "<guid>1</guid><pubDate>Sun, 99 Foo 20260 25:61:61 XYZ</pubDate></item>"
      "<item><title>a < b & c</title><link>/raw/two</link><guid>2</guid><pubDate></pubDate></item>"
      "<item><link>/raw/three</link><guid>3</guid><pubDate>-1</pubDate></item></chan";
  const std::string laughs =
      "<!DOCTYPE r [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>"
      "<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;'><!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
      "<rss><channel><item><title>&c;&x;</title><link>/raw/&x;</link></item></channel></rss>";
  HostileServer site(
      [&](const HostileRequest& request, HostileConnection& out) {
        if (no_robots(request, out)) return true;
        if (request.target == "/broken") return out.send(answer(200, broken));
        if (request.target == "/laughs") return out.send(answer(200, laughs));
        return out.send(answer(200, request.target));
      },
      kAddress);
  CrawlWorld world;
  const std::string rest =
      "'\n    item: {again: updated}\n    delay: 0s\n    allow_networks: "
      "[127.0.0.2/32]\n";
  const auto report =
      world.crawl("sources:\n  - id: broken\n    kind: feed\n    url: '" + site.url("/broken") +
                  rest + "  - id: laughs\n    kind: feed\n    url: '" + site.url("/laughs") + rest);
  ASSERT_TRUE(report) << report.error().detail;
  ASSERT_EQ(report.value().warnings.size(), 1U);
  EXPECT_EQ(report.value().warnings[0].source, "laughs");
  EXPECT_EQ(report.value().warnings[0].what, "bad_feed");
  EXPECT_EQ(world.coverage("laughs").listed, 0U);
  EXPECT_EQ(world.coverage("broken").listed, 3U);
  EXPECT_EQ(world.coverage("broken").fetched, 3U);
  EXPECT_EQ(world.item("1").body, "/raw/one");
  EXPECT_EQ(world.item("2").body, "/raw/two");
}

TEST(BadInput, APageNestedAHundredThousandDeepIsReadWithoutFalling) {
  constexpr std::size_t kDepth = 100'000;
  std::string deep;
  for (std::size_t i = 0; i < kDepth; ++i) deep += i % 2 == 0 ? "<div>" : "<b>";
  const std::string list =
      "<ul><li><a href='/t'>t</a></li></ul>" + deep + "<ul><li><a href='/inner'>x</a></li></ul>";
  const std::string thread =
      "<p class=post id=1>before</p>" + deep + "<p class=post id=2>inside</p>";
  HostileServer site(
      [&](const HostileRequest& request, HostileConnection& out) {
        if (no_robots(request, out)) return true;
        return out.send(answer(200, request.target == "/" ? list : thread));
      },
      kAddress);
  CrawlWorld world;
  const auto report = world.crawl(xpath_source(
      site.url(""),
      "    item: {each: '//li/a', url: '@href'}\n"
      "    posts: {each: '//p[@class=\"post\"]', id: '@id', body: '.'}\n    limits: {tries: 1}\n"));
  ASSERT_TRUE(report) << report.error().detail;
  ASSERT_GE(world.captured().size(), 1U);
  EXPECT_NE(world.captured().front().body.find("before"), std::string::npos);
}

// A service behind a proxy that never stops sending, with its list, an item at full speed and one
// just fast enough not to be slow: each is cut, and the next source is not kept waiting.
TEST(BadInput, AnOnionThatServesForEverIsCutAndHoldsNobodyElse) {
  const std::string onion = "http://hg3r4p4k6ixktcm65yb64tiqyavuarpr6vp6orjoopptxx5npzut32ad.onion";
  HostileServer proxy([&](const HostileRequest& request, HostileConnection& out) {
    if (request.target == onion + "/robots.txt") return out.send(answer(404, ""));
    out.send("HTTP/1.1 200 X\r\n\r\n");
    if (request.target == onion + "/list") {
      for (int i = 0; out.send("<a href=\"/raw/" + std::to_string(i % 2) + "\">\n"); ++i) {
      }
    }
    const bool slow = request.target == onion + "/raw/1";
    while (out.send(slow ? std::string(200, 's') : std::string(8192, 'f'))) {
      if (slow) out.wait(std::chrono::milliseconds(100));
    }
    return false;
  });
  CrawlWorld world;
  const auto begun = std::chrono::steady_clock::now();
  const auto report = world.crawl(
      "sources:\n  - id: s\n    kind: list\n    url: " + onion +
      "/list\n    item: {link: 'href=\"/raw/([a-z0-9-]+)\"', key: '\\1', url: '/raw/\\1'}\n"
      "    delay: 0s\n    proxy: " +
      proxy.url("") +
      "\n    limits: {list: 100KiB, body: 200KiB}\n"
      "    timeouts: {connect: 20s, first_byte: 20s, total: 2s}\n");
  ASSERT_TRUE(report) << report.error().detail;
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(30));
  EXPECT_EQ(warning_of(report.value()), "list_cut");
  EXPECT_EQ(world.item("0").meta.cut_reason, "cap");
  EXPECT_EQ(world.item("0").meta.size, 200U << 10);
  EXPECT_EQ(world.item("1").meta.cut_reason, "timeout");
  EXPECT_GT(world.item("1").meta.size, 0U);
}

TEST(BadInput, TwoItemsWithOneIdAreOneAndAnItemThatChangesIsTakenAgain) {
  std::atomic<int> version{1};
  HostileServer site(
      [&](const HostileRequest& request, HostileConnection& out) {
        if (no_robots(request, out)) return true;
        const auto now = std::to_string(version);
        if (request.target == "/list")
          return out.send(answer(200, "<a href=\"/raw/a?id=1&v=" + now +
                                          "\"><a href=\"/raw/b?id=1&v=" + now +
                                          "\"><a href=\"/raw/c?id=2&v=1\">"));
        return out.send(answer(200, request.target + " as it is now: " + now));
      },
      kAddress);
  CrawlWorld world;
  const auto yaml =
      "sources:\n  - id: s\n    kind: list\n    url: " + site.url("/list") +
      "\n    item: {link: 'href=\"(/raw/[a-z])\\?id=([0-9]+)&v=([0-9]+)\"', key: '\\2', url: "
      "'\\1', version: '\\3'}\n    delay: 0s\n    allow_networks: [127.0.0.2/32]\n";
  ASSERT_TRUE(world.crawl(yaml));
  EXPECT_EQ(world.coverage("s").listed, 2U);
  EXPECT_EQ(world.captured().size(), 2U);
  EXPECT_EQ(site.count("/raw/a") + site.count("/raw/b"), 1) << "one id, one item";
  version = 2;
  ASSERT_TRUE(world.crawl(yaml));
  EXPECT_EQ(world.captured().size(), 3U);
  EXPECT_EQ(site.count("/raw/c"), 1) << "what did not change is left alone";
  ASSERT_TRUE(world.crawl(yaml));
  EXPECT_EQ(world.captured().size(), 3U);
  EXPECT_EQ(world.coverage("s").fetched, 2U);
}

}  // namespace
}  // namespace hitokoe::crawler
