// `sources check` as people run it: what it says in both languages, with a log-in, and that nothing
// is left of it.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include <fstream>

#include "tests/integration/crawler/crawl_world.h"
#include "tests/integration/net/hostile_server.h"
#include "tests/integration/shell_run.h"

namespace hitokoe::crawler {
namespace {

using hitokoe::testing::answer;
using hitokoe::testing::CrawlWorld;
using hitokoe::testing::HostileConnection;
using hitokoe::testing::HostileRequest;
using hitokoe::testing::HostileServer;
using hitokoe::testing::list_page;
using hitokoe::testing::list_source;
using ::testing::HasSubstr;
using ::testing::Not;

// A list and an item; under /club/ for members only.
bool serve(const HostileRequest& r, HostileConnection& out) {
  const std::string html = "Content-Type: text/html; charset=utf-8\r\n";
  const auto cookie = r.headers.find("cookie");
  const bool in = cookie != r.headers.end() && cookie->second.find("s=1") != std::string::npos;
  if (r.target == "/list") return out.send(answer(200, list_page({"one", "two"}), html));
  if (r.target == "/raw/one") {
    return out.send(answer(200, "甲野太郎,090-0000-0000\n乙野花子,090-0000-0001\n",
                           "Content-Type: text/plain\r\n"));
  }
  if (r.target == "/club/enter" && r.body.empty()) {
    return out.send(answer(200,
                           "<form method=post action='/club/enter'><input name=who>"
                           "<input type=password name=word></form>",
                           html));
  }
  if (r.target == "/club/enter")
    return out.send(answer(302, "", "Location: /club/home\r\nSet-Cookie: s=1; Path=/\r\n"));
  if (r.target.starts_with("/club/") && !in)
    return out.send(answer(302, "", "Location: /club/enter\r\n"));
  if (r.target == "/club/list") return out.send(answer(200, "<a href='/club/raw/x'>", html));
  if (r.target.starts_with("/club/")) return out.send(answer(200, "members' text"));
  return out.send(answer(404, ""));
}

class CheckCommand : public ::testing::Test {
 protected:
  Ran check(const std::string& sources, const std::string& more = "",
            const std::string& language = "en") {
    std::ofstream(folder / "s.yaml") << sources;
    return run_in_shell(folder,
                        "--data '" + world.data.string() + "' sources check '" +
                            (folder / "s.yaml").string() + "' " + more,
                        language);
  }
  std::string base() const {
    const auto url = server.url("");
    return url.substr(0, url.find_last_not_of('/') + 1);
  }
  std::string club() const {
    return "sources:\n  - id: club\n    kind: list\n    url: " + base() +
           "/club/list\n    item: {link: '/club/raw/[a-z]+', url: '\\0'}\n    delay: 0s\n"
           "    allow_networks: [127.0.0.2/32]\n    account: watch-1\n"
           "    login: {page: /club/enter, failure: 'wrong'}\n";
  }

  ScratchFolder folder;
  CrawlWorld world;
  HostileServer server{serve, "127.0.0.2"};
};

TEST_F(CheckCommand, SaysWhatTheListAndItsFirstItemAreInBothLanguagesAndShowsNoText) {
  const auto yaml = list_source("s", base());
  const auto english = check(yaml);
  EXPECT_EQ(english.exit, 0) << english.out << english.err;
  EXPECT_THAT(english.out, HasSubstr("s: HTTP 200, "));
  EXPECT_THAT(english.out, HasSubstr("text/html, UTF-8, 2 items"));
  EXPECT_THAT(english.out, HasSubstr("looked at " + base() +
                                     "/raw/one: HTTP 200, 54 bytes, "
                                     "text/plain, UTF-8, lines 2\n"));
  const auto japanese = check(yaml, "", "ja");
  EXPECT_THAT(japanese.out, HasSubstr("見た項目 " + base() +
                                      "/raw/one: HTTP 200、54 バイト、"
                                      "text/plain、UTF-8、行 2\n"));
  for (const auto& ran : {english, japanese}) {
    EXPECT_THAT(ran.out + ran.err, Not(HasSubstr("甲野")));
    EXPECT_THAT(ran.out + ran.err, Not(HasSubstr("090-")));
  }
  EXPECT_EQ(server.count("/raw/two"), 0);
  EXPECT_TRUE(world.captured().empty());
  EXPECT_EQ(world.queued(), 0u);
  EXPECT_EQ(world.coverage("s").listed, 0u);
  const auto asked = server.count("/raw/one");
  EXPECT_THAT(check(yaml, "--no-items").out, Not(HasSubstr("looked at")));
  EXPECT_EQ(server.count("/raw/one"), asked);
}

TEST_F(CheckCommand, EndsWithOneAndSaysWhyWhereNothingWouldBeCaptured) {
  auto yaml = list_source("s", base());
  const std::string both = "/raw/([a-z0-9-]+)";
  yaml.replace(yaml.find(both), both.size(), "/raw/(two)");
  const auto gone = check(yaml);
  EXPECT_EQ(gone.exit, 1);
  EXPECT_THAT(gone.out, HasSubstr("/raw/two: HTTP 404"));
  EXPECT_THAT(gone.out, HasSubstr("not captured: status_404"));
  const auto blind = check(list_source("s", base() + "/club"), "", "ja");
  EXPECT_EQ(blind.exit, 1);
  EXPECT_THAT(blind.out, HasSubstr("要確認: blind_login: 一覧の代わりに"));
}

TEST_F(CheckCommand, SignsInWithTheStoredAccountAndLeavesItAsItWas) {
  ::setenv("HITOKOE_PASSPHRASE", hitokoe::testing::kPassphrase, 1);
  EXPECT_THAT(check(club()).out, HasSubstr("blind_account"));
  ASSERT_TRUE(world.accounts().put("club", "watch-1", {SecretText("kou"), SecretText("made-up")},
                                   "sato", {}));
  const auto before = world.account("club", "watch-1");
  const auto ran = check(club());
  EXPECT_EQ(ran.exit, 0) << ran.out << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("looked at " + base() + "/club/raw/x: HTTP 200"));
  EXPECT_THAT(ran.out + ran.err, Not(HasSubstr("members' text")));
  EXPECT_EQ(world.account("club", "watch-1"), before);
  EXPECT_EQ(world.accounts().open("club", "watch-1").value().cookies.expose(), "");
}

TEST_F(CheckCommand, LeavesSourcesOutWhoseAccountsACrawlerHasAndLooksAtTheOthers) {
  ::setenv("HITOKOE_PASSPHRASE", hitokoe::testing::kPassphrase, 1);
  const auto lock = (world.data / "crawler.lock").string();
  const int held = ::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  ASSERT_GE(held, 0);
  ASSERT_EQ(::flock(held, LOCK_EX | LOCK_NB), 0);
  const auto ran =
      check(club() + list_source("s", base()).substr(std::string("sources:\n").size()));
  ::close(held);
  EXPECT_EQ(ran.exit, 1);
  EXPECT_THAT(ran.out, HasSubstr("account_busy"));
  EXPECT_THAT(ran.out, HasSubstr("/raw/one: HTTP 200"));
  EXPECT_EQ(server.count("/club/enter"), 0);
}

}  // namespace
}  // namespace hitokoe::crawler
