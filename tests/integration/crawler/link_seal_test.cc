// Keys of links: sealed while they wait in the database, gone when they were followed.
#include "hitokoe/crawler/link_seal.h"

#include <gtest/gtest.h>

#include <atomic>

#include "hitokoe/base/file.h"
#include "hitokoe/base/simulated_clock.h"
#include "tests/integration/crawler/crawl_world.h"
#include "tests/integration/net/hostile_server.h"

namespace hitokoe::crawler {
namespace {

using hitokoe::testing::answer;
using hitokoe::testing::CrawlWorld;
using hitokoe::testing::HostileConnection;
using hitokoe::testing::HostileRequest;
using hitokoe::testing::HostileServer;

constexpr const char* kKey = "9gKLmtLYxFtMmYRmjwXQrE4Hn4zWEm4vGJP7wFdrWiVq";

class LinkSealTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const SecretText passphrase{std::string("test")};
    ASSERT_TRUE(identity::KeyStore::init(folder.path(), passphrase, clock, random,
                                         {.ops = 1, .memory_bytes = 8192}));
    keys.emplace(identity::KeyStore::open(folder.path(), passphrase, clock, random).value());
    seal.emplace(*keys, clock, random);
  }
  SimulatedClock clock{UtcTime(std::chrono::seconds(1'775'000'000))};
  SystemRandom random;
  ScratchFolder folder;
  std::optional<identity::KeyStore> keys;
  std::optional<LinkSeal> seal;
};

TEST_F(LinkSealTest, HidesTheKeyAndGivesItBackAnotherDay) {
  const std::string link = std::string("https://b.test/?0123456789abcdef#-") + kKey;
  const auto sealed = seal->seal(link).value();
  EXPECT_EQ(sealed.find(kKey), std::string::npos);
  EXPECT_TRUE(sealed.starts_with("https://b.test/?0123456789abcdef#sealed:2026-04-01:")) << sealed;
  clock.advance(std::chrono::days(3));
  EXPECT_EQ(seal->open(sealed).value(), link);
  EXPECT_EQ(seal->open(link).value(), link) << "from before links were sealed";
  EXPECT_EQ(seal->seal("https://b.test/x").value(), "https://b.test/x");
  EXPECT_EQ(seal->seal(sealed).value(), sealed) << "a job that was never opened is put back";
  const std::string posted = "https://b.test/?1#sealed:2026-04-01:AAAA";  // written by somebody
  EXPECT_EQ(seal->open(seal->seal(posted).value()).value(), posted);
  EXPECT_EQ(without_fragment(link), "https://b.test/?0123456789abcdef");
}

TEST_F(LinkSealTest, NoticesWhatWasAlteredAndForgetsWithItsDay) {
  const auto sealed = seal->seal("https://b.test/#secret").value();
  auto bent = sealed;
  bent.back() = bent.back() == 'A' ? 'B' : 'A';
  for (const auto& wrong :
       {bent, sealed.substr(0, sealed.size() - 4), std::string("https://b.test/#sealed:"),
        std::string("https://b.test/#sealed:2026-04-01:"),
        std::string("https://b.test/#sealed:2026-04-01:!!"),
        "https://c.test/" + sealed.substr(sealed.find('#'))})
    EXPECT_FALSE(seal->open(wrong)) << wrong;
  ASSERT_TRUE(keys->destroy(identity::KeyKind::kCaptureDay, "2026-04-01"));
  EXPECT_EQ(seal->open(sealed).error().code, Errc::kForbidden);
}

TEST(LinkSealCrawl, TheDatabaseNeverHoldsTheKeyOfALink) {
  std::atomic<bool> there{false};
  HostileServer bin(
      [&](const HostileRequest& request, HostileConnection& out) {
        if (request.target == "/robots.txt") return out.send(answer(404, ""));
        if (!there) return out.send(answer(500, ""));
        return out.send(answer(200, R"({"status":1,"message":"Document does not exist"})"));
      },
      "127.0.0.2");
  HostileServer paste(
      [&](const HostileRequest& request, HostileConnection& out) {
        if (request.target == "/list") return out.send(answer(200, "<a href=\"/raw/one\">"));
        if (request.target != "/raw/one") return out.send(answer(404, ""));
        return out.send(answer(200, "see " + bin.url("/?0123456789abcdef#") + kKey + "\n"));
      },
      "127.0.0.2");
  CrawlWorld world;
  const std::string networks = "    delay: 0s\n    allow_networks: [127.0.0.2/32]\n";
  const auto yaml = "sources:\n  - id: list\n    kind: list\n    url: '" + paste.url("/list") +
                    "'\n" + networks +
                    "    item: {link: 'href=\"/raw/(\\w+)\"', key: '\\1', url: '/raw/\\1'}\n"
                    "  - id: bin\n    kind: privatebin\n    url: '" +
                    bin.url("/") + "'\n" + networks;
  const auto key_on_disk = [&] {
    for (const auto& entry : std::filesystem::directory_iterator(world.data)) {
      if (!entry.is_regular_file()) continue;
      const auto bytes = read_file(entry.path()).value();
      if (as_text(bytes).find(kKey) != std::string_view::npos) return entry.path().string();
    }
    return std::string();
  };
  OnceOptions once;
  once.patience = std::chrono::seconds(0);
  ASSERT_TRUE(world.crawl(yaml, once));
  ASSERT_TRUE(world.crawl(yaml, once));
  EXPECT_EQ(world.coverage("bin").pending, 1u) << "it waits to be asked for again";
  EXPECT_GT(bin.count("/?0123456789abcdef"), 0) << "and was asked for";
  EXPECT_EQ(key_on_disk(), "");
}

}  // namespace
}  // namespace hitokoe::crawler
