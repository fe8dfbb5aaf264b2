// Real servers read by the examples of config/sources alone, started by ops/testbed: what is new,
// what changes, what goes, and what they say when they shut guests out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "tests/integration/crawler/crawl_world.h"
#include "tests/integration/crawler/real_site.h"
#include "tests/integration/net/hostile_server.h"

namespace hitokoe::crawler {
namespace {

using hitokoe::testing::answer;
using hitokoe::testing::CrawlWorld;
using hitokoe::testing::example;
using hitokoe::testing::HostileConnection;
using hitokoe::testing::HostileRequest;
using hitokoe::testing::HostileServer;
using hitokoe::testing::list_page;
using hitokoe::testing::list_source;
using hitokoe::testing::RealSite;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kList =
    "氏名,電話番号,メール\n甲野太郎,090-0000-0001,taro@mail.test\n"
    "髙橋𠮷子①,090-0000-0002,yoshi@mail.test\n";

std::set<std::string> warnings(const Result<CrawlReport>& report) {
  std::set<std::string> out;
  EXPECT_TRUE(report) << report.error().detail;
  if (!report) return out;
  for (const auto& w : report.value().warnings) out.insert(w.source + " " + w.what);
  return out;
}

// What of the captures says `text`.
std::size_t saying(CrawlWorld& world, std::string_view text) {
  std::size_t found = 0;
  for (const auto& one : world.captured()) found += one.body.find(text) != std::string::npos;
  return found;
}

// A forum whose posts link to pastes.
class Forum {
 public:
  std::string yaml(const std::string& more) {
    return list_source("forum", site_.url(""), "") +
           more.substr(more.find('\n', more.find("sources:")) + 1);
  }
  void post(const std::string& key, const std::string& text) {
    keys_.push_back(key);
    texts_[key] = text;
  }

 private:
  std::vector<std::string> keys_;
  std::map<std::string, std::string> texts_;
  HostileServer site_{[this](const HostileRequest& request, HostileConnection& out) {
                        if (request.target == "/robots.txt") return out.send(answer(404, ""));
                        if (request.target == "/list")
                          return out.send(answer(200, list_page(keys_)));
                        return out.send(answer(200, texts_[request.target.substr(5)]));
                      },
                      "127.0.0.2"};
};

TEST(PnopasteSite, GivesThePastesThatAreLinkedToAndNoPageOfItsOwnForOne) {
  CrawlWorld world;
  RealSite site("pnopaste");
  const auto first = site.post(kList);
  const auto second = site.post("ペースト二\r\n&lt;&amp; \t終わり");
  Forum forum;
  // As the site itself writes the address, as a person does, and the download.
  forum.post("one", "see " + site.base() + "?" + first + " and " + site.base() + "/?" + second);
  forum.post("two", "<a href=\"" + site.base() + "?" + first + "&amp;download\">again</a> " +
                        site.base() + "/?99");
  auto sources = example("pnopaste", "https://paste.example.net/", site.base() + "/");
  const std::string theirs = R"(https://paste\.example\.net)";
  sources.replace(sources.find(theirs), theirs.size(), site.base());
  const auto yaml = forum.yaml(sources + "    limits: {tries: 1}\n");

  EXPECT_THAT(warnings(world.crawl(yaml)), IsEmpty())
      << "a dead link, answered with 200 and a form, says nothing of the site";
  EXPECT_EQ(world.captured().size(), 4U);
  EXPECT_EQ(world.item(first).body, kList);
  EXPECT_EQ(world.item(second).body, "ペースト二\r\n&lt;&amp; \t終わり");
  EXPECT_EQ(world.reason("pnopaste", "item_type"), 1U) << "?99";

  const auto third = site.post("三番目\n");
  site.seed({"ban"});
  forum.post("three", site.base() + "/?" + third);
  EXPECT_THAT(warnings(world.crawl(yaml)), IsEmpty());
  EXPECT_EQ(saying(world, "blacklisted"), 0U) << "the notice is no paste";
  site.seed({"admit"});
  forum.post("four", "still there: " + site.base() + "/?" + third);
  EXPECT_THAT(warnings(world.crawl(yaml)), IsEmpty());
  EXPECT_EQ(world.item(third).body, "三番目\n");

  site.seed({"expire", first});
  EXPECT_THAT(warnings(world.crawl(yaml)), IsEmpty());
  EXPECT_EQ(world.item(first).body, kList) << "what was captured stays";
}

TEST(HyperKittyArchive, IsReadMessageByMessage) {
  CrawlWorld world;
  RealSite site("hyperkitty");
  const auto first = site.post(std::string("名簿の漏えい\n") + kList);
  const std::string theirs = "https://lists.example.org/archives/list/news@lists.example.org/";
  const auto sources = example("hyperkitty", theirs, site.base() + "/list/news@list.test/");
  EXPECT_THAT(warnings(world.crawl(sources)), IsEmpty());
  ASSERT_EQ(world.captured().size(), 1U);
  EXPECT_THAT(world.item(first).body, HasSubstr("名簿の漏えい"));
  EXPECT_THAT(world.item(first).body, HasSubstr("髙橋𠮷子①,090-0000-0002"));

  const auto gone = site.post("すぐ消える\n消えます\n");
  site.seed({"delete", gone});
  const auto second = site.post("返信\n丙野次郎 090-0000-0003\n", {"reply", first});
  EXPECT_THAT(warnings(world.crawl(sources)), IsEmpty());
  EXPECT_EQ(world.captured().size(), 2U) << "one more, and the first is not read again";
  EXPECT_THAT(world.item(second).body, HasSubstr("丙野次郎 090-0000-0003"));

  site.seed({"shut"});
  EXPECT_THAT(warnings(world.crawl(sources)), ElementsAre("hyperkitty status_403"));
  site.seed({"open"});
  EXPECT_THAT(warnings(world.crawl(sources)), IsEmpty());
  EXPECT_EQ(world.coverage("hyperkitty").fetched, 2U);
}

TEST(NodeBbForum, IsReadPostByPostOverItsPages) {
  CrawlWorld world;
  RealSite site("nodebb");
  const auto topic = site.post(std::string("名簿の漏えい\n") + kList);
  const auto sources = example("nodebb", "https://forum.example.org", site.base());
  EXPECT_THAT(warnings(world.crawl(sources)), IsEmpty());
  EXPECT_THAT(world.item(topic).body, HasSubstr("<address>member</address>"));
  EXPECT_THAT(world.item(topic).body, HasSubstr("甲野太郎,090-0000-0001,"));
  EXPECT_THAT(world.item(topic).body, HasSubstr("髙橋𠮷子①,090-0000-0002,"));
  EXPECT_THAT(world.item(topic).body, Not(HasSubstr("Powered by"))) << "the page around the posts";
  const auto before = world.captured().size();

  // A page of a topic shows twenty posts.
  std::vector<std::string> replies = {"reply", topic};
  replies.reserve(27);
  for (int i = 0; i < 25; ++i) {
    replies.push_back((site.folder() / ("reply" + std::to_string(i))).string());
    std::ofstream(replies.back()) << "x\n返信 " << i << " 番 090-0000-01" << 10 + i << "\n";
  }
  const auto last = site.seed(replies).at(0);
  EXPECT_THAT(warnings(world.crawl(sources)), IsEmpty());
  EXPECT_EQ(world.captured().size(), before + 2) << "what is new on each of the two pages";
  for (int i = 0; i < 25; ++i)
    EXPECT_EQ(saying(world, "090-0000-01" + std::to_string(10 + i)), 1U) << i;
  EXPECT_EQ(saying(world, "甲野太郎"), 1U) << "nothing twice";

  // An edit is not noticed; a post that goes takes nothing with it.
  site.post("x\n本文を書き直しました。\n", {"edit", topic});
  site.seed({"delete", last});
  EXPECT_THAT(warnings(world.crawl(sources)), IsEmpty());
  EXPECT_EQ(saying(world, "書き直しました"), 0U);
  EXPECT_EQ(world.coverage("nodebb").pending, 0U);

  site.seed({"shut"});
  EXPECT_THAT(warnings(world.crawl(sources)), ElementsAre("nodebb blind?"))
      << "200 and nothing on the page";
  site.post("閉じている間\n丙野次郎 090-0000-0003\n");
  EXPECT_THAT(warnings(world.crawl(sources)), ElementsAre("nodebb blind?"));
  site.seed({"open"});
  EXPECT_THAT(warnings(world.crawl(sources)), IsEmpty());
  EXPECT_EQ(saying(world, "丙野次郎"), 1U) << "what was posted meanwhile";
}

}  // namespace
}  // namespace hitokoe::crawler
