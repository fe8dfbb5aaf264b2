// A made-up forum by XPath through the whole engine: threads of many pages that grow between
// rounds, lose pages, and a thread that never ends.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>

#include "tests/integration/crawler/crawl_world.h"
#include "tests/integration/net/hostile_server.h"

namespace hitokoe::crawler {
namespace {

using hitokoe::testing::answer;
using hitokoe::testing::CrawlWorld;
using hitokoe::testing::HostileConnection;
using hitokoe::testing::HostileRequest;
using hitokoe::testing::HostileServer;

constexpr int kOnPage = 3;

// One thread; `posts` of them, three on a page. Pages that are not there are 404.
std::string thread_page(int page, int posts) {
  std::string out;
  for (int i = page * kOnPage; i < std::min(posts, (page + 1) * kOnPage); ++i)
    out += "<div class=post id=p" + std::to_string(i) + "><b>hei</b><p>post " + std::to_string(i) +
           ".</p></div>";
  if ((page + 1) * kOnPage < posts)
    out += "<a rel=next href='/t?page=" + std::to_string(page + 1) + "'>next</a>";
  return out;
}

class Forum {
 public:
  explicit Forum(int posts)
      : posts_(posts),
        server_([this](const auto& request, auto& out) { return serve(request, out); },
                "127.0.0.2") {}

  void set(int posts) { posts_ = posts; }
  int asked(int page) const {
    return server_.count(page == 0 ? "/t" : "/t?page=" + std::to_string(page));
  }
  std::string source(const std::string& more = "") const {
    return "sources:\n  - id: f\n    kind: xpath\n    url: '" + server_.url("/") +
           "'\n    delay: 0s\n    allow_networks: [127.0.0.2/32]\n"
           "    item: {each: '//li/a', id: '\"t\"', url: '@href', version: '../i'}\n"
           "    posts: {each: '//div[@class=\"post\"]', id: '@id', author: 'b', body: 'p', "
           "next: '//a[@rel=\"next\"]/@href'}\n" +
           more;
  }

 private:
  bool serve(const HostileRequest& request, HostileConnection& out) {
    const int posts = posts_;
    if (request.target == "/")
      return out.send(answer(200, "<li><a href=/t>t</a><i>" + std::to_string(posts) + "</i></li>"));
    const auto at = request.target.find("page=");
    const int page = at == std::string::npos ? 0 : std::stoi(request.target.substr(at + 5));
    if (!request.target.starts_with("/t") || page * kOnPage >= posts)
      return out.send(answer(404, ""));
    return out.send(answer(200, thread_page(page, posts)));
  }

  std::atomic<int> posts_;
  HostileServer server_;  // last: it serves what is above
};

// How often each post was captured.
std::vector<int> taken(CrawlWorld& world, int posts) {
  std::vector<int> out(static_cast<std::size_t>(posts));
  for (const auto& capture : world.captured()) {
    for (int i = 0; i < posts; ++i) {
      if (capture.body.find("post " + std::to_string(i) + ".") != std::string::npos)
        ++out[static_cast<std::size_t>(i)];
    }
  }
  return out;
}

TEST(XPathCrawl, AThreadOfManyPagesIsReadToItsEndAndGoesOnFromThere) {
  Forum forum(7);
  CrawlWorld world;
  const auto yaml = forum.source();
  const auto round = [&] {
    const auto report = world.crawl(yaml);
    ASSERT_TRUE(report) << report.error().detail;
    EXPECT_TRUE(report.value().warnings.empty());
  };
  round();
  EXPECT_EQ(taken(world, 7), std::vector<int>(7, 1));
  round();  // nothing changed
  EXPECT_EQ(forum.asked(0), 1);
  forum.set(11);
  round();
  EXPECT_EQ(taken(world, 11), std::vector<int>(11, 1));
  EXPECT_EQ(forum.asked(0), 1) << "what was read before is not asked for again";
  EXPECT_EQ(world.coverage("f").fetched, 1u);
}

TEST(XPathCrawl, AThreadWhoseLastPageIsGoneIsReadFromItsBeginningAndNothingTwice) {
  Forum forum(11);
  CrawlWorld world;
  ASSERT_TRUE(world.crawl(forum.source()));
  forum.set(5);  // posts were deleted: pages 2 and 3 are 404
  ASSERT_TRUE(world.crawl(forum.source()));
  EXPECT_EQ(world.coverage("f").missed, 0u);
  forum.set(6);
  ASSERT_TRUE(world.crawl(forum.source()));
  EXPECT_EQ(taken(world, 11), std::vector<int>(11, 1));
}

TEST(XPathCrawl, AThreadWithoutEndDoesNotHoldTheRoundAndIsNotForgotten) {
  Forum forum(1000);
  CrawlWorld world;
  const auto yaml = forum.source("    limits: {pages: 4}\n    schedule: 1h\n");
  const auto report = world.crawl(yaml);
  ASSERT_TRUE(report) << report.error().detail;
  EXPECT_EQ(world.captured().size(), 4u);
  EXPECT_EQ(world.coverage("f").pending, 1u) << "the rest is due later";
}

// A topic as phpBB has them, whose posts link their files relative to the page or to its <base>.
TEST(XPathCrawl, AttachmentsByRelativeLinksAreFetchedOnceFromWhereThePageMeansThem) {
  const std::string topic =
      "<html><head><base href='/forum/'></head><body>"
      "<div class=post id=p1><p>see <a href='./download/file.php?id=3&amp;sid=0f'>a</a></p></div>"
      "<div class=post id=p2><p><a href=\"download/file.php?sid=1e&amp;id=3\">the same</a>"
      "<a href='attachment.php?id=4'>b</a><a href='../other/file.php?id=5'>elsewhere</a></p></div>"
      "</body></html>";
  const HostileServer server(
      [&](const HostileRequest& request, HostileConnection& out) {
        const auto& target = request.target;
        if (target == "/") return out.send(answer(200, "<li><a href=/forum/view/t>t</a></li>"));
        if (target == "/robots.txt") return out.send(answer(200, "User-agent: *\nDisallow: /no"));
        if (target == "/forum/view/t") return out.send(answer(200, topic));
        if (target == "/forum/download/file.php?id=3") {
          return out.send(answer(200, "file three links <a href='attachment.php?id=6'>on</a>",
                                 "Content-Type: text/html\r\n"));
        }
        if (target == "/forum/attachment.php?id=4") return out.send(answer(200, "file four"));
        return out.send(answer(404, ""));
      },
      "127.0.0.2");
  const std::string common = "\n    delay: 0s\n    allow_networks: [127.0.0.2/32]\n";
  const auto yaml =
      "sources:\n  - id: f\n    kind: xpath\n    url: '" + server.url("/") + "'" + common +
      "    item: {each: '//li/a', url: '@href'}\n"
      "    posts: {each: '//div[@class=\"post\"]', id: '@id', body: 'p'}\n"
      "  - id: files\n    kind: linked\n    url: '" +
      server.url("/forum/") + "'" + common +
      "    item: {link: '/forum/download/file\\.php\\?(?:.*&)?id=(\\d+)', key: '\\1', "
      "url: 'download/file.php?id=\\1'}\n"
      "  - id: more-files\n    kind: linked\n    url: '" +
      server.url("/forum/") + "'" + common +
      "    item: {link: '/forum/attachment\\.php\\?id=(\\d+)', key: '\\1'}\n";
  CrawlWorld world;
  const auto report = world.crawl(yaml);
  ASSERT_TRUE(report) << report.error().detail;
  EXPECT_TRUE(report.value().warnings.empty());
  EXPECT_EQ(world.captured().size(), 3u);
  EXPECT_EQ(world.coverage("files").listed, 1u) << "one file, whatever session its links name";
  EXPECT_NE(world.item("3").body.find("file three"), std::string::npos);
  EXPECT_EQ(world.item("4").body, "file four");
  EXPECT_EQ(server.count("/forum/attachment.php?id=6"), 0) << "one step deep";
  ASSERT_TRUE(world.crawl(yaml));
  EXPECT_EQ(server.count("/forum/download/file.php?id=3"), 1);
}

}  // namespace
}  // namespace hitokoe::crawler
