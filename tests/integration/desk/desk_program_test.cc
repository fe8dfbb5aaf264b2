// The desk as an operator uses it: the real programs, from the command line and over the API.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <boost/json.hpp>
#include <chrono>
#include <cstdio>
#include <map>
#include <set>

#include "hitokoe/base/time.h"
#include "tests/integration/campaign/programs_world.h"

namespace hitokoe::testing {
namespace {

namespace json = boost::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kQuestions =
    "desk:\n  questions: [[ref, phone], [name, phone, email]]\n  answer_after: 300ms\n";

std::string tomorrow() { return format_utc(SystemClock().now() + std::chrono::hours(24)); }

class DeskProgram : public ::testing::Test {
 protected:
  void SetUp() override { w.write("config.yaml", kQuestions); }

  Outcome desk(std::vector<std::string> words, const std::string& input = {}) const {
    words.insert(words.begin(), "desk");
    return run("hitokoe", w.service_words(std::move(words)), w.environment, input);
  }
  json::object told(std::vector<std::string> words, const std::string& input, int code) const {
    words.push_back("--json");
    const auto done = desk(std::move(words), input);
    EXPECT_EQ(done.code, code) << done.err << done.out;
    boost::system::error_code broken;
    auto value = json::parse(done.out, broken);
    EXPECT_FALSE(broken) << done.out;
    return value.is_object() ? std::move(value.as_object()) : json::object();
  }
  json::object check(const std::string& said, int code) const {
    return told({"check", "--incident", w.incident}, said, code);
  }
  static std::string of(const ProgramsPerson& p) {
    return R"({"name":")" + p.name + R"(","phone":")" + p.phone + R"(","email":")" + p.email +
           "\"}";
  }

  ProgramsWorld w{made_up_people(12)};
};

TEST_F(DeskProgram, AnswersFromTheCommandLineUpToTheNoticeOfThePerson) {
  ASSERT_NO_FATAL_FAILURE(w.ceremony());
  w.find();
  auto a = check(of(w.people[0]), 0);
  EXPECT_EQ(a.at("outcome").as_string(), "affected");
  EXPECT_EQ(a.at("customers").as_array().size(), 2U) << "of both carriers";
  EXPECT_TRUE(a.at("customers").at(0).at("notice").is_null());
  const std::string first(a.at("check").as_string());

  w.begin();
  w.contacts();
  a = check(of(w.people[1]), 0);
  EXPECT_EQ(a.at("customers").at(0).at("notice").at("campaign").as_string(), w.campaign);
  EXPECT_TRUE(a.at("customers").at(0).at("notice").at("state").is_null());
  w.freeze();
  a = check(of(w.people[1]), 0);
  EXPECT_EQ(a.at("customers").at(0).at("notice").at("state").as_string(), "pending");
  EXPECT_EQ(a.at("customers").at(0).at("items"), json::value({"email", "phone", "name"}));

  // A customer of whom nothing leaked; the wrong half; nobody.
  a = check("ref=K5007\nphone=09020010007", 0);
  EXPECT_EQ(a.at("outcome").as_string(), "not_affected");
  std::set<std::string> before;
  for (const auto* said : {"ref=K1001\nphone=09020010007", "ref=K5007\nphone=09010001000",
                           "ref=K9999\nphone=09000000000"}) {
    auto none = check(said, 1);
    EXPECT_NE(none.at("check").as_string(), first);
    none.erase("check"), none.erase("at");
    before.insert(json::serialize(none));
  }
  EXPECT_EQ(before.size(), 1U);

  EXPECT_EQ(desk({"note", first, "--minutes", "5"}, "夕方に折り返す\n").code, 0);
  EXPECT_THAT(desk({"note", first, "--show"}).out, HasSubstr("夕方に折り返す"));
  const auto task = told({"follow-up", first, "--by", tomorrow()}, "", 0);
  EXPECT_EQ(told({"list", "--incident", w.incident}, "", 0).at("checks").as_array().size(), 7U);
  EXPECT_EQ(desk({"follow-up", "--done", std::string(task.at("task").as_string())}).code, 0);
  const auto numbers = told({"statistics"}, "", 0);
  EXPECT_EQ(numbers.at("days").at(0).at("calls").as_int64(), 7);
  EXPECT_EQ(numbers.at("days").at(0).at("affected").as_int64(), 3);
  EXPECT_EQ(numbers.at("median_minutes").to_number<double>(), 5);
  EXPECT_THAT(desk({"statistics", "--csv"}).out, HasSubstr("sum,7,4,3,7,0"));
  EXPECT_EQ(w.service({"audit", "verify"}).code, 0);
  const auto log = w.service({"audit", "show", "--json"});
  EXPECT_THAT(log.out, AllOf(HasSubstr("desk.checked"), Not(HasSubstr(w.people[0].email)),
                             Not(HasSubstr("夕方"))));
}

TEST_F(DeskProgram, RefusesWrongInputWithoutRepeatingIt) {
  ASSERT_NO_FATAL_FAILURE(w.ceremony());
  w.find();
  const std::string big(1 << 20, 'x');
  for (const auto& said :
       {big, "{\"name\":\"" + big + "\"}", std::string("{"), std::string("[]"), std::string(""),
        std::string("ref=K1001"), std::string("shoe=9876543210"), std::string("phone=9876543210x"),
        std::string("\xff\xfe\x01=\x02")}) {
    const auto done = desk({"check", "--incident", w.incident}, said);
    EXPECT_EQ(done.code, 3) << said.substr(0, 40);
    EXPECT_THAT(done.err, Not(HasSubstr("9876543210")));
    EXPECT_LT(done.err.size(), 600U);
  }
  EXPECT_EQ(desk({"check"}, "").code, 2);
  EXPECT_EQ(desk({"check", "--incident", "INC-19990101-0001"}, "ref=K1001\nphone=09010001000").code,
            3);
  EXPECT_EQ(desk({"unlock", "--reason", "x"}).code, 2);
  w.write("config.yaml", "desk:\n  questions: [[phone, email]]\n");
  const auto done = desk({"check", "--incident", w.incident}, "ref=K1001\nphone=09010001000");
  EXPECT_EQ(done.code, 3);
  EXPECT_THAT(done.err, AllOf(HasSubstr("config.yaml:2"), HasSubstr("household")));
}

struct Answer {
  int status = 0;
  std::string body;
  json::object object() const {
    boost::system::error_code broken;
    auto value = json::parse(body, broken);
    return value.is_object() ? value.as_object() : json::object();
  }
};

Answer ask(const std::string& url, const std::string& token, const std::string& body = {}) {
  std::string command =
      "curl -s -m 20 -w '\n%{http_code}' -H 'Authorization: Bearer " + token + "' ";
  if (!body.empty()) command += "--data-binary @- ";
  command = "printf '%s' '" + body + "' | " + command + "'" + url + "'";
  FILE* pipe = ::popen(command.c_str(), "r");
  std::string out;
  char piece[4096];
  for (std::size_t n = 0; (n = std::fread(piece, 1, sizeof piece, pipe)) > 0;) out.append(piece, n);
  ::pclose(pipe);
  const auto end = out.rfind('\n');
  return {std::atoi(out.c_str() + end + 1), out.substr(0, end)};
}

TEST_F(DeskProgram, ServesTheDesksPeopleOverTheApiAndNobodyElse) {
  ASSERT_NO_FATAL_FAILURE(w.ceremony());
  w.find();
  std::map<std::string, std::string> token;
  for (const auto& [role, party] : {std::pair("desk", ""), std::pair("coordinator", ""),
                                    std::pair("auditor", ""), std::pair("party", "kou")}) {
    std::vector<std::string> words = {"user", "add", role, "--role", role, "--no-password"};
    if (*party != '\0') words.insert(words.end(), {"--party", party});
    ASSERT_EQ(w.service(words).code, 0);
    const auto done = w.service({"user", "token", role});
    const auto at = done.out.find("hk_");
    token[role] = done.out.substr(at, done.out.find_first_of(" \n", at) - at);
  }
  w.write("config.yaml", std::string(kQuestions) +
                             "  customer_failures: 2\nhttp:\n  port: 0\ncrawler:\n  sources: " +
                             w.file("none.yaml") + "\n");
  Running daemon("hitokoe", w.service_words({"serve", "--role", "api", "--role", "incident"}),
                 w.environment);
  std::string url;
  ASSERT_TRUE(comes_true([&] {
    const auto err = daemon.err_so_far();
    const auto at = err.find("console: ");
    const auto end = err.find("/\n", at);
    if (at != std::string::npos && end != std::string::npos) url = err.substr(at + 9, end - at - 9);
    return !url.empty() || daemon.ended();
  })) << daemon.err_so_far();
  const auto api = url + "/api/v1/desk/";
  const auto body = [&](const std::string& said) {
    return R"({"incident":")" + w.incident + R"(","said":)" + said + "}";
  };

  EXPECT_EQ(ask(api + "questions", token["desk"]).object().at("questions").as_array().size(), 2U);
  const auto begin = std::chrono::steady_clock::now();
  const auto yes = ask(api + "checks", token["desk"], body(of(w.people[0])));
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(300));
  EXPECT_EQ(yes.status, 200) << yes.body;
  EXPECT_EQ(yes.object().at("outcome").as_string(), "affected");
  const std::string id(yes.object().at("check").as_string());
  for (const auto* who : {"auditor", "party"}) {
    EXPECT_EQ(ask(api + "checks", token[who], body(of(w.people[0]))).status, 403);
    EXPECT_EQ(ask(api + "checks/" + id + "/notes", token[who]).status, 403);
  }
  EXPECT_EQ(ask(api + "checks", "hk_" + std::string(43, 'A'), body(of(w.people[0]))).status, 401);
  EXPECT_EQ(ask(api + "checks", token["auditor"]).object().at("checks").as_array().size(), 1U);
  EXPECT_EQ(ask(api + "checks", token["party"]).object().at("checks").as_array().size(), 0U);

  for (const auto* bad :
       {"{", "[]", "{}", R"({"incident":1,"said":{}})", R"({"said":{"ref":"K"}})"}) {
    EXPECT_EQ(ask(api + "checks", token["desk"], bad).status, 400) << bad;
  }
  for (const auto* bad :
       {R"("x")", "[]", R"({"ref":1})", R"({"ref":"K1001"})", R"({"shoe":"1"})"}) {
    EXPECT_EQ(ask(api + "checks", token["desk"], body(bad)).status, 400) << bad;
  }

  // Two wrong answers, then it is locked until the coordinator unlocks.
  const std::string wrong = R"({"ref":"K1002","phone":"09077770000"})";
  const std::string right = R"({"ref":"K1002","phone":")" + w.people[1].phone + "\"}";
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(ask(api + "checks", token["desk"], body(wrong)).object().at("outcome").as_string(),
              "not_verified");
  }
  const auto locked = ask(api + "checks", token["desk"], body(right)).object();
  EXPECT_EQ(locked.at("outcome").as_string(), "locked");
  const auto unlock = api + "checks/" + std::string(locked.at("check").as_string()) + "/unlock";
  EXPECT_EQ(ask(unlock, token["desk"], R"({"reason":"please"})").status, 403);
  EXPECT_EQ(ask(unlock, token["coordinator"], R"({"reason":"called back"})").status, 200);
  EXPECT_EQ(ask(api + "checks", token["desk"], body(right)).object().at("outcome").as_string(),
            "affected");

  EXPECT_EQ(ask(api + "checks/" + id + "/notes", token["desk"],
                R"({"text":"a made-up note","minutes":3})")
                .status,
            200);
  EXPECT_THAT(ask(api + "checks/" + id + "/notes", token["coordinator"]).body,
              HasSubstr("a made-up note"));
  const auto task = ask(api + "checks/" + id + "/follow-ups", token["desk"],
                        R"({"call_by":")" + tomorrow() + "\"}");
  ASSERT_EQ(task.status, 200) << task.body;
  const auto done = api + "follow-ups/" + std::string(task.object().at("task").as_string());
  EXPECT_EQ(ask(done, token["desk"], R"({"done":false})").status, 400);
  EXPECT_EQ(ask(done, token["desk"], R"({"done":true})").status, 200);
  EXPECT_EQ(ask(done, token["desk"], R"({"done":true})").status, 409);
  EXPECT_EQ(
      ask(api + "statistics", token["auditor"]).object().at("days").at(0).at("locked").as_int64(),
      1);
  EXPECT_THAT(ask(url + "/metrics", "x").body,
              AllOf(HasSubstr("hitokoe_desk_checks_total{outcome=\"not_verified\"} 2"),
                    HasSubstr("hitokoe_desk_checks_total{outcome=\"affected\"} 2")));
  EXPECT_THAT(ask(url + "/", "x").body, HasSubstr("/desk.js"));
  EXPECT_THAT(ask(url + "/desk.js", "x").body, HasSubstr("専用窓口"));

  daemon.signal(SIGTERM);
  const auto end = daemon.wait();
  EXPECT_EQ(end.code, 0) << end.err;
  EXPECT_THAT(end.err, AllOf(Not(HasSubstr(w.people[0].email)), Not(HasSubstr("09077770000"))));
  EXPECT_EQ(w.service({"audit", "verify"}).code, 0);
}

}  // namespace
}  // namespace hitokoe::testing
