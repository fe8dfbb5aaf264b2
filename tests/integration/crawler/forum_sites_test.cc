// A real forum and a real mailing list's archive, by configuration alone: Fossil and public-inbox,
// started by ops/testbed, read by the examples of config/sources.
#include <gtest/gtest.h>

#include "tests/integration/crawler/crawl_world.h"
#include "tests/integration/crawler/real_site.h"

namespace hitokoe::crawler {
namespace {

using hitokoe::testing::CrawlWorld;
using hitokoe::testing::example;
using hitokoe::testing::RealSite;

TEST(FossilForum, IsReadPostByPostByXPathAlone) {
  CrawlWorld world;
  RealSite site("fossil");
  const auto thread = site.post("a list\n甲野太郎 090-0000-0000\n");
  const auto sources = example("fossil", "https://forum.example.org/fossil", site.base());
  const auto report = world.crawl(sources);
  ASSERT_TRUE(report) << report.error().detail;
  EXPECT_TRUE(report.value().warnings.empty())
      << (report.value().warnings.empty() ? "" : report.value().warnings[0].what);
  ASSERT_EQ(world.captured().size(), 1u);
  const auto taken = world.item(thread);
  EXPECT_NE(taken.body.find("<address>member</address>"), std::string::npos) << taken.body;
  EXPECT_NE(taken.body.find("甲野太郎 090-0000-0000"), std::string::npos) << taken.body;
  EXPECT_EQ(taken.body.find("Login"), std::string::npos) << "the page around the posts";

  site.post("another\nsecond thread\n");
  ASSERT_TRUE(world.crawl(sources));
  EXPECT_EQ(world.captured().size(), 2u) << "what is known is not taken again";
}

TEST(PublicInboxArchive, GivesEachMailAsItWasSent) {
  CrawlWorld world;
  RealSite site("public-inbox");
  const auto first = site.post("a leak\n乙野花子 otsu@mail.example\n");
  const auto sources = example("public-inbox", "https://lists.example.org", site.base());
  const auto report = world.crawl(sources);
  ASSERT_TRUE(report) << report.error().detail;
  EXPECT_TRUE(report.value().warnings.empty());
  ASSERT_EQ(world.captured().size(), 1u);
  const auto mail = world.captured().front();
  EXPECT_NE(mail.body.find("Message-ID: <" + first + ">"), std::string::npos) << mail.body;
  EXPECT_NE(mail.body.find("乙野花子 otsu@mail.example"), std::string::npos) << mail.body;
}

}  // namespace
}  // namespace hitokoe::crawler
