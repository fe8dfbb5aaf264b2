// A real paste site, by configuration alone: bepasty under gunicorn, started by ops/testbed.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "hitokoe/base/file.h"
#include "tests/integration/crawler/crawl_world.h"
#include "tests/integration/free_port.h"

namespace hitokoe::crawler {
namespace {

using hitokoe::testing::CrawlWorld;
using hitokoe::testing::free_port;

class Bepasty {
 public:
  explicit Bepasty(std::filesystem::path folder) : folder_(std::move(folder)), port_(free_port()) {
    run("start", "");
  }
  ~Bepasty() { run("stop", ""); }

  std::string base() const { return "http://127.0.0.1:" + std::to_string(port_); }

  // The paste's id.
  std::string paste(const std::string& text) {
    const auto file = folder_ / "paste.txt";
    std::ofstream(file, std::ios::binary) << text;
    auto id = run("seed", file.string());
    while (!id.empty() && id.back() == '\n') id.pop_back();
    return id;
  }

 private:
  std::string run(const std::string& action, const std::string& more) {
    const auto command = std::string(HITOKOE_SOURCE_DIR "/ops/testbed ") + action +
                         " bepasty --dir " + folder_.string() + " --port " + std::to_string(port_) +
                         " " + more;
    FILE* pipe = ::popen(command.c_str(), "r");
    std::string out;
    char piece[256];
    while (std::fgets(piece, sizeof piece, pipe) != nullptr) out += piece;
    EXPECT_EQ(::pclose(pipe), 0) << command;
    return out;
  }

  std::filesystem::path folder_;
  int port_;
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
  Bepasty site(world.data / "bepasty");
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
