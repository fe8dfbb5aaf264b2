// The daemon as an operator runs it: answers, finds a leak on a real paste site by itself, stops
// when it is told to, and loses nothing however it ends.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>

#include "tests/integration/campaign/programs_world.h"
#include "tests/integration/campaign/script_server.h"
#include "tests/integration/testbed.h"

namespace hitokoe::testing {
namespace {

namespace json = boost::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

struct Answer {
  int status = 0;
  std::string body;
};

// As with curl on the command line.
Answer ask(const std::string& url, const std::string& token = {},
           const std::string& languages = {}) {
  std::string command = "curl -s -m 20 -w '\n%{http_code}' ";
  if (!token.empty()) command += "-H 'Authorization: Bearer " + token + "' ";
  if (!languages.empty()) command += "-H 'Accept-Language: " + languages + "' ";
  FILE* pipe = ::popen((command + "'" + url + "'").c_str(), "r");
  std::string out;
  char piece[4096];
  for (std::size_t n = 0; (n = std::fread(piece, 1, sizeof piece, pipe)) > 0;) out.append(piece, n);
  ::pclose(pipe);
  const auto end = out.rfind('\n');
  return {std::atoi(out.c_str() + end + 1), out.substr(0, end)};
}

double metric(const std::string& page, const std::string& name) {
  const auto at = page.find("\n" + name + " ");
  return at == std::string::npos ? -1 : std::stod(page.substr(at + name.size() + 2));
}

class Daemon {
 public:
  Daemon(const ProgramsWorld& world, const std::vector<std::string>& more = {})
      : running_("hitokoe", words(world, more), world.environment) {
    EXPECT_TRUE(comes_true([&] {
      const auto err = running_.err_so_far();
      const auto at = err.find("console: ");
      const auto end = err.find("/\n", at);
      if (at != std::string::npos && end != std::string::npos)
        url_ = err.substr(at + 9, end - at - 9);
      return !url_.empty() || running_.ended();
    }));
    EXPECT_FALSE(url_.empty()) << running_.err_so_far();
  }

  const std::string& url() const { return url_; }
  void signal(int number) { running_.signal(number); }
  Outcome wait() { return running_.wait(); }
  std::string err() const { return running_.err_so_far(); }

 private:
  static std::vector<std::string> words(const ProgramsWorld& world,
                                        const std::vector<std::string>& more) {
    std::vector<std::string> out = {"serve"};
    out.insert(out.end(), more.begin(), more.end());
    return world.service_words(std::move(out));
  }

  Running running_;
  std::string url_;
};

// `token`: of an account that is made for it.
std::string token_of(const ProgramsWorld& w, const std::string& user, const std::string& role,
                     const std::string& party = {}) {
  std::vector<std::string> words = {"user", "add", user, "--role", role, "--no-password"};
  if (!party.empty()) words.insert(words.end(), {"--party", party});
  EXPECT_EQ(w.service(words).code, 0);
  const auto done = w.service({"user", "token", user});
  EXPECT_EQ(done.code, 0) << done.err;
  const auto at = done.out.find("hk_");
  return at == std::string::npos ? "" : done.out.substr(at, done.out.find_first_of(" \n", at) - at);
}

void configure(const ProgramsWorld& w, const std::string& paste_url) {
  w.write("config.yaml", "http:\n  port: 0\ncrawler:\n  sources: " + w.file("sources.yaml") +
                             "\n  backoff_least: 50ms\n  pause_after_storage_error: 1s\n");
  w.write("sources.yaml", "sources:\n  - id: pastes\n    kind: list\n    url: " + paste_url +
                              "/+list\n    item:\n"
                              "      link: 'href=\"/([A-Za-z0-9]{8})/\\+inline\"'\n"
                              "      key: '\\1'\n      url: '/\\1/+inline'\n"
                              "    schedule: 1m\n    delay: 5ms\n    robots: obey\n"
                              "    allow_networks: [127.0.0.1/32]\n");
}

TEST(Serve, AnswersHealthReadinessMetricsAndIncidentsByToken) {
  ProgramsWorld w(made_up_people(9));
  ASSERT_NO_FATAL_FAILURE(w.ceremony());
  w.find();
  const auto coordinator = token_of(w, "sato", "coordinator");
  const auto of_callco = token_of(w, "suzuki", "party", "callco");
  configure(w, "http://127.0.0.1:9");
  Daemon daemon(w, {"--role", "api", "--role", "incident", "--role", "matcher"});
  const auto& url = daemon.url();

  EXPECT_EQ(ask(url + "/healthz").status, 200);
  const auto ready = ask(url + "/readyz");
  EXPECT_EQ(ready.status, 200) << ready.body;
  EXPECT_THAT(ask(url + "/metrics").body, HasSubstr("# TYPE hitokoe_incidents_open gauge"));
  EXPECT_THAT(ask(url + "/openapi.yaml").body, HasSubstr("/api/v1/incidents"));
  EXPECT_THAT(ask(url + "/").body, HasSubstr("<html"));

  EXPECT_EQ(ask(url + "/api/v1/incidents").status, 401);
  EXPECT_EQ(ask(url + "/api/v1/incidents", "hk_" + std::string(43, 'A')).status, 401);
  const auto all = ask(url + "/api/v1/incidents", coordinator);
  ASSERT_EQ(all.status, 200);
  const auto seen = json::parse(all.body).as_object().at("incidents").as_array();
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].at("id").as_string(), w.incident);
  EXPECT_EQ(ask(url + "/api/v1/incidents/" + w.incident, of_callco).status, 200);
  EXPECT_EQ(ask(url + "/api/v1/incidents/none", coordinator).status, 404);
  for (const auto& person : w.people) {
    EXPECT_THAT(all.body, Not(HasSubstr(person.email))) << "customer data left the service";
  }

  // Problems are told in the language that is asked for.
  const auto gone = url + "/api/v1/incidents/none";
  EXPECT_THAT(ask(gone, coordinator, "ja,en;q=0.5").body,
              AllOf(HasSubstr("\"title\":\"見つかりません\""),
                    HasSubstr("\"detail\":\"そのような資源はありません\"")));
  for (const auto* languages : {"", "en-GB, ja;q=0.9", "fr"}) {
    EXPECT_THAT(ask(gone, coordinator, languages).body,
                HasSubstr("\"detail\":\"no such resource\""));
  }
  EXPECT_THAT(ask(url + "/api/v1/incidents", {}, "ja").body, HasSubstr("有効なトークンが必要"));
  EXPECT_THAT(ask(url + "/nowhere", {}, "ja").body, HasSubstr("そのような資源はありません"));

  // An account that is disabled is out at once.
  EXPECT_EQ(w.service({"user", "disable", "suzuki"}).code, 0);
  EXPECT_EQ(ask(url + "/api/v1/incidents", of_callco).status, 401);

  daemon.signal(SIGTERM);
  const auto end = daemon.wait();
  EXPECT_EQ(end.code, 0) << end.err;
  EXPECT_THAT(end.err, HasSubstr("serve.stopped"));
  EXPECT_EQ(w.service({"audit", "verify"}).code, 0);
}

TEST(Serve, TellsWhatIsNewAsItHappensAndOnlyWhomItConcerns) {
  ProgramsWorld w(made_up_people(9));
  ASSERT_NO_FATAL_FAILURE(w.ceremony());
  const auto coordinator = token_of(w, "sato", "coordinator");
  const auto of_callco = token_of(w, "suzuki", "party", "callco");
  configure(w, "http://127.0.0.1:9");
  Daemon daemon(w, {"--role", "api"});
  const auto stream = daemon.url() + "/api/v1/events";
  EXPECT_EQ(ask(stream).status, 401);
  const auto listener = [&](const std::string& token) {
    return std::make_unique<Running>(
        "/usr/bin/curl",
        std::vector<std::string>{"-sN", "-m", "60", "-H", "Authorization: Bearer " + token, stream},
        w.environment);
  };
  const auto sees_all = listener(coordinator);
  const auto callco = listener(of_callco);
  for (const auto* one : {sees_all.get(), callco.get()}) {
    ASSERT_TRUE(
        comes_true([&] { return one->out_so_far().find("event: ready\n") != std::string::npos; }));
  }
  EXPECT_EQ(metric(ask(daemon.url() + "/metrics").body, "hitokoe_api_event_listeners"), 2);

  w.find();  // another process opens the incident
  const std::string told = "event: incident\ndata: {\"id\":\"" + w.incident + "\"}\n\n";
  for (const auto* one : {sees_all.get(), callco.get()}) {
    EXPECT_TRUE(comes_true([&] { return one->out_so_far().find(told) != std::string::npos; }))
        << one->out_so_far();
  }

  // A stop does not wait for those who listen.
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait().code, 0);
}

TEST(Serve, RefusesAnAddressThatIsTakenAndASourceThatIsWrong) {
  ProgramsWorld w({});
  ASSERT_EQ(w.service({"key", "init"}).code, 0);
  configure(w, "http://127.0.0.1:9");
  Daemon first(w, {"--role", "api"});
  const auto address = first.url().substr(std::string("http://").size());
  const auto second = w.service({"serve", "--role", "api", "--listen", address});
  EXPECT_EQ(second.code, 4) << second.err;
  w.write("sources.yaml", "sources:\n  - id: pastes\n    kind: nothing\n");
  const auto wrong = w.service({"serve"});
  EXPECT_EQ(wrong.code, 3);
  EXPECT_THAT(wrong.err, HasSubstr("sources.yaml"));
}

TEST(Serve, HasEachRoleOnceOnADataFolderAndIsFreeOfADeadOne) {
  ProgramsWorld w({});
  ASSERT_EQ(w.service({"key", "init"}).code, 0);
  configure(w, "http://127.0.0.1:9");
  for (const auto* role : {"matcher", "incident", "crawler"}) {
    Daemon first(w, {"--role", "api", "--role", role});
    const auto second = w.service({"serve", "--role", role});
    EXPECT_EQ(second.code, 3) << second.err;
    EXPECT_THAT(second.err, HasSubstr("has the role " + std::string(role)));
    first.signal(SIGKILL);
    EXPECT_EQ(first.wait().code, -1);
  }
  Daemon all(w);
  all.signal(SIGTERM);
  EXPECT_EQ(all.wait().code, 0) << all.err();
}

// The page that leaks among others, on bepasty.
class Pastes : public Testbed {
 public:
  Pastes() : Testbed("bepasty") { EXPECT_EQ(started(), 0) << said(); }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port()); }
  void paste(const std::string& text) {
    const auto file = folder() / "paste.txt";
    std::ofstream(file, std::ios::binary) << text;
    EXPECT_FALSE(seed({file.string()}).at(0).empty());
  }
};

std::string list_of(const std::vector<ProgramsPerson>& people) {
  std::string out = "氏名,電話番号,メール\n";
  for (const auto& p : people) out += p.name + "," + p.phone + "," + p.email + "\n";
  return out;
}

TEST(Serve, FindsALeakOnAPasteSiteThoughItIsStoppedAndKilledAgainAndAgain) {
  constexpr int kOthers = 24;
  ProgramsWorld w(made_up_people(30));
  ASSERT_NO_FATAL_FAILURE(w.ceremony());
  const auto token = token_of(w, "sato", "coordinator");
  Pastes pastes;
  for (int i = 0; i < kOthers; ++i) pastes.paste("made-up page " + std::to_string(i) + "\n");
  pastes.paste(list_of(w.people));
  configure(w, pastes.url());

  // In turns, later each time.
  for (int round = 0; round < 8; ++round) {
    Daemon daemon(w);
    std::this_thread::sleep_for(std::chrono::milliseconds(40 * round));
    daemon.signal(round % 2 == 0 ? SIGTERM : SIGKILL);
    const auto end = daemon.wait();
    EXPECT_EQ(end.code, round % 2 == 0 ? 0 : -1) << end.err;
  }
  Daemon daemon(w);
  std::string page;
  EXPECT_TRUE(comes_true([&] {
    page = ask(daemon.url() + "/metrics").body;
    const auto coverage = json::parse(w.service({"coverage", "--json"}).out).as_object();
    const auto& of = coverage.at("sources").as_array().at(0).as_object();
    return of.at("pending").to_number<int>() == 0 &&
           of.at("fetched").to_number<int>() == kOthers + 1 &&
           metric(page, "hitokoe_match_queue_depth") == 0;
  })) << w.service({"coverage"}).out
      << page;

  const auto all = ask(daemon.url() + "/api/v1/incidents", token);
  const auto seen = json::parse(all.body).as_object().at("incidents").as_array();
  ASSERT_EQ(seen.size(), 1U) << "one leak is one incident";
  EXPECT_EQ(seen[0].at("verdict").as_string(), "named");
  EXPECT_EQ(seen[0].at("holders").as_array().at(0).at("party").as_string(), "callco");
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait().code, 0);
  EXPECT_EQ(w.service({"audit", "verify"}).code, 0);
  EXPECT_THAT(daemon.err(), Not(HasSubstr(w.people.front().email)));
}

// A page announces the password of an archive that it links: each is a capture of its own, and
// either may come first.
class LinkedArchives : public ::testing::TestWithParam<bool> {};

TEST_P(LinkedArchives, OpenWithThePasswordOfThePageThatLinksThem) {
  const bool page_first = GetParam();
  ProgramsWorld w(made_up_people(30));
  ASSERT_NO_FATAL_FAILURE(w.ceremony());
  const auto token = token_of(w, "sato", "coordinator");
  const auto half = static_cast<std::ptrdiff_t>(w.people.size() / 2);
  const std::vector<ProgramsPerson> some(w.people.begin(), w.people.begin() + half);
  const std::vector<ProgramsPerson> others(w.people.begin() + half, w.people.end());
  std::filesystem::create_directories(w.folder / "web/files");
  w.write("web/a.csv", list_of(some));
  w.write("web/b.csv", list_of(others));
  const std::string web = w.file("web");
  ASSERT_EQ(std::system(("cd '" + web +
                         "' && zip -q -P 'Himitu-42' files/first.zip a.csv && "
                         "7z a -bso0 -bsp0 -mhe=on '-pAozora 7' files/second.7z b.csv && "
                         "rm a.csv b.csv")
                            .c_str()),
            0);
  const std::string page =
      "<html><body><h1>名簿</h1><a href='/files/first.zip'>DL</a> 解凍パス：Himitu-42<br>\n"
      "<a href='files/second.7z'>もうひとつ</a><p>password: 「Aozora 7」</p></body></html>";
  const std::string unrelated = "<html><body>pass: not-this-one, nothing linked</body></html>";
  w.write("web/page.html", page);
  w.write("web/other.html", unrelated);
  const std::string pages = "<a href=\"/page.html\">1</a> <a href=\"/other.html\">2</a>\n";
  const std::string archives =
      "<a href=\"/files/first.zip\">3</a> <a href=\"/files/second.7z\">4</a>\n";
  w.write("web/index.html", page_first ? pages : archives);
  ScriptServer server("../service/folder_server.py", {web});
  ASSERT_NE(server.port(), 0);
  w.write("config.yaml", "http:\n  port: 0\ncrawler:\n  sources: " + w.file("sources.yaml") + "\n");
  w.write("sources.yaml",
          "sources:\n  - id: files\n    kind: list\n    url: http://127.0.0.1:" +
              std::to_string(server.port()) +
              "/index.html\n    item:\n      link: 'href=\"(/[a-z0-9./]+)\"'\n      url: '\\1'\n"
              "    schedule: 1s\n    delay: 5ms\n"
              "    allow_networks: [127.0.0.1/32]\n");
  Daemon daemon(w);
  const auto matched = [&](int captures) {
    return comes_true([&] {
      const auto metrics = ask(daemon.url() + "/metrics").body;
      return metric(metrics, "hitokoe_match_captures_total{outcome=\"done\"}") >= captures &&
             metric(metrics, "hitokoe_match_queue_depth") == 0;
    });
  };
  const auto incidents = [&] {
    const auto all = ask(daemon.url() + "/api/v1/incidents", token);
    return json::parse(all.body).as_object().at("incidents").as_array();
  };
  ASSERT_TRUE(matched(2)) << daemon.err();
  EXPECT_TRUE(incidents().empty()) << "locked, or pages without anybody in them";
  w.write("web/index.html", pages + archives);
  // The server tells changes by the second.
  const std::filesystem::path index = w.file("web/index.html");
  std::filesystem::last_write_time(
      index, std::filesystem::last_write_time(index) + std::chrono::seconds(2));
  ASSERT_TRUE(matched(4)) << daemon.err();
  EXPECT_TRUE(comes_true([&] { return !incidents().empty(); })) << daemon.err();
  std::uint64_t found = 0;
  std::set<std::string> captures;
  for (const auto& seen : incidents()) {
    const auto id = std::string(seen.at("id").as_string());
    const auto one = json::parse(ask(daemon.url() + "/api/v1/incidents/" + id, token).body);
    for (const auto& [carrier, count] : one.at("subjects").as_object()) {
      found += count.to_number<std::uint64_t>();
    }
    for (const auto& capture : one.at("captures").as_array()) {
      captures.insert(json::serialize(capture));
    }
  }
  std::uint64_t customers = 0;
  for (const auto& p : w.people) customers += (p.kou ? 1U : 0U) + (p.otsu ? 1U : 0U);
  EXPECT_EQ(found, customers);
  EXPECT_EQ(captures.size(), 2U) << "the archives are the evidence";
  EXPECT_THAT(daemon.err(), Not(HasSubstr("Himitu-42")));
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait().code, 0);
  EXPECT_EQ(w.service({"audit", "verify"}).code, 0);
}

INSTANTIATE_TEST_SUITE_P(PageOrArchiveFirst, LinkedArchives, ::testing::Bool());

}  // namespace
}  // namespace hitokoe::testing
