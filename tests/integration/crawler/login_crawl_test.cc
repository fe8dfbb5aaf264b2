// Sources that one signs in to: Fossil's forum behind its log-in, and a club of made-up pages whose
// sessions end when the test says so.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <set>

#include "hitokoe/base/file.h"
#include "hitokoe/crawler/account_check.h"
#include "hitokoe/crawler/cookie_file.h"
#include "tests/integration/crawler/crawl_world.h"
#include "tests/integration/crawler/wayward_accounts.h"
#include "tests/integration/net/hostile_server.h"
#include "tests/integration/testbed.h"
#include "tests/places.h"

namespace hitokoe::crawler {
namespace {

using hitokoe::testing::answer;
using hitokoe::testing::CrawlWorld;
using hitokoe::testing::HostileConnection;
using hitokoe::testing::HostileRequest;
using hitokoe::testing::HostileServer;
using hitokoe::testing::list_page;
using hitokoe::testing::Testbed;
using hitokoe::testing::Wayward;
using ::testing::HasSubstr;
using ::testing::Not;

std::string warned(const Result<CrawlReport>& report) {
  if (!report) return report.error().detail;
  std::string out;
  for (const auto& warning : report.value().warnings) out += warning.what + " ";
  return out;
}

AccountSecrets secrets(const std::string& username, const std::string& password) {
  return {SecretText(username), SecretText(password)};
}

// A forum for members only.
class Forum : public Testbed {
 public:
  Forum() : Testbed("fossil") {
    EXPECT_EQ(started(), 0) << said();
    capabilities("nobody", "");
  }
  std::string base() const { return "http://127.0.0.1:" + std::to_string(port()); }
  void post(const std::string& text) {
    const auto file = folder() / "post.txt";
    std::ofstream(file, std::ios::binary) << text;
    EXPECT_FALSE(seed({file.string()}).empty());
  }
  void capabilities(const std::string& user, const std::string& letters) {
    fossil("user capabilities " + user + " '" + letters + "'");
  }
  void end_sessions() { fossil("sql 'UPDATE user SET cookie=NULL, cexpire=NULL'"); }

  std::string source() const {
    const auto file =
        read_file(HITOKOE_SOURCE_DIR "/config/sources/fossil-members.example.yaml").value();
    std::string yaml(as_text(file));
    const std::string theirs = "https://forum.example.org/fossil";
    for (auto at = yaml.find(theirs); at != std::string::npos; at = yaml.find(theirs))
      yaml.replace(at, theirs.size(), base());
    return yaml + "    delay: 10ms\n    allow_networks: [127.0.0.1/32]\n";
  }

 private:
  void fossil(const std::string& what) {
    const auto command = "HOME='" + folder().string() + "' USER=admin fossil " + what + " -R '" +
                         (folder() / "site.fossil").string() + "' >/dev/null 2>&1";
    EXPECT_EQ(std::system(command.c_str()), 0) << what;
  }
};

// As if what was noted of the account were eleven minutes older, and its wait over.
void age(CrawlWorld& world, const std::string& source, const std::string& name) {
  auto account = world.account(source, name);
  if (account.last_sign_in) *account.last_sign_in -= std::chrono::minutes(11);
  account.next_try.reset();
  EXPECT_TRUE(world.accounts().note(account, nullptr, {}).value());
}

constexpr const char* kForum = "fossil-members";

// Every file of the data folder.
std::string everything(const std::filesystem::path& data) {
  std::string out;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(data)) {
    if (!entry.is_regular_file()) continue;
    const auto bytes = read_file(entry.path()).value();
    out += as_text(bytes);
  }
  return out;
}

TEST(FossilMembers, IsReadByAnAccountThatSignsInAgainWhenItsSessionIsOver) {
  Forum forum;
  CrawlWorld world;
  forum.post("a list\n甲野太郎 090-0000-0000\n");
  EXPECT_THAT(warned(world.crawl(forum.source())), HasSubstr("blind_account"));
  EXPECT_EQ(world.coverage(kForum).last_reason, "blind_account");

  ASSERT_TRUE(world.accounts().put(kForum, "watch-1", secrets("member", "made-up"), "sato", {}));
  EXPECT_EQ(warned(world.crawl(forum.source())), "");
  ASSERT_EQ(world.captured().size(), 1u);
  const auto taken = world.captured().front();
  EXPECT_THAT(taken.body, HasSubstr("甲野太郎 090-0000-0000"));
  std::string headers;
  for (const auto& [name, value] : taken.meta.request_headers) headers += name + "=" + value + ";";
  EXPECT_THAT(headers, HasSubstr("Cookie=(hidden);"));
  auto account = world.account(kForum, "watch-1");
  EXPECT_EQ(account.state, AccountState::kSignedIn);
  EXPECT_EQ(account.sign_ins, 1u);
  EXPECT_EQ(account.cookies, 1u);
  const auto cookies = world.accounts().open(kForum, "watch-1").value().cookies.clone();
  const auto session = cookies.expose().substr(cookies.expose().rfind('\t') + 1, 40);
  const auto on_disk = everything(world.data);
  EXPECT_EQ(on_disk.find("made-up"), std::string::npos) << "the password is sealed";
  EXPECT_EQ(on_disk.find(session), std::string::npos) << "and so are the cookies";

  EXPECT_EQ(warned(world.crawl(forum.source())), "");
  EXPECT_EQ(world.account(kForum, "watch-1").sign_ins, 1u) << "the session lives on after a start";

  forum.post("another\nsecond thread\n");
  forum.end_sessions();
  age(world, kForum, "watch-1");
  EXPECT_EQ(warned(world.crawl(forum.source())), "");
  EXPECT_EQ(world.captured().size(), 2u);
  EXPECT_EQ(world.account(kForum, "watch-1").sign_ins, 2u);
}

TEST(FossilMembers, AnAccountThatIsShutOutIsUsedNoMoreAndTheSourceIsBlind) {
  Forum forum;
  CrawlWorld world;
  forum.post("a list\ntext\n");
  ASSERT_TRUE(world.accounts().put(kForum, "watch-1", secrets("member", "made-up"), "sato", {}));
  EXPECT_EQ(warned(world.crawl(forum.source())), "");
  forum.post("another\nsecond thread\n");
  forum.capabilities("member", "p");
  const auto told = warned(world.crawl(forum.source()));
  EXPECT_THAT(told, HasSubstr("account_banned"));
  EXPECT_THAT(told, HasSubstr("blind_account"));
  EXPECT_EQ(world.account(kForum, "watch-1").state, AccountState::kBanned);
  EXPECT_EQ(world.coverage(kForum).last_reason, "blind_account");
  EXPECT_EQ(world.captured().size(), 1u);
  EXPECT_EQ(world.coverage(kForum).missed, 0u) << "nothing counts as seen or missed";
}

TEST(FossilMembers, AWrongPasswordIsTriedOnceAndNotAgainByItself) {
  Forum forum;
  CrawlWorld world;
  forum.post("a list\ntext\n");
  ASSERT_TRUE(world.accounts().put(kForum, "watch-1", secrets("member", "mistyped"), "sato", {}));
  EXPECT_THAT(warned(world.crawl(forum.source())), HasSubstr("login_refused"));
  EXPECT_EQ(world.account(kForum, "watch-1").state, AccountState::kRefused);
  EXPECT_EQ(warned(world.crawl(forum.source())), "blind_account ") << "not tried";
  ASSERT_TRUE(world.accounts().put(kForum, "watch-1", secrets("member", "made-up"), "sato", {}));
  EXPECT_EQ(warned(world.crawl(forum.source())), "");
  EXPECT_EQ(world.captured().size(), 1u);
}

TEST(FossilMembers, ABrowsersCookiesAreEnoughUntilTheirSessionIsOver) {
  Forum forum;
  CrawlWorld world;
  forum.post("a list\ntext\n");
  ASSERT_TRUE(world.accounts().put(kForum, "watch-1", secrets("member", "made-up"), "sato", {}));
  EXPECT_EQ(warned(world.crawl(forum.source())), "");
  // What a browser that is signed in would export.
  auto exported = world.accounts().open(kForum, "watch-1").value().cookies.clone();
  ASSERT_TRUE(world.accounts().remove(kForum, "watch-1", "sato", {}).value());
  const auto sources = parse_sources(forum.source(), "t.yaml").value();
  const auto taken = read_cookie_file(as_bytes(exported.expose()), sources.front(),
                                      UtcTime(std::chrono::seconds(1'775'000'000)));
  ASSERT_TRUE(taken) << taken.error().detail;
  SourceAccount account;
  account.source = kForum;
  account.name = "watch-1";
  ASSERT_TRUE(world.accounts().put_cookies(account, taken.value().lines, "sato", {}));
  forum.post("another\nsecond thread\n");
  EXPECT_EQ(warned(world.crawl(forum.source())), "");
  EXPECT_EQ(world.captured().size(), 2u);
  EXPECT_EQ(world.account(kForum, "watch-1").sign_ins, 0u);
  forum.end_sessions();
  EXPECT_THAT(warned(world.crawl(forum.source())), HasSubstr("account_expired"));
  EXPECT_EQ(world.account(kForum, "watch-1").state, AccountState::kExpired);
}

// Sessions that the test may end; every page but the log-in needs one. `ban` is shut out.
class Club {
 public:
  Club()
      : server_([this](const HostileRequest& r, HostileConnection& out) { return serve(r, out); },
                "127.0.0.2") {}

  std::string source(const std::string& accounts, const std::string& more = "") const {
    const auto base = server_.url("");
    return "sources:\n  - id: club\n    kind: list\n    url: " +
           base.substr(0, base.find_last_not_of('/') + 1) +
           "/list\n    item: {link: 'href=\"/raw/([a-z0-9-]+)\"', key: '\\1', url: '/raw/\\1'}\n"
           "    delay: 0s\n    allow_networks: [127.0.0.2/32]\n    accounts: " +
           accounts +
           "\n    login:\n      page: /enter\n      failure: 'class=\"no\"'\n"
           "      banned: {pattern: 'class=\"banned\"'}\n" +
           more;
  }
  std::vector<std::string> said() {
    const std::lock_guard lock(mutex_);
    return said_;
  }
  HostileServer& server() { return server_; }

  void end_sessions() {
    const std::lock_guard lock(mutex_);
    sessions_.clear();
  }

  std::vector<std::string> listed = {"one", "two", "three"};
  std::set<std::string> for_others;  // targets that show nobody signed in, whoever asks
  std::string bare;                  // a Set-Cookie of items
  std::string end_before;            // the session ends once before this target is given
  std::string token = "t&1";         // what the form holds
  std::string where = "/enter";      // where it goes

 private:
  bool serve(const HostileRequest& r, HostileConnection& out) {
    const std::lock_guard lock(mutex_);
    const auto at = r.headers.find("cookie");
    const auto cookie = at == r.headers.end() ? std::string() : at->second;
    said_.push_back(r.target + " " + cookie);
    if (r.target == end_before) {
      sessions_.clear();
      end_before.clear();
    }
    const std::string html = "Content-Type: text/html\r\n";
    if (r.target == "/enter" && r.body.empty()) {
      return out.send(answer(200,
                             "<form method=post action='" + where +
                                 "'><input name=who><input type=password name=word>"
                                 "<input type=hidden name=token value='" +
                                 token + "'></form>",
                             html));
    }
    if (r.target == "/enter") {
      const bool known = r.body.find("word=right") != std::string::npos &&
                         r.body.find("token=t%261") != std::string::npos &&
                         r.headers.contains("referer");
      if (!known) return out.send(answer(200, "<p class=\"no\">no</p>", html));
      const auto who = r.body.substr(r.body.find("who=") + 4, 1);
      const auto session = who + std::to_string(++last_);
      sessions_.insert(session);
      return out.send(
          answer(302, "", "Location: /home\r\nSet-Cookie: s=" + session + "; Path=/\r\n"));
    }
    const bool in = cookie.starts_with("s=") && sessions_.contains(cookie.substr(2));
    if (r.target == "/robots.txt") return out.send(answer(404, ""));
    if (!in || for_others.contains(r.target))
      return out.send(answer(302, "", "Location: /enter\r\n"));
    if (cookie.starts_with("s=b")) return out.send(answer(200, "<p class=\"banned\">x</p>", html));
    if (r.target == "/list") return out.send(answer(200, list_page(listed), html));
    const auto set = bare.empty() ? "" : "Set-Cookie: " + bare + "\r\n";
    return out.send(answer(200, "<p>text of " + r.target + "</p>", html + set));
  }

  std::mutex mutex_;
  std::vector<std::string> said_;
  std::set<std::string> sessions_;
  int last_ = 0;
  HostileServer server_;
};

TEST(Club, AnAccountWhoseKeyIsGoneLeavesTheWorkToTheOther) {
  Club club;
  CrawlWorld world;
  ASSERT_TRUE(world.accounts().put("club", "a", secrets("a", "right"), "sato", {}));
  ASSERT_TRUE(world.accounts().put("club", "c", secrets("c", "right"), "sato", {}));
  Wayward accounts(world);
  accounts.opening = Errc::kForbidden;
  EXPECT_EQ(warned(world.crawl(club.source("[a, c]"))), "");
  EXPECT_EQ(world.captured().size(), 3u);
  EXPECT_EQ(world.coverage("club").missed, 0u);
}

TEST(Club, AStoreOfAccountsThatFailsLosesNoItem) {
  Club club;
  CrawlWorld world;
  club.listed = {"one"};
  ASSERT_TRUE(world.accounts().put("club", "a", secrets("a", "right"), "sato", {}));
  EXPECT_EQ(warned(world.crawl(club.source("[a]"))), "");
  club.listed = {"one", "two", "three"};
  {
    Wayward accounts(world);
    for (const auto code : {Errc::kIo, Errc::kCorrupt, Errc::kBadInput}) {
      accounts.opening = code;
      const auto report = world.crawl(club.source("[a]"));
      ASSERT_FALSE(report);
      EXPECT_EQ(report.error().code, code) << "told as an error of the store";
    }
  }
  EXPECT_EQ(world.coverage("club").missed, 0u);
  EXPECT_EQ(warned(world.crawl(club.source("[a]"))), "");
  EXPECT_EQ(world.captured().size(), 3u);
}

TEST(Club, AGoodAnswerIsKeptThoughItCannotBeNoted) {
  Club club;
  CrawlWorld world;
  club.listed = {"one"};
  ASSERT_TRUE(world.accounts().put("club", "a", secrets("a", "right"), "sato", {}));
  EXPECT_EQ(warned(world.crawl(club.source("[a]"))), "");
  const auto cookies = world.accounts().open("club", "a").value().cookies.clone();
  ASSERT_TRUE(world.accounts().put_cookies(world.account("club", "a"), cookies, "sato", {}));
  club.listed = {"one", "two", "three"};
  {
    Wayward accounts(world);
    accounts.noting = Errc::kIo;
    EXPECT_EQ(warned(world.crawl(club.source("[a]"))), "");
  }
  EXPECT_EQ(world.captured().size(), 3u);
  EXPECT_EQ(world.account("club", "a").state, AccountState::kCookies);
}

TEST(Club, AnItemForOthersAmongGoodOnesCostsNoLogInAndNoSession) {
  Club club;
  club.for_others = {"/raw/two"};
  CrawlWorld world;
  ASSERT_TRUE(world.accounts().put("club", "a", secrets("a", "right"), "sato", {}));
  EXPECT_EQ(warned(world.crawl(club.source("[a]"))), "");
  EXPECT_EQ(world.captured().size(), 2u);
  EXPECT_EQ(world.coverage("club").missed, 0u);
  EXPECT_EQ(world.account("club", "a").sign_ins, 1u);
  EXPECT_EQ(world.account("club", "a").state, AccountState::kSignedIn);
  EXPECT_EQ(world.account("club", "a").tries, 0u);
}

TEST(Club, WhileASessionIsNotProvenItemsWaitUncounted) {
  Club club;
  CrawlWorld world;
  club.listed = {"one"};
  ASSERT_TRUE(world.accounts().put("club", "a", secrets("a", "right"), "sato", {}));
  const auto once = club.source("[a]", "    limits: {tries: 1}\n");
  EXPECT_EQ(warned(world.crawl(once)), "");
  age(world, "club", "a");
  club.listed = {"one", "two", "three", "four"};
  club.for_others = {"/raw/two", "/raw/three", "/raw/four"};
  EXPECT_EQ(warned(world.crawl(once)), "");
  EXPECT_EQ(world.account("club", "a").sign_ins, 2u) << "one more, for three items";
  EXPECT_EQ(world.coverage("club").missed, 1u) << "the one whose session was proven";
  EXPECT_EQ(world.reason("club", "login_page"), 1u);
}

TEST(Club, NoSignInFollowsAnotherWithinTenMinutes) {
  Club club;
  CrawlWorld world;
  ASSERT_TRUE(world.accounts().put("club", "a", secrets("a", "right"), "sato", {}));
  EXPECT_EQ(warned(world.crawl(club.source("[a]"))), "");
  club.end_sessions();
  EXPECT_THAT(warned(world.crawl(club.source("[a]"))), HasSubstr("blind_account"));
  auto account = world.account("club", "a");
  EXPECT_EQ(account.sign_ins, 1u);
  EXPECT_EQ(account.state, AccountState::kFailed);
  EXPECT_GE(account.next_try, *account.last_sign_in + std::chrono::minutes(10));
  age(world, "club", "a");
  EXPECT_EQ(warned(world.crawl(club.source("[a]"))), "");
  account = world.account("club", "a");
  EXPECT_EQ(account.sign_ins, 2u);
  EXPECT_EQ(account.tries, 0u) << "an answer proved it";
  // New secrets of a person are tried at once.
  club.end_sessions();
  ASSERT_TRUE(world.accounts().put("club", "a", secrets("a", "right"), "sato", {}));
  EXPECT_EQ(warned(world.crawl(club.source("[a]"))), "");
  EXPECT_EQ(world.account("club", "a").sign_ins, 3u);
}

TEST(Club, WaitsGrowWhileSignInsDoNotHelpTheList) {
  Club club;
  club.for_others = {"/list"};
  CrawlWorld world;
  ASSERT_TRUE(world.accounts().put("club", "a", secrets("a", "right"), "sato", {}));
  const auto source = club.source("[a]", "      success: 'text of'\n");
  for (std::uint32_t i = 1; i <= 7; ++i) {
    EXPECT_THAT(warned(world.crawl(source)), HasSubstr("blind_account"));
    const auto account = world.account("club", "a");
    EXPECT_EQ(account.sign_ins, i);
    EXPECT_EQ(account.tries, i) << "a sign-in alone proves nothing";
    const auto wait = *account.next_try - *account.last_sign_in;
    EXPECT_GE(wait, std::chrono::minutes(10));
    // 30 s doubled six times, and three quarters of it.
    if (i == 7) {
      EXPECT_GE(wait, std::chrono::minutes(24));
    }
    age(world, "club", "a");
  }
}

TEST(Club, AnItemOnAnotherHostThatShowsNobodyLeavesAGoodSessionAlone) {
  Club club;
  HostileServer other(
      [](const HostileRequest& r, HostileConnection& out) {
        return out.send(answer(r.target == "/robots.txt" ? 404 : 401, ""));
      },
      "127.0.0.3");
  const auto elsewhere = other.url("");
  auto source = club.source("[a]",
                            "      expired: {status: [401]}\n    hosts: [127.0.0.3]\n"
                            "    limits: {tries: 1}\n");
  const std::string here = "url: '/raw/\\1'";
  source.replace(source.find(here), here.size(),
                 "url: '" + elsewhere.substr(0, elsewhere.find_last_not_of('/') + 1) + "/raw/\\1'");
  const std::string one = "[127.0.0.2/32]";
  source.replace(source.find(one), one.size(), "[127.0.0.2/32, 127.0.0.3/32]");
  CrawlWorld world;
  ASSERT_TRUE(world.accounts().put("club", "a", secrets("a", "right"), "sato", {}));
  EXPECT_EQ(warned(world.crawl(source)), "");
  EXPECT_EQ(world.account("club", "a").state, AccountState::kSignedIn);
  EXPECT_EQ(world.account("club", "a").sign_ins, 1u);
  EXPECT_EQ(world.reason("club", "login_elsewhere"), 3u) << "each was tried, and counted";
}

TEST(Club, ACookieWithoutANameIsHiddenWhole) {
  Club club;
  club.bare = "made-up-session; Path=/";
  CrawlWorld world;
  ASSERT_TRUE(world.accounts().put("club", "a", secrets("a", "right"), "sato", {}));
  ASSERT_EQ(warned(world.crawl(club.source("[a]"))), "");
  for (const auto& [name, value] : world.item("one").meta.response_headers) {
    EXPECT_THAT(value, Not(HasSubstr("made-up-session"))) << name;
  }
}

TEST(Club, ASessionThatEndsAmidTheItemsIsRenewedAndNothingIsLost) {
  Club club;
  CrawlWorld world;
  club.listed = {"one"};
  ASSERT_TRUE(world.accounts().put("club", "a", secrets("a", "right"), "sato", {}));
  EXPECT_EQ(warned(world.crawl(club.source("[a]"))), "");
  age(world, "club", "a");
  club.listed = {"one", "two", "three"};
  club.end_before = "/raw/two";
  EXPECT_EQ(warned(world.crawl(club.source("[a]"))), "");
  EXPECT_EQ(world.captured().size(), 3u);
  EXPECT_EQ(world.account("club", "a").sign_ins, 2u);
  EXPECT_THAT(world.item("two").body, HasSubstr("text of /raw/two"));
}

TEST(Club, AccountsTakeTurnsAndOneThatIsShutOutLeavesTheWorkToTheOther) {
  Club club;
  CrawlWorld world;
  ASSERT_TRUE(world.accounts().put("club", "a", secrets("a", "right"), "sato", {}));
  ASSERT_TRUE(world.accounts().put("club", "bad", secrets("b", "right"), "sato", {}));
  ASSERT_TRUE(world.accounts().put("club", "c", secrets("c", "right"), "sato", {}));
  EXPECT_EQ(warned(world.crawl(club.source("[bad, a, c]"))), "account_banned ");
  EXPECT_EQ(world.captured().size(), 3u);
  EXPECT_EQ(world.account("club", "bad").state, AccountState::kBanned);
  EXPECT_EQ(world.account("club", "a").sign_ins, 1u);
  EXPECT_EQ(world.account("club", "c").sign_ins, 1u) << "in turn";
  EXPECT_EQ(world.coverage("club").last_reason, "");
}

TEST(Club, APasswordIsNotSentToWhereAFormPointsOutside) {
  Club club;
  club.where = "http://127.0.0.3:1/steal";
  CrawlWorld world;
  ASSERT_TRUE(world.accounts().put("club", "a", secrets("a", "right"), "sato", {}));
  EXPECT_THAT(warned(world.crawl(club.source("[a]"))), HasSubstr("blind_account"));
  const auto account = world.account("club", "a");
  EXPECT_EQ(account.state, AccountState::kFailed);
  EXPECT_EQ(account.reason, "login_foreign");
  EXPECT_EQ(account.tries, 1u);
  EXPECT_TRUE(account.next_try);
  const auto said = club.said();
  EXPECT_EQ(std::ranges::count(said, "/enter "), 1) << "asked for, and nothing posted";
}

TEST(Club, ALogInThatDoesNotHelpIsNotRepeatedAtOnce) {
  Club club;
  CrawlWorld world;
  ASSERT_TRUE(world.accounts().put("club", "a", secrets("a", "right"), "sato", {}));
  const auto never = club.source("[a]",
                                 "      expired: {mark: 'class=\"never there\"'}\n"
                                 "      success: 'text of'\n");
  EXPECT_THAT(warned(world.crawl(never)), HasSubstr("blind_account"));
  EXPECT_EQ(world.account("club", "a").state, AccountState::kFailed);
  EXPECT_EQ(world.account("club", "a").reason, "login_page");
  const auto before = club.said().size();
  EXPECT_THAT(warned(world.crawl(never)), HasSubstr("blind_account"));
  EXPECT_EQ(club.said().size(), before) << "it waits: not a single request";
}

Task<Result<void>> keep(Task<Result<AccountCheck>> task, std::optional<Result<AccountCheck>>& out,
                        TaskGroup& group) {
  out.emplace(co_await std::move(task));
  group.stop();
  co_return ok();
}

TEST(Club, AnAccountIsTriedByHandAndPutBackToUse) {
  Club club;
  CrawlWorld world;
  ASSERT_TRUE(world.accounts().put("club", "a", secrets("a", "wrong"), "sato", {}));
  const auto sources = parse_sources(club.source("[a]"), "t.yaml").value();
  const auto check = [&] {
    asio::io_context io;
    SystemClock clock;
    SystemRandom random;
    SystemSleeper sleeper;
    const auto resolver = net::make_system_resolver(io.get_executor());
    const auto fetcher = net::make_fetcher(io.get_executor(), *resolver, clock);
    TaskGroup group(io.get_executor());
    std::optional<Result<AccountCheck>> out;
    group.spawn("check", keep(check_account(sources.front(), world.accounts(), "a", "sato",
                                            *fetcher, clock, sleeper, random),
                              out, group));
    io.run();
    return std::move(*out).value().account;
  };
  EXPECT_EQ(check().state, AccountState::kRefused);
  EXPECT_EQ(world.account("club", "a").reason, "login_refused");
  EXPECT_EQ(world.account("club", "a").version, 2u) << "a crawler that runs takes it anew";
  ASSERT_TRUE(world.accounts().put("club", "a", secrets("a", "right"), "sato", {}));
  EXPECT_EQ(check().state, AccountState::kSignedIn);
  EXPECT_EQ(world.account("club", "a").state, AccountState::kSignedIn);
  EXPECT_EQ(warned(world.crawl(club.source("[a]"))), "");
  EXPECT_EQ(world.account("club", "a").sign_ins, 1u) << "with the session of the check";
}

TEST(SourceAccounts, WhatIsRemovedCannotBeReadFromACopyOfTheDatabase) {
  CrawlWorld world;
  ASSERT_TRUE(world.accounts().put("s", "a", secrets("甲", "made-up"), "sato", {}));
  EXPECT_EQ(world.accounts().open("s", "a").value().secrets.username.expose(), "甲");
  EXPECT_EQ(world.accounts().open("s", "b").error().code, Errc::kNotFound);
  EXPECT_FALSE(world.accounts().put("s", "A", secrets("x", "y"), "sato", {}));
  EXPECT_FALSE(world.accounts().put("s", "a", secrets("x", "y\n"), "sato", {}));
  auto old = world.account("s", "a");
  ASSERT_TRUE(world.accounts().put("s", "a", secrets("乙", "other"), "sato", {}));
  old.state = AccountState::kBanned;
  EXPECT_FALSE(world.accounts().note(old, nullptr, {}).value()) << "a person was faster";
  EXPECT_EQ(world.account("s", "a").state, AccountState::kNew);
  ASSERT_TRUE(world.accounts().remove("s", "a", "sato", {}).value());
  EXPECT_FALSE(world.accounts().remove("s", "a", "sato", {}).value());
  const UtcTime later{std::chrono::seconds(1)};
  auto removed = old;
  removed.version = 1;
  ASSERT_TRUE(world.accounts().put("s", "a", secrets("丙", "third"), "sato", later)) << "again";
  removed.state = AccountState::kBanned;
  EXPECT_FALSE(world.accounts().note(removed, nullptr, {}).value()) << "of the one before";
  auto now = world.account("s", "a");
  now.state = AccountState::kSignedIn;
  EXPECT_TRUE(world.accounts().note(now, nullptr, {}).value());
  EXPECT_EQ(world.account("s", "a").version, now.version);
  EXPECT_TRUE(world.accounts().note_anew(now, nullptr, "a person", {}).value());
  EXPECT_EQ(world.account("s", "a").version, now.version + 1);
  EXPECT_FALSE(world.accounts().note(now, nullptr, {}).value()) << "it was changed meanwhile";
  EXPECT_EQ(world.accounts().open("s", "a").value().secrets.username.expose(), "丙");
}

}  // namespace
}  // namespace hitokoe::crawler
