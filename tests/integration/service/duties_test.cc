// Reports, escalation, webhooks, calendar and exports as an operator uses them: with the programs,
// a TLS mail server and a webhook server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <boost/json.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/integration/campaign/programs_world.h"
#include "tests/integration/campaign/script_server.h"

namespace hitokoe::testing {
namespace {

namespace json = boost::json;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* kSecret = "made-up-secret-of-a-test";

std::string output_of(const std::string& command) {
  FILE* pipe = ::popen(command.c_str(), "r");
  std::string out;
  char piece[4096];
  for (std::size_t n = 0; (n = std::fread(piece, 1, sizeof piece, pipe)) > 0;) out.append(piece, n);
  ::pclose(pipe);
  return out;
}

std::string content(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

struct Answer {
  int status = 0;
  std::string body;
};

Answer ask(const std::string& url, const std::string& token, const std::string& more = {}) {
  const auto out = output_of("curl -s -m 20 -w '\n%{http_code}' -H 'Authorization: Bearer " +
                             token + "' " + more + " '" + url + "'");
  const auto end = out.rfind('\n');
  return {std::atoi(out.c_str() + end + 1), out.substr(0, end)};
}

json::object asked(const std::string& url, const std::string& token, const std::string& more = {}) {
  const auto answer = ask(url, token, more);
  EXPECT_TRUE(answer.status == 200 || answer.status == 201) << answer.status << answer.body;
  return json::parse(answer.body).as_object();
}

std::string token_of(const ProgramsWorld& w, const std::string& user, const std::string& role,
                     const std::string& party = {}) {
  std::vector<std::string> words = {"user", "add", user, "--role", role, "--no-password"};
  if (!party.empty()) words.insert(words.end(), {"--party", party});
  EXPECT_EQ(w.service(words).code, 0);
  const auto done = w.service({"user", "token", user});
  const auto at = done.out.find("hk_");
  return at == std::string::npos ? "" : done.out.substr(at, done.out.find_first_of(" \n", at) - at);
}

TEST(Duties, AReportGoesFromDraftToSubmissionOnTheCommandLine) {
  ProgramsWorld w(made_up_people(9));
  ASSERT_NO_FATAL_FAILURE(w.ceremony());
  w.find();
  const std::vector<std::string> of = {"--incident", w.incident, "--carrier", "kou"};
  const auto with = [&](std::vector<std::string> words, const std::vector<std::string>& more) {
    words.insert(words.end(), of.begin(), of.end());
    words.insert(words.end(), more.begin(), more.end());
    return words;
  };
  // Open items need a person: exit 1.
  const auto first = w.told(with({"report", "ppc"}, {}), 1);
  EXPECT_EQ(1, first.at("version").as_int64());
  EXPECT_EQ(5U, first.at("open").as_array().size());
  for (const char* item : {"cause", "secondary", "response", "publication", "prevention"}) {
    w.told(with({"report", "set"}, {"--item", item, "--ja", "記録した文。", "--en", "A text."}));
  }
  const auto pdf = w.file("report.pdf");
  const auto second =
      w.told(with({"report", "ppc"}, {"--format", "pdf", "--out", pdf, "--language", "both"}));
  EXPECT_EQ(2, second.at("version").as_int64());
  const auto text = output_of("pdftotext -layout " + pdf + " -");
  EXPECT_THAT(text, HasSubstr("個人データの漏えい等報告（速報）"));
  EXPECT_THAT(text, HasSubstr("記録した文。"));
  EXPECT_THAT(text, HasSubstr("甲通信株式会社"));
  EXPECT_THAT(text, Not(HasSubstr("乙モバイル")));

  const auto done =
      w.told(with({"report", "submit"}, {"--version", "2", "--reference", "R-2026-1"}));
  EXPECT_THAT(json::serialize(done.at("submitted")), HasSubstr("appi-preliminary"));
  const auto shown = w.told({"incident", "show", w.incident});
  bool completed = false;
  for (const auto& c : shown.at("clocks").as_array()) {
    const auto& clock = c.as_object();
    completed = completed || (clock.at("rule").as_string() == "appi-preliminary" &&
                              clock.at("controller").as_string() == "kou" &&
                              clock.at("status").as_string() == "done");
  }
  EXPECT_TRUE(completed);
  EXPECT_TRUE(shown.at("escalations").is_array());

  w.told(with({"report", "set"}, {"--item", "cause", "--ja", "原因が分かりました。"}));
  const auto last = w.told(with({"report", "ppc"}, {"--kind", "final"}));
  EXPECT_EQ(2, last.at("compared").as_int64());
  EXPECT_THAT(json::serialize(last.at("differences")), HasSubstr("原因が分かりました"));
  // What was submitted is still what it was.
  const auto again = w.service(with({"report", "show"}, {"--version", "2", "--format", "md"}));
  EXPECT_EQ(0, again.code) << again.err;
  EXPECT_THAT(again.out, HasSubstr("記録した文。"));
  EXPECT_THAT(again.out, Not(HasSubstr("原因が分かりました")));
  EXPECT_EQ(1U, w.told({"report", "list", "--incident", w.incident, "--carrier", "kou"})
                    .at("reports")
                    .as_array()
                    .size());
  EXPECT_EQ(3, w.service(with({"report", "show"}, {"--version", "9"})).code);
  EXPECT_EQ(2, w.service(with({"report", "ppc"}, {"--kind", "later"})).code);
  EXPECT_EQ(2, w.service(with({"report", "ppc"}, {"--format", "pdf"})).code);
  EXPECT_EQ(3, w.service(with({"report", "set"},
                              {"--item", "cause", "--ja", "乙モバイル株式会社の顧客も"}))
                   .code);
  EXPECT_EQ(0, w.service({"audit", "verify"}).code);
}

TEST(Duties, EverythingIsExportedAsCsvAndJsonAndDeadlinesAsACalendar) {
  ProgramsWorld w(made_up_people(9));
  ASSERT_NO_FATAL_FAILURE(w.ceremony());
  w.find();
  for (const char* what :
       {"incidents", "clocks", "counts", "alerts", "campaigns", "audit", "registry"}) {
    const auto csv = w.file(std::string(what) + ".csv");
    EXPECT_EQ(0, w.service({"export", what, "--csv", "--out", csv}).code) << what;
    EXPECT_THAT(content(csv), StartsWith("\xef\xbb\xbf")) << what;
    EXPECT_TRUE(w.told({"export", what}).at(what).is_array()) << what;
  }
  EXPECT_THAT(content(w.file("clocks.csv")), HasSubstr("appi-preliminary,kou"));
  EXPECT_EQ(2, w.service({"export", "nothing", "--csv"}).code);
  EXPECT_EQ(2, w.service({"export", "clocks"}).code);
  const auto calendar = w.service({"incident", "calendar", "--carrier", "kou"});
  EXPECT_EQ(0, calendar.code) << calendar.err;
  EXPECT_THAT(calendar.out, StartsWith("BEGIN:VCALENDAR"));
  EXPECT_THAT(calendar.out, HasSubstr("SUMMARY"));
}

TEST(Duties, TheDaemonTellsOfADeadlineThatPassedByMailAndWebhookOnce) {
  ProgramsWorld w(made_up_people(9));
  ASSERT_NO_FATAL_FAILURE(w.ceremony());
  w.find();
  const auto lead = token_of(w, "sato", "coordinator");
  const auto otsu = token_of(w, "suzuki", "party", "otsu");
  // Told long ago: the preliminary report of kou is late.
  ASSERT_EQ(0, w.service({"incident", "advance", w.incident, "--known-at", "2026-01-05T00:00:00Z",
                          "--controller", "kou", "--reason", "told by phone"})
                   .code);
  SmtpSink sink;
  ScriptServer hooks("../service/hook_server.py", {w.file("hooks.log"), kSecret});
  ASSERT_NE(0, hooks.port());
  w.write("hook.secret", std::string(kSecret) + "\n");
  const auto port = std::to_string(hooks.port());
  w.use_relay(sink,
              "http:\n  port: 0\nincident:\n  tick: 1s\nescalation:\n"
              "  mail_from: hitokoe@ops.example\n  contacts:\n"
              "    - {party: kou, mail: [duty@kou.example]}\n"
              "    - {party: otsu, mail: [duty@otsu.example]}\n"
              "webhooks:\n  idle: 50ms\n  endpoints:\n"
              "    - {name: ops, url: 'http://127.0.0.1:" +
                  port + "/ok', secret_file: " + w.file("hook.secret") +
                  ", events: [escalation.raised, report.drafted], allow_networks: [127.0.0.1/32]}\n"
                  "    - {name: hangs, url: 'http://127.0.0.1:" +
                  port + "/hang', secret_file: " + w.file("hook.secret") +
                  ", events: [escalation.raised], allow_networks: [127.0.0.1/32]}\n");
  const auto serve = [&](const std::function<void(const std::string&)>& meanwhile) {
    Running daemon("hitokoe", w.service_words({"serve", "--role", "api", "--role", "incident"}),
                   w.environment);
    std::string url;
    EXPECT_TRUE(comes_true([&] {
      const auto err = daemon.err_so_far();
      const auto at = err.find("console: ");
      const auto end = err.find("/\n", at);
      if (at != std::string::npos && end != std::string::npos)
        url = err.substr(at + 9, end - at - 9);
      return !url.empty() || daemon.ended();
    }));
    EXPECT_FALSE(url.empty()) << daemon.err_so_far();
    if (!url.empty()) meanwhile(url);
    daemon.signal(SIGTERM);
    EXPECT_EQ(0, daemon.wait().code);
  };
  const auto told = [&] { return content(w.file("hooks.log")); };
  std::size_t raised = 0;  // the preliminary report and the final one, both long due

  serve([&](const std::string& url) {
    const auto incident = url + "/api/v1/incidents/" + w.incident;
    EXPECT_TRUE(comes_true([&] { return !sink.complete().empty(); }));
    EXPECT_TRUE(comes_true([&] { return told().find("\"/ok\"") != std::string::npos; }));
    const auto steps = asked(incident + "/escalations", lead).at("escalations").as_array();
    EXPECT_THAT(json::serialize(steps), HasSubstr("late-"));
    raised = steps.size();
    EXPECT_TRUE(comes_true([&] { return sink.complete().size() >= raised; }));
    EXPECT_TRUE(asked(incident + "/escalations", otsu).at("escalations").as_array().empty());

    // Reports.
    const auto draft = asked(incident + "/reports", lead,
                             R"(-d '{"carrier":"kou","form":"mic","kind":"preliminary"}')");
    EXPECT_EQ(10U, draft.at("sections").as_array().size());
    EXPECT_THAT(
        json::serialize(asked(incident + "/report-items", lead,
                              R"(-d '{"carrier":"kou","item":"cause","ja":"設定の誤り"}')")),
        HasSubstr("設定の誤り"));
    EXPECT_EQ(403, ask(incident + "/report-items", otsu,
                       R"(-d '{"carrier":"kou","item":"cause","ja":"x"}')")
                       .status);
    EXPECT_EQ(400, ask(incident + "/report-items", lead, "-d '[]'").status);
    EXPECT_EQ(400, ask(incident + "/report-items", lead,
                       R"(-d '{"carrier":"kou","item":"nothing","ja":"x"}')")
                       .status);
    EXPECT_EQ(404, ask(incident + "/reports/kou/1", otsu).status);
    EXPECT_THAT(ask(incident + "/reports/kou/1?format=pdf", lead).body, StartsWith("%PDF-"));
    EXPECT_THAT(ask(incident + "/reports/kou/1?format=md", lead).body, HasSubstr("# 通信の秘密"));
    EXPECT_EQ(404, ask(incident + "/reports/kou/9", lead).status);
    const auto own = asked(incident + "/reports", otsu).at("reports").as_array();
    ASSERT_EQ(1U, own.size());
    EXPECT_EQ("otsu", own[0].as_object().at("carrier").as_string());

    // Calendar, exports, outbox, and the console's script.
    const auto calendar = ask(url + "/api/v1/incidents/calendar.ics", otsu);
    EXPECT_THAT(calendar.body, StartsWith("BEGIN:VCALENDAR"));
    EXPECT_THAT(calendar.body, Not(HasSubstr("kou")));
    EXPECT_THAT(ask(url + "/api/v1/export/clocks", lead, "-H 'Accept: text/csv'").body,
                StartsWith("\xef\xbb\xbfincident,rule"));
    EXPECT_TRUE(asked(url + "/api/v1/export/counts", otsu).at("counts").is_array());
    EXPECT_EQ(403, ask(url + "/api/v1/export/audit", otsu).status);
    EXPECT_EQ(404, ask(url + "/api/v1/export/nothing", lead).status);
    EXPECT_THAT(json::serialize(asked(url + "/api/v1/outbox", lead)), HasSubstr("\"ops\""));
    EXPECT_TRUE(asked(url + "/api/v1/outbox", otsu).at("messages").as_array().empty());
    EXPECT_EQ(404, ask(url + "/api/v1/outbox/MSG-0", lead, R"(-d '{"state":"waiting"}')").status);
    EXPECT_THAT(ask(url + "/reports.js", "").body, HasSubstr("drawDuties"));
    EXPECT_TRUE(asked(url + "/api/v1/incidents", lead).at("warnings").is_array());
    EXPECT_TRUE(comes_true([&] { return told().find("report.drafted") != std::string::npos; }));
    const auto metrics = ask(url + "/metrics", "").body;
    EXPECT_THAT(metrics, HasSubstr("hitokoe_escalations_total{of=\"clock\"} "));
    EXPECT_THAT(metrics, HasSubstr("hitokoe_escalation_mails_total{outcome=\"sent\"} "));
  });
  // A new process looks at the same deadlines, and has nothing new to tell.
  serve([&](const std::string& url) {
    EXPECT_TRUE(comes_true([&] {
      return ask(url + "/metrics", "").body.find("hitokoe_holiday_data_days ") != std::string::npos;
    }));
  });
  const auto mails = sink.complete();
  ASSERT_EQ(raised, mails.size());
  ASSERT_FALSE(mails.empty());
  EXPECT_EQ("duty@kou.example", mails[0].to);
  EXPECT_TRUE(mails[0].tls);
  const auto log = told();
  std::size_t of_ops = 0;
  std::istringstream lines(log);
  for (std::string line; std::getline(lines, line);) {
    const auto one = json::parse(line).as_object();
    EXPECT_TRUE(one.at("verified").as_bool());
    of_ops +=
        one.at("path").as_string() == "/ok" && one.at("event").as_string() == "escalation.raised"
            ? 1U
            : 0U;
  }
  EXPECT_EQ(raised, of_ops);
  EXPECT_EQ(0, w.service({"audit", "verify"}).code);
}

}  // namespace
}  // namespace hitokoe::testing
