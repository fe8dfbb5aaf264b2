// A real paste site, by configuration alone: bepasty under gunicorn, started by ops/testbed.
#include <gtest/gtest.h>

#include <fstream>

#include "hitokoe/base/file.h"
#include "tests/integration/crawler/crawl_world.h"
#include "tests/integration/testbed.h"
#include "tests/places.h"

namespace hitokoe::crawler {
namespace {

using hitokoe::testing::CrawlWorld;
using hitokoe::testing::Testbed;

class Bepasty : public Testbed {
 public:
  Bepasty() : Testbed("bepasty") { EXPECT_EQ(started(), 0) << said(); }

  std::string base() const { return "http://127.0.0.1:" + std::to_string(port()); }

  // The paste's id.
  std::string paste(const std::string& text) {
    const auto file = folder() / "paste.txt";
    std::ofstream(file, std::ios::binary) << text;
    return seed({file.string()}).at(0);
  }
};

// The example of config/sources with another address.
std::string configuration(const std::string& base) {
  const auto file = read_file(HITOKOE_SOURCE_DIR "/config/sources/bepasty.example.yaml").value();
  std::string yaml(as_text(file));
  const std::string theirs = "https://paste.example.jp";
  yaml.replace(yaml.find(theirs), theirs.size(), base);
  const std::string delay = "delay: 1s";
  yaml.replace(yaml.find(delay), delay.size(), "delay: 10ms\n    allow_networks: [127.0.0.1/32]");
  return yaml;
}

TEST(BepastySite, IsCrawledByConfigurationAlone) {
  CrawlWorld world;
  Bepasty site;
  const std::string dump = "氏名,電話番号\n甲野太郎,090-0000-0000\n";
  const auto first = site.paste(dump);
  const auto second = site.paste("another\n");
  const auto sources = configuration(site.base());

  const auto report = world.crawl(sources);
  ASSERT_TRUE(report) << report.error().detail;
  EXPECT_TRUE(report.value().warnings.empty());
  EXPECT_EQ(world.captured().size(), 2u);
  EXPECT_EQ(world.item(first).body, dump);
  EXPECT_EQ(world.item(second).body, "another\n");
  EXPECT_TRUE(world.item(first).meta.content_type.starts_with("text/plain"));

  const auto third = site.paste("later\n");
  ASSERT_TRUE(world.crawl(sources));
  EXPECT_EQ(world.captured().size(), 3u);
  EXPECT_EQ(world.item(third).body, "later\n");
  EXPECT_EQ(world.coverage("paste-example").fetched, 3u);
  EXPECT_EQ(world.queued(), 3u);
}

}  // namespace
}  // namespace hitokoe::crawler
