#include "hitokoe/crawler/source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/places.h"
#include "tests/scratch_folder.h"

namespace hitokoe::crawler {
namespace {

using ::testing::HasSubstr;

std::string trouble(const std::string& source) {
  const auto parsed = parse_sources("sources:\n" + source, "t.yaml");
  return parsed ? "none" : parsed.error().detail;
}

TEST(SourceFile, ReadsEverything) {
  const auto sources = parse_sources(R"y(
sources:
  - id: paste-1
    kind: list
    url: http://127.0.0.1:8080/+list
    item: {link: 'href="/(\w{8})"', key: '\1', url: '/\1/+inline'}
    schedule: 30s
    delay: 500ms
    limits: {body: 1MiB, list: 512KiB, items: 100, tries: 3}
    timeouts: {connect: 1s, first_byte: 2s, total: 3s}
    user_agent: test/1
    robots: {ignore: 調査の同意書}
    hosts: [Cdn.example.jp, '*']
    allow_networks: [127.0.0.0/8]
    proxy: socks5h://127.0.0.1:9050
    tor_control: {address: '127.0.0.1:9051', cookie: /run/tor/cookie}
    retention_days: 7
    language: ja
  - {id: feed-1, kind: feed, url: 'http://example.jp/rss'}
)y",
                                     "t.yaml");
  ASSERT_TRUE(sources) << sources.error().detail;
  ASSERT_EQ(sources.value().size(), 2u);
  const auto& s = sources.value()[0];
  EXPECT_EQ(s.id, "paste-1");
  EXPECT_EQ(s.url.text(), "http://127.0.0.1:8080/+list");
  EXPECT_EQ(s.schedule, std::chrono::seconds(30));
  EXPECT_EQ(s.delay, std::chrono::milliseconds(500));
  EXPECT_EQ(s.body_cap, 1u << 20);
  EXPECT_EQ(s.list_cap, 512u << 10);
  EXPECT_EQ(s.max_items, 100u);
  EXPECT_EQ(s.max_tries, 3u);
  EXPECT_EQ(s.total_timeout, std::chrono::seconds(3));
  EXPECT_FALSE(s.obey_robots);
  EXPECT_EQ(s.robots_reason, "調査の同意書");
  EXPECT_EQ(s.hosts, (std::vector<std::string>{"cdn.example.jp", "*"}));
  EXPECT_EQ(s.allow_networks.size(), 1u);
  EXPECT_EQ(s.tor_control.address.text(), "127.0.0.1");
  EXPECT_EQ(s.tor_control.port, 9051);
  EXPECT_EQ(s.tor_control.cookie, "/run/tor/cookie");
  EXPECT_EQ(s.retention_days, 7);
  const auto& feed = sources.value()[1];
  EXPECT_EQ(feed.kind, "feed");
  EXPECT_TRUE(feed.obey_robots);
  EXPECT_EQ(feed.delay, std::chrono::seconds(1));
  EXPECT_TRUE(feed.user_agent.starts_with("hitokoe/"));
}

TEST(SourceFile, NamesTheLineOfEveryProblem) {
  const auto text = trouble(
      "  - id: Bad_Id\n    kind: page\n    url: ftp://a.jp/\n"
      "  - {id: b, kind: list, url: 'http://a.jp/'}\n"
      "  - id: c\n    kind: list\n    url: http://a.jp/\n    item: {link: '(', url: '\\2'}\n");
  EXPECT_THAT(text, HasSubstr("t.yaml:2: id: 1 to 64"));
  EXPECT_THAT(text, HasSubstr("t.yaml:3: kind"));
  EXPECT_THAT(text, HasSubstr("t.yaml:4: url: scheme"));
  EXPECT_THAT(text, HasSubstr("t.yaml:5: item: a list needs link"));
  EXPECT_THAT(text, HasSubstr("t.yaml:9: item: link"));
  EXPECT_THAT(text, HasSubstr("t.yaml:9: item: url: the pattern has only 0 groups"));
}

TEST(SourceFile, RefusesWhatItDoesNotKnowOrCannotDo) {
  const auto with = [](const std::string& more) {
    return trouble("  - {id: a, kind: feed, url: 'http://a.jp/', " + more + "}\n");
  };
  EXPECT_EQ(with("delay: 0s"), "none");
  for (const char* more : {"dealy: 1s",
                           "delay: -1s",
                           "delay: 2h",
                           "schedule: 0s",
                           "limits: {body: 16}",
                           "limits: {body: 16MB}",
                           "limits: {body: 2GiB}",
                           "limits: {bodi: 1MiB}",
                           "limits: {items: 0}",
                           "robots: ignore",
                           "robots: {ignore: ''}",
                           "hosts: ['http://b.jp']",
                           "hosts: ['b.jp:80x']",
                           "allow_networks: [10/8]",
                           "proxy: 'ftp://x'",
                           "proxy: 'socks5h://u:p@h:1'",
                           "proxy: 'socks5://h:1'",
                           "user_agent: \"a\\nb\"",
                           "retention_days: 0",
                           "item: {url: '\\x'}",
                           "item: {type: 'Text/Plain; charset=utf-8'}",
                           "timeouts: {connect: 1h}"}) {
    EXPECT_NE(with(more), "none") << more;
  }
  EXPECT_THAT(trouble("  - {id: a, kind: feed, url: 'http://x.onion/'}\n"),
              HasSubstr("needs a proxy"));
  EXPECT_THAT(trouble("  - {id: a, kind: feed, url: 'http://a.jp/'}\n"
                      "  - {id: a, kind: feed, url: 'http://b.jp/'}\n"),
              HasSubstr("t.yaml:3: id: used before"));
  EXPECT_FALSE(parse_sources("", "t.yaml"));
  EXPECT_FALSE(parse_sources("[]", "t.yaml"));
  EXPECT_FALSE(parse_sources("sources: {}", "t.yaml"));
  EXPECT_TRUE(parse_sources("sources: []", "t.yaml"));
}

// Its key is made up; its checksum holds.
constexpr const char* kOnion = "hg3r4p4k6ixktcm65yb64tiqyavuarpr6vp6orjoopptxx5npzut32ad.onion";

TEST(SourceFile, AnOnionIsCheckedAndGivenTime) {
  const auto source = [](const std::string& host, const std::string& more) {
    return "  - {id: a, kind: feed, url: 'http://" + host +
           "/', proxy: 'socks5h://127.0.0.1:9050'" + more + "}\n";
  };
  const auto parsed = parse_sources("sources:\n" + source(kOnion, ""), "t.yaml");
  ASSERT_TRUE(parsed) << parsed.error().detail;
  const auto& s = parsed.value()[0];
  EXPECT_EQ(s.connect_timeout, std::chrono::minutes(2));
  EXPECT_EQ(s.low_speed, 1u);
  EXPECT_EQ(s.low_speed_window, std::chrono::minutes(2));
  const auto hasty =
      parse_sources("sources:\n" + source(kOnion, ", timeouts: {connect: 5s}"), "t.yaml");
  ASSERT_TRUE(hasty);
  EXPECT_EQ(hasty.value()[0].connect_timeout, std::chrono::seconds(5));
  std::string wrong(kOnion);
  wrong[3] = 'q';
  EXPECT_THAT(trouble(source(wrong, "")), HasSubstr("onion_name: the checksum does not hold"));
  for (const auto* control : {", tor_control: {address: 'localhost:9051', cookie: /c}",
                              ", tor_control: {address: '127.0.0.1', cookie: /c}",
                              ", tor_control: {address: '127.0.0.1:0', cookie: /c}",
                              ", tor_control: {address: '127.0.0.1:99999', cookie: /c}"}) {
    EXPECT_THAT(trouble(source(kOnion, control)), HasSubstr("tor_control: address")) << control;
  }
}

TEST(SourceFolder, ReadsWhatIsNoExampleInOrder) {
  const ScratchFolder scratch;
  const auto& dir = scratch.path();
  const auto write = [&](const char* name, const char* id) {
    std::ofstream(dir / name) << "sources: [{id: " << id << ", kind: feed, url: 'http://a.jp/'}]\n";
  };
  write("b.yaml", "second");
  write("a.yaml", "first");
  write("c.example.yaml", "example");
  std::ofstream(dir / "notes.txt") << "no yaml";
  const auto sources = load_sources(dir);
  ASSERT_TRUE(sources) << sources.error().detail;
  ASSERT_EQ(sources.value().size(), 2u);
  EXPECT_EQ(sources.value()[0].id, "first");
  write("d.yaml", "first");
  const auto twice = load_sources(dir);
  ASSERT_FALSE(twice);
  EXPECT_THAT(twice.error().detail, HasSubstr("d.yaml: the id first is used in a.yaml too"));
  EXPECT_EQ(load_sources(dir / "none.yaml").error().code, Errc::kNotFound);
}

TEST(SourceExamples, AreValid) {
  const std::filesystem::path folder(HITOKOE_SOURCE_DIR "/config/sources");
  int examples = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    if (!file.path().filename().string().ends_with(".yaml")) continue;
    const auto sources = load_sources(file.path());
    EXPECT_TRUE(sources) << sources.error().detail;
    ++examples;
  }
  EXPECT_GE(examples, 2);
}

}  // namespace
}  // namespace hitokoe::crawler
