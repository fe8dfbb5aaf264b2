// Logins: what a source file may say of them, which form is filled in and how, and what an answer
// says of whoever asked.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crawler/login_form.h"
#include "crawler/login_rules.h"
#include "crawler/seats.h"
#include "hitokoe/base/random.h"
#include "hitokoe/crawler/cookie_file.h"
#include "hitokoe/crawler/reasons.h"
#include "hitokoe/crawler/source_json.h"
#include "hitokoe/crawler/source_status.h"
#include "tests/unit/crawler/reading.h"

namespace hitokoe::crawler {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kLogin = R"(    account: watch-1
    login:
      page: /login
      extra: {in: Login}
      success: 'href="/logout"'
      failure: 'class="error"'
      expired: {mark: 'href="/logout"', status: [401]}
      banned: {pattern: 'class="banned"', status: [403]}
)";

Source forum(const std::string& more = kLogin) {
  return source_of("feed", "https://f.test/feed", more);
}

std::string trouble(const std::string& more) {
  const auto parsed = parse_sources(
      "sources:\n  - id: s\n    kind: feed\n    url: https://f.test/feed\n" + more, "t");
  return parsed ? "none" : parsed.error().detail;
}

net::Response page(const std::string& body, const std::string& url = "https://f.test/feed",
                   int status = 200, const std::string& type = "text/html; charset=utf-8") {
  net::Response out;
  out.status = status;
  out.final_url = url;
  out.headers = {{"Content-Type", type}};
  out.body = Bytes(body.begin(), body.end());
  return out;
}

TEST(LoginRules, AreReadAndWhatIsWrongIsToldWithItsLine) {
  const auto s = forum();
  ASSERT_TRUE(s.login);
  EXPECT_EQ(s.accounts, std::vector<std::string>{"watch-1"});
  EXPECT_EQ(s.login->page.text(), "https://f.test/login");
  EXPECT_THAT(trouble("    account: a\n"), HasSubstr("t:2: an account needs login"));
  EXPECT_THAT(trouble("    login: {page: /l}\n"), HasSubstr("t:5: login: needs account"));
  EXPECT_THAT(trouble("    account: a\n    login: {}\n"), HasSubstr("login: page"));
  EXPECT_THAT(trouble("    account: A b\n    login: {page: /l}\n"),
              HasSubstr("a name of your own"));
  EXPECT_THAT(trouble("    account: a\n    login: {page: 'https://other.test/l'}\n"),
              HasSubstr("t:6: login: page is on the source's own host"));
  EXPECT_THAT(trouble("    account: a\n    login: {page: 'http://f.test/l'}\n"),
              HasSubstr("same scheme"));
  EXPECT_THAT(trouble("    account: a\n    login: {page: /l, success: '('}\n"),
              HasSubstr("login: success"));
  EXPECT_THAT(trouble("    account: a\n    login: {page: /l, form: '//['}\n"),
              HasSubstr("login: form: not an XPath"));
  EXPECT_THAT(trouble("    account: a\n    login: {page: /l, passwort: p}\n"),
              HasSubstr("passwort"));
  EXPECT_THAT(
      trouble("    account: a\n    login: {page: /l, expired: {status: [403]}, banned: {status: "
              "[403]}}\n"),
      HasSubstr("cannot mean both"));
  EXPECT_THAT(trouble("    account: a\n    accounts: [b]\n    login: {page: /l}\n"),
              HasSubstr("not both"));
}

TEST(LoginRules, AnAnswerIsForSomebodySignedInOrNot) {
  const auto s = forum();
  EXPECT_EQ(standing_of(s, page("<a href=\"/logout\">x</a>")), Standing::kSignedIn);
  EXPECT_EQ(standing_of(s, page("<p>hello</p>")), Standing::kSignedOut) << "no mark";
  EXPECT_EQ(standing_of(s, page("{}", "https://f.test/feed", 200, "application/json")),
            Standing::kSignedIn)
      << "what is no HTML has no mark";
  EXPECT_EQ(standing_of(s, page("class=\"banned\"", "https://f.test/raw", 200, "text/plain")),
            Standing::kSignedIn)
      << "a text that somebody posted says nothing of us";
  EXPECT_EQ(standing_of(s, page("<a href=\"/logout\">", "https://f.test/login?next=/feed")),
            Standing::kSignedOut)
      << "led to the log-in page";
  EXPECT_EQ(standing_of(s, page("", "https://f.test/feed", 401)), Standing::kSignedOut);
  EXPECT_EQ(standing_of(s, page("", "https://f.test/feed", 403)), Standing::kBanned);
  EXPECT_EQ(standing_of(s, page("<div class=\"banned\"><a href=\"/logout\">")), Standing::kBanned);
}

TEST(LoginRules, AnAnswerOfAnotherSiteSaysNothingOfTheAccount) {
  const auto s = forum("    hosts: [files.f.test, '*']\n" + std::string(kLogin));
  EXPECT_EQ(standing_of(s, page("", "https://else.test/", 403)), Standing::kUnknown);
  EXPECT_EQ(standing_of(s, page("<a href=\"/logout\">", "https://else.test/")), Standing::kUnknown);
  EXPECT_EQ(standing_of(s, page("", "https://files.f.test/a", 403)), Standing::kBanned);
}

TEST(LoginRules, APasswordGoesInPlainTextOnlyWhereTheFileSaysSo) {
  const auto with = [](const std::string& url, const std::string& more = "") {
    const auto parsed = parse_sources("sources:\n  - id: s\n    kind: feed\n    url: " + url +
                                          "\n    account: a\n    login: {page: /l" + more + "}\n",
                                      "t");
    return parsed ? "none" : parsed.error().detail;
  };
  EXPECT_THAT(with("http://f.test/feed"), HasSubstr("t:6: login: over http://"));
  EXPECT_EQ(with("http://f.test/feed", ", insecure: true"), "none");
  EXPECT_EQ(with("https://f.test/feed"), "none");
  EXPECT_EQ(with("http://127.0.0.1:8080/feed"), "none");
}

TEST(LoginForm, IsFilledInWithItsTokensAsABrowserWould) {
  const auto s = forum();
  const std::string html = R"(<form action=/search method=get><input name=q></form>
    <form action="/do?x=1" method="POST">
      <input type=hidden name=csrf value="a&amp;b +c">
      <input type=text name=u value="somebody"><input type=password name=p>
      <input type=checkbox name=keep value=1 checked><input type=checkbox name=not value=1>
      <select name=lang><option value=en><option value=ja selected></select>
      <input type=submit name=other value=Cancel><input type=submit name=in value=Login></form>)";
  const auto form = find_login_form(*s.login, as_bytes(html));
  ASSERT_TRUE(form);
  EXPECT_EQ(form->action, "/do?x=1");
  EXPECT_EQ(form->username, "u");
  const auto body = filled_in(*form, *s.login, SecretText("甲"), SecretText("p&w d"));
  EXPECT_EQ(body.expose(), "csrf=a%26b+%2Bc&u=%E7%94%B2&p=p%26w+d&keep=1&lang=ja&in=Login");
}

TEST(LoginForm, NamesGoInTheCharacterSetOfThePage) {
  const auto s = forum();
  std::string html = "<form method=post><input name=u><input type=password name=p>";
  html += "\xa5\xed\xa5\xb0\xa5\xa4\xa5\xf3\xa4\xb7\xa4\xc6\xa4\xaf\xa4\xc0\xa4\xb5\xa4\xa4</form>";
  const auto form = find_login_form(*s.login, as_bytes(html));  // EUC-JP: ログインしてください
  ASSERT_TRUE(form);
  const auto body = filled_in(*form, *s.login, SecretText("甲"), SecretText("x"));
  EXPECT_THAT(body.expose(), HasSubstr("u=%B9%C3&"));
}

TEST(LoginForm, APasswordNeverGoesIntoAnAddress) {
  const auto s = forum();
  const auto find = [&](const std::string& html) {
    return find_login_form(*s.login, as_bytes(html)).has_value();
  };
  const std::string fields = "<input name=u><input type=password name=p></form>";
  EXPECT_TRUE(find("<form method=post>" + fields));
  EXPECT_FALSE(find("<form>" + fields)) << "GET";
  EXPECT_FALSE(find("<form method=get>" + fields));
  EXPECT_FALSE(find("<form method=post enctype=multipart/form-data>" + fields));
  EXPECT_FALSE(find("<form method=post><input type=password name=p></form>")) << "no name";
  EXPECT_FALSE(find("<form method=post><input name=u></form>"));
  std::string endless = "<form method=post>";
  for (int i = 0; i < 300; ++i) endless += "<input type=hidden name=h" + std::to_string(i) + ">";
  EXPECT_FALSE(find(endless + fields));
}

SourceAccount stored(const std::string& name, AccountState state = AccountState::kSignedIn) {
  SourceAccount out;
  out.source = "s";
  out.name = name;
  out.state = state;
  out.version = 1;
  return out;
}

TEST(Seats, GoRoundOneAttemptEachAndWithoutThoseThatAreShutOut) {
  const auto s = forum("    accounts: [a, b, c]\n    login: {page: /login}\n");
  SeededRandom random(1);
  Seats seats(s, random);
  const UtcTime now{std::chrono::seconds(1'775'000'000)};
  EXPECT_TRUE(seats.may_try(now)) << "the attempt says that there is nobody";
  EXPECT_EQ(seats.take(now), nullptr);
  auto late = stored("c", AccountState::kFailed);
  late.next_try = now + std::chrono::minutes(1);
  seats.know({stored("a"), stored("b", AccountState::kBanned), late, stored("stranger")});
  auto* first = seats.take(now);
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(first->account.name, "a");
  EXPECT_FALSE(seats.may_try(now)) << "the only one is on its way";
  EXPECT_TRUE(seats.any_usable(now));
  EXPECT_EQ(seats.take(now), nullptr) << "never two at once";
  EXPECT_EQ(seats.next_try(), now + std::chrono::minutes(1));
  auto* later = seats.take(now + std::chrono::minutes(1));
  ASSERT_NE(later, nullptr);
  EXPECT_EQ(later->account.name, "c");
  seats.give_back(first);
  seats.give_back(later);
  EXPECT_EQ(seats.take(now + std::chrono::hours(1))->account.name, "a");
}

TEST(Seats, AnAccountThatAPersonChangedIsForgottenWhenItIsBack) {
  const auto s = forum("    account: a\n    login: {page: /login}\n");
  SeededRandom random(1);
  Seats seats(s, random);
  seats.know({stored("a")});
  auto* seat = seats.take({});
  auto changed = stored("a", AccountState::kNew);
  changed.version = 2;
  seats.know({changed});
  EXPECT_TRUE(seat->gone);
  seats.give_back(seat);
  seats.know({changed});
  EXPECT_EQ(seats.take({})->account.version, 2u);
}

TEST(Seats, AnAccountThatWasRemovedAndAddedAgainIsAnother) {
  const auto s = forum("    account: a\n    login: {page: /login}\n");
  SeededRandom random(1);
  Seats seats(s, random);
  seats.know({stored("a")});
  auto* seat = seats.take({});
  auto again = stored("a", AccountState::kNew);
  again.added = UtcTime(std::chrono::seconds(1));
  seats.know({again});
  EXPECT_TRUE(seat->gone);
  seats.give_back(seat);
  seats.know({again});
  EXPECT_EQ(seats.take({})->account.state, AccountState::kNew);
}

TEST(Seats, AnAccountWhoseKeyIsGoneIsNobodysUntilAPersonChangesIt) {
  const auto s = forum("    account: a\n    login: {page: /login}\n");
  SeededRandom random(1);
  Seats seats(s, random);
  seats.know({stored("a")});
  auto* seat = seats.take({});
  seat->shut = true;
  seats.give_back(seat);
  seats.know({stored("a")});
  EXPECT_FALSE(seats.any_usable({}));
  auto changed = stored("a", AccountState::kNew);
  changed.version = 2;
  seats.know({changed});
  EXPECT_TRUE(seats.any_usable({}));
}

constexpr UtcTime kNow{std::chrono::seconds(1'775'000'000)};

TEST(CookieFile, TakesWhatTheSourcesHostsWouldBeSentAndNothingElse) {
  auto s = forum();
  const std::string file =
      "# Netscape HTTP Cookie File\n\n"
      "#HttpOnly_f.test\tFALSE\t/\tTRUE\t1900000000\tsid\tabc\r\n"
      ".test\tTRUE\t/\tFALSE\t0\twide\tv\n"
      "f.test\tFALSE\t/\tFALSE\t1700000000\told\tv\n"
      ".bank.test\tTRUE\t/\tTRUE\t0\tother\tsecret\n"
      "notf.test\tTRUE\t/\tTRUE\t0\tother\tsecret\n"
      "f.test\tFALSE\tnopath\tFALSE\t0\tbad\tv\n";
  const auto taken = read_cookie_file(as_bytes(file), s, kNow);
  ASSERT_TRUE(taken) << taken.error().detail;
  EXPECT_EQ(taken.value().taken, 2u);
  EXPECT_EQ(taken.value().expired, 1u);
  EXPECT_EQ(taken.value().unusable, 1u);
  EXPECT_EQ(taken.value().foreign.size(), 2u);
  EXPECT_EQ(taken.value().lines.expose(),
            "#HttpOnly_f.test\tFALSE\t/\tTRUE\t1900000000\tsid\tabc\n"
            "f.test\tFALSE\t/\tFALSE\t0\twide\tv\n")
      << "a cookie of a whole domain, which may be a public suffix, is one of this host alone";
}

TEST(CookieFile, ReadsTheJsonOfExtensions) {
  const auto s = forum();
  const std::string file = R"([{"domain":".f.test","name":"a","value":"1","path":"/","secure":true,
    "httpOnly":true,"expirationDate":1900000000.5},
    {"domain":"x.test","name":"b","value":"2","path":"/"}])";
  const auto taken = read_cookie_file(as_bytes(file), s, kNow);
  ASSERT_TRUE(taken) << taken.error().detail;
  EXPECT_EQ(taken.value().lines.expose(), "#HttpOnly_f.test\tFALSE\t/\tTRUE\t1900000000\ta\t1\n");
  EXPECT_EQ(taken.value().foreign.at("x.test"), 1u);
  const std::string state =
      R"({"cookies":[{"domain":"f.test","name":"a","value":"1","path":"/","expires":-1}]})";
  EXPECT_EQ(read_cookie_file(as_bytes(state), s, kNow).value().lines.expose(),
            "f.test\tFALSE\t/\tFALSE\t0\ta\t1\n");
}

TEST(CookieFile, SaysWhereItIsWrongAndNeverWhatStandsThere) {
  const auto s = forum();
  const auto wrong = [&](const std::string& file) {
    const auto taken = read_cookie_file(as_bytes(file), s, kNow);
    return taken ? "none" : taken.error().detail;
  };
  EXPECT_THAT(wrong("f.test\tFALSE\t/\tTRUE\t0\ta\tb\nSECRET VALUE\n"), HasSubstr("line 2"));
  EXPECT_THAT(wrong("f.test\tFALSE\t/\tTRUE\t0\ta\tb\nSECRET VALUE\n"), Not(HasSubstr("SECRET")));
  EXPECT_THAT(wrong("[{\"name\":\"SECRET\"}]"), HasSubstr("cookie 1"));
  EXPECT_THAT(wrong("{\"SECRET\":1}"), Not(HasSubstr("SECRET")));
  EXPECT_THAT(wrong("[1"), HasSubstr("JSON array"));
  std::string many;
  for (int i = 0; i < 3001; ++i) many += "f.test\tFALSE\t/\tTRUE\t0\tn\tv\n";
  EXPECT_THAT(wrong(many), HasSubstr("3000"));
}

TEST(AccountStatus, IsShownWithoutASecretAndWhatIsWrongIsToldOncePerSource) {
  const auto s = forum("    accounts: [a, b, c]\n    login: {page: /login}\n");
  auto banned = stored("a", AccountState::kBanned);
  banned.reason = "banned";
  auto also = stored("b", AccountState::kBanned);
  const auto own = accounts_of(s, {also, banned});
  ASSERT_EQ(own.size(), 3u);
  EXPECT_EQ(own[0].name, "a") << "in the order of the configuration";
  EXPECT_EQ(own[2].version, 0u);
  const auto problems = account_problems(s, own);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].what, "account_banned");
  SourceStatus status;
  status.accounts = own;
  const auto text = to_json(s, status);
  EXPECT_THAT(text, HasSubstr(R"({"name":"a","state":"banned")"));
  EXPECT_THAT(text, HasSubstr(R"("state":"missing")"));
  for (const auto* reason : {"blind_account", "account_banned", "banned", "account_expired",
                             "login_refused", "login_form", "login_foreign", "login_unclear",
                             "login_robots", "login_page", "login_elsewhere", "login_timeout"}) {
    EXPECT_FALSE(in_words(reason).ja.empty()) << reason;
  }
  EXPECT_TRUE(is_blind("blind_account"));
}

}  // namespace
}  // namespace hitokoe::crawler
