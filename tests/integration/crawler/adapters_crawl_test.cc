// Sources of their own formats through the whole engine, its real client and its stores: sites that
// answer the wire format on sockets of loopback, and change between the rounds.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <mutex>

#include "tests/integration/crawler/crawl_world.h"
#include "tests/integration/net/hostile_server.h"

namespace hitokoe::crawler {
namespace {

using hitokoe::testing::answer;
using hitokoe::testing::CrawlWorld;
using hitokoe::testing::HostileConnection;
using hitokoe::testing::HostileRequest;
using hitokoe::testing::HostileServer;

constexpr const char* kAddress = "127.0.0.2";

std::string source(const std::string& kind, const std::string& url, const std::string& more = "",
                   const std::string& id = "s") {
  return "  - id: " + id + "\n    kind: " + kind + "\n    url: '" + url +
         "'\n    allow_networks: [127.0.0.2/32]\n" + more;
}

std::string post(const std::string& text) {
  return "n<>sage<>2026/04/01(wed) 00:00:00.00 ID:x<> " + text + " <>\n";
}

// A board with one thread, whose server keeps ranges as RFC 9110 wants.
class Board {
 public:
  Board()
      : server_([this](const auto& request, auto& out) { return serve(request, out); }, kAddress) {}

  void set(const std::string& dat, int posts) {
    const std::scoped_lock lock(mutex_);
    dat_ = dat;
    posts_ = posts;
  }
  std::vector<std::string> ranges() const {
    std::vector<std::string> out;
    for (const auto& request : server_.requests()) {
      if (request.target != "/news/dat/1700000001.dat") continue;
      const auto range = request.headers.find("range");
      out.push_back(range == request.headers.end() ? "" : range->second);
    }
    return out;
  }
  std::string url() const { return server_.url("/news/"); }

 private:
  bool serve(const HostileRequest& request, HostileConnection& out) {
    const std::scoped_lock lock(mutex_);
    if (request.target == "/news/subject.txt") {
      return out.send(answer(200, "1700000001.dat<>t (" + std::to_string(posts_) + ")\n"));
    }
    if (request.target != "/news/dat/1700000001.dat") return out.send(answer(404, ""));
    const auto range = request.headers.find("range");
    if (range == request.headers.end()) return out.send(answer(200, dat_));
    const auto from = std::stoul(range->second.substr(6));
    if (from >= dat_.size()) return out.send(answer(416, ""));
    return out.send(answer(206, dat_.substr(from),
                           "Content-Range: bytes " + std::to_string(from) + "-" +
                               std::to_string(dat_.size() - 1) + "/" + std::to_string(dat_.size()) +
                               "\r\n"));
  }

  std::mutex mutex_;
  std::string dat_;
  int posts_ = 0;
  HostileServer server_;  // last: it serves what is above
};

TEST(AdaptersCrawl, AThreadThatGrowsGivesWhatIsNewOnce) {
  Board board;
  CrawlWorld world;
  const auto yaml = "sources:\n" + source("5ch", board.url(), "    delay: 0s\n");
  const auto round = [&] {
    const auto report = world.crawl(yaml);
    ASSERT_TRUE(report) << report.error().detail;
    EXPECT_TRUE(report.value().warnings.empty());
  };
  const auto first = post("1") + post("2");
  board.set(first, 2);
  round();
  round();  // nothing changed: the dat is not asked for
  board.set(first + post("3"), 3);
  round();
  board.set(post("1") + post("3") + post("4 is longer"), 4);  // post 2 was deleted
  round();
  board.set(post("1"), 5);  // shorter than what was read
  round();

  std::vector<std::string> bodies;
  for (const auto& capture : world.captured()) {
    EXPECT_EQ(capture.meta.item, "1700000001");
    bodies.push_back(capture.body);
  }
  std::ranges::sort(bodies);
  std::vector<std::string> expected{first, post("3"), post("4 is longer")};
  std::ranges::sort(expected);
  EXPECT_EQ(bodies, expected);
  const auto end = std::to_string(first.size() - 1);
  const auto later = std::to_string(first.size() + post("3").size() - 1);
  EXPECT_EQ(board.ranges().at(1), "bytes=" + end + "-");
  EXPECT_EQ(board.ranges().at(2), "bytes=" + later + "-");
  EXPECT_EQ(world.coverage("s").listed, 1u);
  EXPECT_EQ(world.coverage("s").fetched, 1u);
  EXPECT_EQ(world.queued(), 3u);
}

TEST(AdaptersCrawl, PostsThatComeWithTheListAreCapturedPageByPageAndOnce) {
  std::atomic<int> newest{120};
  HostileServer forum(
      [&](const HostileRequest& request, HostileConnection& out) {
        if (!request.target.starts_with("/posts.json")) return out.send(answer(404, ""));
        int last = newest;
        if (const auto at = request.target.find("before="); at != std::string::npos)
          last = std::stoi(request.target.substr(at + 7));
        std::string posts;
        for (int id = last; id > std::max(0, last - 50); --id) {
          posts += (posts.empty() ? "" : ",") + std::string("{\"id\":") + std::to_string(id) +
                   ",\"cooked\":\"<p>post " + std::to_string(id) + "</p>\"}";
        }
        return out.send(answer(200, "{\"latest_posts\":[" + posts + "]}"));
      },
      kAddress);
  CrawlWorld world;
  const auto yaml =
      "sources:\n" + source("discourse", forum.url("/"), "    delay: 0s\n    limits: {pages: 2}\n");
  auto report = world.crawl(yaml);
  ASSERT_TRUE(report) << report.error().detail;
  EXPECT_TRUE(report.value().warnings.empty()) << "the first time, there is always more";
  EXPECT_EQ(world.captured().size(), 100u);
  newest = 123;
  ASSERT_TRUE(world.crawl(yaml));
  EXPECT_EQ(world.captured().size(), 103u);
  EXPECT_NE(world.item("123").body.find("<p>post 123</p>"), std::string::npos);
  EXPECT_EQ(world.item("123").meta.url, forum.url("/p/123"));
  EXPECT_EQ(world.item("123").meta.content_type, "text/html; charset=utf-8");
  newest = 400;
  report = world.crawl(yaml);
  ASSERT_EQ(report.value().warnings.size(), 1u);
  EXPECT_EQ(report.value().warnings[0].what, "list_too_long") << "a gap is told";
  EXPECT_EQ(world.coverage("s").fetched, world.coverage("s").listed);
}

TEST(AdaptersCrawl, RobotsDecideAboutTheRequestThatIsMade) {
  HostileServer site(
      [](const HostileRequest& request, HostileConnection& out) {
        if (request.target == "/robots.txt")
          return out.send(answer(200, "User-agent: *\nDisallow: /posts.json\n"));
        return out.send(answer(200, R"({"latest_posts":[{"id":1,"cooked":"x"}]})"));
      },
      kAddress);
  CrawlWorld world;
  const auto report =
      world.crawl("sources:\n" + source("discourse", site.url("/"), "    delay: 0s\n"));
  ASSERT_EQ(report.value().warnings.size(), 1u);
  EXPECT_EQ(report.value().warnings[0].what, "robots");
  EXPECT_EQ(site.count("/posts.json"), 0);
  EXPECT_TRUE(world.captured().empty());
}

TEST(AdaptersCrawl, ASiteThatShutsTheDoorIsBlindUntilItOpens) {
  std::atomic<int> mood{0};
  HostileServer site(
      [&](const HostileRequest& request, HostileConnection& out) {
        if (request.target == "/robots.txt") return out.send(answer(404, ""));
        if (request.target != "/b/threads.json")
          return out.send(answer(200, R"({"posts":[{"no":1,"com":"x"}]})"));
        if (mood == 1) return out.send(answer(200, "<form><input type=\"password\"></form>"));
        if (mood == 2) return out.send(answer(200, "<div class=\"h-captcha\"></div>"));
        if (mood == 3) return out.send(answer(200, "something else"));
        return out.send(answer(200, R"([{"threads":[{"no":1,"last_modified":1}]}])"));
      },
      kAddress);
  CrawlWorld world;
  const auto yaml = "sources:\n" + source("4chan", site.url("/b/threads.json"));
  for (const char* reason : {"", "blind_login", "blind_captcha", "blind_shape", ""}) {
    const auto report = world.crawl(yaml);
    ASSERT_TRUE(report) << report.error().detail;
    EXPECT_EQ(world.coverage("s").last_reason, reason);
    EXPECT_EQ(report.value().warnings.size(), *reason == 0 ? 0u : 1u) << reason;
    mood = (mood + 1) % 4;
  }
  EXPECT_EQ(world.captured().size(), 1u);
}

TEST(AdaptersCrawl, WordsOfASiteThatADatabaseMayNotKeepAreNotRemembered) {
  std::atomic<int> round{1};
  HostileServer site(
      [&](const HostileRequest& request, HostileConnection& out) {
        if (request.target == "/robots.txt") return out.send(answer(404, ""));
        const auto now = std::to_string(round);
        if (request.target == "/b/threads.json")
          return out.send(answer(200, R"([{"threads":[{"no":1,"last_modified":)" + now + "}]}]"));
        return out.send(answer(200, R"({"posts":[{"no":)" + now + R"(,"com":"x"}]})",
                               round == 1 ? "Last-Modified: a\xff\r\n" : "Last-Modified: b\r\n"));
      },
      kAddress);
  CrawlWorld world;
  const auto yaml = "sources:\n" + source("4chan", site.url("/b/threads.json"));
  for (; round <= 3; ++round) {
    const auto report = world.crawl(yaml);
    ASSERT_TRUE(report) << report.error().detail;
  }
  std::vector<std::string> since;
  for (const auto& request : site.requests()) {
    if (request.target != "/b/thread/1.json") continue;
    const auto header = request.headers.find("if-modified-since");
    since.push_back(header == request.headers.end() ? "" : header->second);
  }
  EXPECT_EQ(since, (std::vector<std::string>{"", "", "b"}));
  EXPECT_EQ(world.captured().size(), 3U) << "and nothing of the thread is missed";
}

TEST(AdaptersCrawl, ItemsOfAnotherTypeAreAWarningWhenSeveralComeSo) {
  std::atomic<int> dead{1};
  std::atomic<int> asked{0};
  std::atomic<bool> shut{false};
  HostileServer site(
      [&](const HostileRequest& request, HostileConnection& out) {
        if (request.target == "/robots.txt") return out.send(answer(404, ""));
        if (request.target == "/list") {
          std::string page;
          for (int i = 0; i < 6; ++i) {
            page += "<a href=\"/" + std::to_string(asked) + "/" + std::to_string(i) + "\">";
          }
          return out.send(answer(200, page));
        }
        if (!shut && request.target.back() - '0' >= dead)
          return out.send(answer(200, "text", "Content-Type: text/plain\r\n"));
        return out.send(answer(200, shut ? "<input type=password>" : "<p>no such paste",
                               "Content-Type: text/html\r\n"));
      },
      kAddress);
  const auto yaml = "sources:\n" + source("list", site.url("/list"),
                                          "    delay: 0s\n    limits: {tries: 1}\n"
                                          "    item: {link: 'href=\"(/\\d/\\d)\"', url: '\\1', "
                                          "type: text/plain}\n");
  CrawlWorld world;
  const auto round = [&] {
    std::string out;
    const auto report = world.crawl(yaml);
    EXPECT_TRUE(report) << report.error().detail;
    if (!report) return out;
    for (const auto& w : report.value().warnings) out += w.what + " ";
    ++asked;
    return out;
  };
  EXPECT_EQ(round(), "") << "one dead link";
  dead = 2;
  EXPECT_EQ(round(), "") << "two";
  dead = 6;
  EXPECT_EQ(round(), "item_type ") << "nothing comes as it should";
  shut = true;
  EXPECT_EQ(round(), "blind_login ");
  EXPECT_EQ(world.reason("s", "item_type"), 15U);
  EXPECT_EQ(world.captured().size(), 9U);
}

TEST(AdaptersCrawl, WhatIsLinkedIsFetchedWithItsKeyKeptFromTheSite) {
  HostileServer bin(
      [](const HostileRequest& request, HostileConnection& out) {
        if (request.target == "/?0123456789abcdef" && request.headers.contains("x-requested-with"))
          return out.send(answer(200, R"({"status":1,"message":"Document does not exist"})"));
        if (request.target == "/raw/abcdef") return out.send(answer(200, "name,phone\n"));
        return out.send(answer(404, ""));
      },
      kAddress);
  const std::string key = "9gKLmtLYxFtMmYRmjwXQrE4Hn4zWEm4vGJP7wFdrWiVq";
  HostileServer paste(
      [&](const HostileRequest& request, HostileConnection& out) {
        if (request.target == "/list") return out.send(answer(200, "<a href=\"/raw/one\">"));
        if (request.target != "/raw/one") return out.send(answer(404, ""));
        return out.send(answer(200, "see " + bin.url("/abcdef.txt") + " and " +
                                        bin.url("/?0123456789abcdef#") + key + "\n" +
                                        bin.url("/?fedcba9876543210#-") + key));
      },
      kAddress);
  CrawlWorld world;
  const auto yaml = "sources:\n" +
                    source("list", paste.url("/list"),
                           "    delay: 0s\n    item: {link: 'href=\"/raw/(\\w+)\"', key: '\\1', "
                           "url: '/raw/\\1'}\n") +
                    source("haste", bin.url("/"), "    delay: 0s\n", "haste") +
                    source("privatebin", bin.url("/"), "    delay: 0s\n", "bin");
  ASSERT_TRUE(world.crawl(yaml));
  ASSERT_TRUE(world.crawl(yaml));  // what a round finds by links may be due in the next
  EXPECT_EQ(world.item("abcdef").body, "name,phone\n");
  EXPECT_EQ(world.coverage("haste").fetched, 1u);
  EXPECT_EQ(world.coverage("bin").listed, 2u);
  EXPECT_EQ(world.reason("bin", "paste_gone"), 1u);
  EXPECT_EQ(world.reason("bin", "burn_after_reading"), 1u);
  EXPECT_EQ(bin.count("/?fedcba9876543210"), 0) << "asking would have deleted it";
  for (const auto& request : bin.requests()) EXPECT_EQ(request.target.find(key), std::string::npos);
}

TEST(AdaptersCrawl, APasteThatIsNotReadyIsAskedForLaterAndOneWithoutAccessIsBlind) {
  std::atomic<bool> access{true};
  HostileServer site(
      [&](const HostileRequest& request, HostileConnection& out) {
        if (request.target == "/robots.txt") return out.send(answer(404, ""));
        if (!access) return out.send(answer(200, "YOUR IP: 192.0.2.1 DOES NOT HAVE ACCESS."));
        if (request.target.starts_with("/api_scraping")) {
          return out.send(answer(
              200, R"([{"key":"A1","scrape_url":"/i?i=A1"},{"key":"B2","scrape_url":"/i?i=B2"}])"));
        }
        if (request.target == "/i?i=A1") return out.send(answer(200, "text of A1"));
        return out.send(answer(200, "File is not ready for scraping yet. Try again in 1 minute."));
      },
      kAddress);
  CrawlWorld world;
  const auto yaml = "sources:\n" + source("pastebin", site.url("/api_scraping.php?limit=2"),
                                          "    limits: {tries: 2}\n");
  ASSERT_TRUE(world.crawl(yaml));
  EXPECT_EQ(world.item("A1").body, "text of A1");
  EXPECT_EQ(world.captured().size(), 1u);
  EXPECT_EQ(world.coverage("s").pending, 1u) << "not ready: due in a minute";
  access = false;
  ASSERT_TRUE(world.crawl(yaml));
  EXPECT_EQ(world.coverage("s").last_reason, "blind_no_access");
}

}  // namespace
}  // namespace hitokoe::crawler
