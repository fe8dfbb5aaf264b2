// `sources check`: a round of the real engine and client whose stores forget, against sites on
// loopback, one of them behind a SOCKS proxy.
#include "hitokoe/crawler/source_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <optional>

#include "tests/integration/crawler/socks_door.h"
#include "tests/integration/net/hostile_server.h"

namespace hitokoe::crawler {
namespace {

using hitokoe::testing::answer;
using hitokoe::testing::HostileConnection;
using hitokoe::testing::HostileRequest;
using hitokoe::testing::HostileServer;
using hitokoe::testing::SocksDoor;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

using Pages = std::map<std::string, std::string>;

// Whole answers by target; what is not there is 404.
class Site {
 public:
  explicit Site(Pages pages)
      : server_(
            [pages = std::move(pages)](const HostileRequest& request, HostileConnection& out) {
              const auto page = pages.find(request.target);
              return out.send(page == pages.end() ? answer(404, "") : page->second);
            },
            "127.0.0.2") {}
  std::string url(std::string_view target) const { return server_.url(target); }
  std::vector<std::string> asked() const {
    std::vector<std::string> out;
    for (const auto& request : server_.requests()) out.push_back(request.target);
    return out;
  }

 private:
  HostileServer server_;
};

std::string source(const std::string& id, const std::string& kind, const std::string& url,
                   const std::string& more = "") {
  return "  - id: " + id + "\n    kind: " + kind + "\n    url: '" + url +
         "'\n    delay: 0s\n    allow_networks: [127.0.0.2/32]\n" + more;
}

const std::string kRaw = "    item: {link: '/raw/[a-z0-9]+', url: '\\0'}\n";

Task<Result<void>> keep(SourceChecker& checker, TaskGroup& group,
                        std::optional<Result<std::vector<SourceCheck>>>& out) {
  out.emplace(co_await checker.run());
  group.stop();
  co_return ok();
}

std::vector<SourceCheck> checked(const std::string& sources_yaml, CheckOptions options = {}) {
  auto sources = parse_sources("sources:\n" + sources_yaml, "t.yaml");
  if (!sources) {
    ADD_FAILURE() << sources.error().detail;
    return {};
  }
  asio::io_context io;
  SystemClock clock;
  SystemSleeper sleeper;
  SystemRandom random;
  const auto resolver = net::make_system_resolver(io.get_executor());
  const auto fetcher = net::make_fetcher(io.get_executor(), *resolver, clock);
  TaskGroup group(io.get_executor());
  SourceChecker checker(std::move(sources).value(), options, {*fetcher, clock, sleeper, random},
                        Logger::silent(), group);
  std::optional<Result<std::vector<SourceCheck>>> out;
  group.spawn("check", keep(checker, group, out));
  io.run();
  if (out && *out) return std::move(out->value());
  ADD_FAILURE() << "no report";
  return {};
}

TEST(SourceCheck, FetchesTheFirstItemOnlyAndSaysWhatItIs) {
  // Shift_JIS: 氏名,電話 and a link, with a blank line between.
  const std::string rows =
      "\x8e\x81\x96\xbc,\x93\x64\x98\x62\n\n\x8d\x62\x96\xec\x91\xbe\x98\x59,https://f.test/x\n";
  const Site site({{"/list", answer(200, "<a href='/raw/a1'> <a href='/raw/b2'>",
                                    "Content-Type: Text/HTML; charset=x\r\n")},
                   {"/raw/a1", answer(200, rows, "Content-Type: text/plain\r\n")},
                   {"/raw/b2", answer(200, "other", "Content-Type: text/plain\r\n")}});
  const auto check = checked(source("s", "list", site.url("/list"), kRaw)).at(0);
  EXPECT_EQ(check.list.status, 200);
  EXPECT_EQ(check.list.media_type, "text/html");
  EXPECT_EQ(check.items, 2u);
  EXPECT_THAT(check.first_urls, ElementsAre(site.url("/raw/a1"), site.url("/raw/b2")));
  ASSERT_EQ(check.looked.size(), 1u);
  const auto& item = check.looked.front();
  EXPECT_EQ(item.url, site.url("/raw/a1"));
  EXPECT_EQ(item.answer.status, 200);
  EXPECT_EQ(item.answer.media_type, "text/plain");
  EXPECT_EQ(item.answer.charset, "Shift_JIS");
  EXPECT_EQ(item.answer.bytes, rows.size());
  EXPECT_EQ(item.lines, 2u);
  EXPECT_EQ(item.links, 1u);
  EXPECT_EQ(item.captures, 1u);
  EXPECT_EQ(item.trouble, "");
  EXPECT_THAT(check.warnings, IsEmpty());
  EXPECT_THAT(site.asked(), ElementsAre("/robots.txt", "/list", "/raw/a1"));
}

TEST(SourceCheck, LooksAtListsOnlyWhereItIsTold) {
  const Site site({{"/list", answer(200, "<a href='/raw/a1'>")}, {"/raw/a1", answer(200, "x")}});
  const auto check = checked(source("s", "list", site.url("/list"), kRaw), {.items = false}).at(0);
  EXPECT_EQ(check.items, 1u);
  EXPECT_THAT(check.looked, IsEmpty());
  EXPECT_THAT(site.asked(), ElementsAre("/robots.txt", "/list"));
}

TEST(SourceCheck, GoesOnToTheNextItemWhereOneIsGoneOrForbiddenByRobots) {
  const Site site({{"/robots.txt", answer(200, "User-agent: *\nDisallow: /raw/b2\n")},
                   {"/list", answer(200, "/raw/a1 /raw/b2 /raw/c3 /raw/d4")},
                   {"/raw/c3", answer(200, "line\n")},
                   {"/raw/d4", answer(200, "line\n")}});
  const auto check = checked(source("s", "list", site.url("/list"), kRaw)).at(0);
  ASSERT_EQ(check.looked.size(), 3u);
  EXPECT_EQ(check.looked[0].trouble, "status_404");
  EXPECT_EQ(check.looked[0].answer.status, 404);
  EXPECT_EQ(check.looked[1].trouble, "robots");
  EXPECT_EQ(check.looked[2].trouble, "");
  EXPECT_THAT(site.asked(), ElementsAre("/robots.txt", "/list", "/raw/a1", "/raw/c3"));
}

TEST(SourceCheck, SaysWhyAListOrAnItemIsBlind) {
  const Site site(
      {{"/quiet", answer(200, "<p>nothing</p>")},
       {"/door", answer(200, "<form><input type=\"password\"></form>")},
       {"/list", answer(200, "/raw/a1 /raw/b2")},
       {"/raw/a1", answer(200, "<input type='password'>", "Content-Type: text/html\r\n")},
       {"/raw/b2", answer(200, "text", "Content-Type: text/plain\r\n")}});
  const auto checks =
      checked(source("down", "list", site.url("/down"), kRaw) +
              source("quiet", "list", site.url("/quiet"), kRaw) +
              source("door", "list", site.url("/door"), kRaw) +
              source("typed", "list", site.url("/list"),
                     "    item: {link: '/raw/[a-z0-9]+', url: '\\0', type: text/plain}\n"));
  ASSERT_EQ(checks.size(), 4u);
  EXPECT_THAT(checks[0].warnings, ElementsAre("status_404"));
  EXPECT_EQ(checks[0].list.status, 404);
  EXPECT_THAT(checks[1].warnings, ElementsAre("lists_nothing"));
  EXPECT_THAT(checks[2].warnings, ElementsAre("blind_login"));
  ASSERT_EQ(checks[3].looked.size(), 1u);
  EXPECT_EQ(checks[3].looked[0].trouble, "item_type");
  EXPECT_EQ(checks[3].looked[0].answer.media_type, "text/html");
}

TEST(SourceCheck, CountsPostsAndReadsOnePageOfAThread) {
  const std::string rules =
      "    item: {each: '//li', url: './/a/@href'}\n"
      "    posts: {each: '//article', id: '@id', body: './p', next: '//a[@rel=\"next\"]/@href'}\n";
  const std::string thread =
      "<article id='1'><p>a https://x.test/1</p></article><article id='2'><p>b</p></article>"
      "<a rel='next' href='/t/1?page=2'>2</a>";
  const Site site({{"/", answer(200, "<ul><li><a href='/t/1'>t</a></li></ul>")},
                   {"/t/1", answer(200, thread, "Content-Type: text/html\r\n")}});
  const auto check = checked(source("s", "xpath", site.url("/"), rules)).at(0);
  ASSERT_EQ(check.looked.size(), 1u);
  EXPECT_EQ(check.looked[0].posts, 2u);
  EXPECT_EQ(check.looked[0].links, 1u);
  EXPECT_EQ(check.looked[0].lines, 0u) << "lines of mark-up say nothing";
  EXPECT_TRUE(check.looked[0].more);
  EXPECT_EQ(check.looked[0].trouble, "");
  EXPECT_THAT(site.asked(), ElementsAre("/robots.txt", "/", "/t/1"));
}

TEST(SourceCheck, TakesWhatCameWithTheListAndFollowsItsFirstLink) {
  const Site site(
      {{"/posts.json",
        answer(200, R"({"latest_posts":[{"id":2,"cooked":"<p>see LINK</p>"},{"id":1}]})")},
       {"/raw/abcd", answer(200, "pasted\n")}});
  // The link leads to a site of its own.
  const auto yaml = [&](const std::string& forum) {
    return source("forum", "discourse", forum) + source("pastes", "haste", site.url("/"));
  };
  const Site forum(
      {{"/posts.json", answer(200, R"({"latest_posts":[{"id":2,"cooked":"<p>)" + site.url("/abcd") +
                                       R"(</p>"},{"id":1,"cooked":"y"}]})")}});
  const auto checks = checked(yaml(forum.url("/")));
  ASSERT_EQ(checks.size(), 2u);
  EXPECT_EQ(checks[0].with_list, 2u);
  ASSERT_EQ(checks[0].looked.size(), 1u);
  EXPECT_TRUE(checks[0].looked[0].with_list);
  EXPECT_EQ(checks[0].looked[0].posts, 1u);
  EXPECT_FALSE(checks[1].lists);
  ASSERT_EQ(checks[1].looked.size(), 1u);
  EXPECT_EQ(checks[1].looked[0].url, site.url("/raw/abcd"));
  EXPECT_EQ(checks[1].looked[0].lines, 1u);
}

TEST(SourceCheck, KeepsTheDelayOfItsSource) {
  const Site site({{"/list", answer(200, "/raw/a1")}, {"/raw/a1", answer(200, "x")}});
  auto yaml = source("s", "list", site.url("/list"), kRaw);
  yaml.replace(yaml.find("delay: 0s"), 9, "delay: 1s");
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(checked(yaml).at(0).looked.size(), 1u);
  // Before robots.txt, the list and the item.
  EXPECT_GE(std::chrono::steady_clock::now() - begun, std::chrono::seconds(3));
}

TEST(SourceCheck, TellsAProxyNoSourceAndNobodyTheNameThatItGaveTheProxy) {
  const Site site({{"/list", answer(200, "/raw/a1")}, {"/raw/a1", answer(200, "x")}});
  SocksDoor door;
  const auto more = kRaw + "    proxy: '" + door.url() + "'\n";
  const auto check = checked(source("very-own-name", "list", site.url("/list"), more)).at(0);
  ASSERT_EQ(check.looked.size(), 1u) << ::testing::PrintToString(check.warnings);
  ASSERT_FALSE(door.users().empty());
  for (const auto& user : door.users()) {
    EXPECT_THAT(user, Not(HasSubstr("very-own-name")));
    EXPECT_THAT(user, ::testing::StartsWith("hitokoe-"));
    EXPECT_EQ(user, door.users().front()) << "one circuit for a source";
    std::string told = check.looked[0].url + check.looked[0].trouble;
    for (const auto& text : check.warnings) told += text;
    for (const auto& text : check.first_urls) told += text;
    EXPECT_THAT(told, Not(HasSubstr(user)));
  }
}

}  // namespace
}  // namespace hitokoe::crawler
