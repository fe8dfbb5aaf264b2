// The daemon: hunts by itself when terms change, tells over the API whom it may, and by mail.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <cstdio>

#include "tests/integration/campaign/programs_world.h"

namespace hitokoe::testing {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using ::testing::Not;

struct Answer {
  int status = 0;
  std::string body;
  json::object object() const {
    boost::system::error_code error;
    auto value = json::parse(body, error);
    return !error && value.is_object() ? value.as_object() : json::object();
  }
};

Answer ask(const std::string& url, const std::string& token, const std::string& post = {}) {
  std::string command =
      "curl -s -m 20 -w '\n%{http_code}' -H 'Authorization: Bearer " + token + "' ";
  if (!post.empty()) command += "-X POST -d '" + post + "' ";
  FILE* pipe = ::popen((command + "'" + url + "'").c_str(), "r");
  std::string out;
  char piece[4096];
  for (std::size_t n = 0; (n = std::fread(piece, 1, sizeof piece, pipe)) > 0;) out.append(piece, n);
  ::pclose(pipe);
  const auto end = out.rfind('\n');
  return {std::atoi(out.c_str() + end + 1), out.substr(0, end)};
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

class Daemon {
 public:
  explicit Daemon(const ProgramsWorld& w)
      : running_(
            "hitokoe",
            w.service_words({"serve", "--role", "matcher", "--role", "api", "--role", "incident"}),
            w.environment) {
    EXPECT_TRUE(comes_true([&] {
      const auto err = running_.err_so_far();
      const auto at = err.find("console: ");
      const auto end = err.find("/\n", at);
      if (at != std::string::npos && end != std::string::npos)
        url = err.substr(at + 9, end - at - 9);
      return !url.empty() || running_.ended();
    })) << running_.err_so_far();
  }
  std::string err() const { return running_.err_so_far(); }
  Outcome stop() {
    running_.signal(SIGTERM);
    return running_.wait();
  }
  std::string url;

 private:
  Running running_;
};

TEST(TermsDaemon, HuntsByItselfTellsWhoMayKnowAndLetsThemAct) {
  SmtpSink sink;
  ProgramsWorld w(made_up_people(3));
  w.use_relay(sink, "http:\n  port: 0\ncrawler:\n  sources: " + w.file("none.yaml") +
                        "\nhunts:\n  idle: 50ms\nalerts:\n  mail_to: watch@kou.test\n"
                        "  mail_from: hitokoe@kou.test\n  mail_every: 1s\n");
  ASSERT_NO_FATAL_FAILURE(w.ceremony());
  const auto coordinator = token_of(w, "sato", "coordinator");
  const auto auditor = token_of(w, "audit", "auditor");
  const auto desk = token_of(w, "desk", "desk");
  const auto kou = token_of(w, "kaoru", "party", "kou");
  const auto otsu = token_of(w, "otome", "party", "otsu");
  w.write("paste.txt", "山田太郎 090-1234-5678 青空計画\n");
  w.told({"scan", w.file("paste.txt"), "--open-incident"});

  Daemon daemon(w);
  const auto api = daemon.url + "/api/v1";
  EXPECT_EQ(ask(api + "/alerts", coordinator).object().at("alerts").as_array().size(), 0U);
  w.write("terms.yaml", "terms:\n  - {id: aozora, word: 青空計画, severity: high, carrier: kou}\n");
  ASSERT_EQ(w.service({"terms", "apply", w.file("terms.yaml")}).code, 0);
  json::array alerts;
  EXPECT_TRUE(comes_true([&] {
    alerts = ask(api + "/alerts", coordinator).object().at("alerts").as_array();
    return !alerts.empty();
  })) << daemon.err();
  ASSERT_EQ(alerts.size(), 1U);
  const std::string id(alerts[0].at("id").as_string());
  const auto one = api + "/alerts/" + id;

  // Who may know.
  EXPECT_EQ(ask(api + "/alerts", "hk_" + std::string(43, 'A')).status, 401);
  EXPECT_EQ(ask(api + "/alerts", kou).object().at("alerts").as_array().size(), 1U);
  EXPECT_EQ(ask(one, kou).status, 200);
  for (const auto& other : {otsu, desk}) {
    EXPECT_EQ(ask(api + "/alerts", other).object().at("alerts").as_array().size(), 0U);
    EXPECT_EQ(ask(one, other).status, 404);
    EXPECT_EQ(ask(one, other, R"({"state":"closed"})").status, 404);
    EXPECT_EQ(ask(api + "/hunts", other).object().at("hunts").as_array().size(), 0U);
    EXPECT_EQ(ask(api + "/hunts/HNT-1", other).status, 404);
    EXPECT_EQ(ask(api + "/hunts", other, "{}").status, 403);
  }
  EXPECT_EQ(ask(one, auditor).status, 200);
  EXPECT_EQ(ask(one, auditor, R"({"state":"closed"})").status, 403);
  EXPECT_EQ(ask(api + "/hunts", auditor, "{}").status, 403);

  // What they may do.
  EXPECT_EQ(ask(one, kou, R"({"state":"acknowledged","note":"ours"})").object().at("state"),
            "acknowledged");
  EXPECT_EQ(ask(one, coordinator).object().at("changed_by"), "kaoru");
  for (const auto* bad : {"{", "[]", R"({"state":"gone"})", R"({"state":1})", R"({"note":"x"})"}) {
    EXPECT_EQ(ask(one, coordinator, bad).status, 400) << bad;
  }
  for (const auto* bad : {"state=x", "limit=0", "limit=1001", "limit=x"}) {
    EXPECT_EQ(ask(api + "/alerts?" + bad, coordinator).status, 400) << bad;
  }
  EXPECT_EQ(ask(api + "/alerts?state=open", coordinator).object().at("alerts").as_array().size(),
            0U);
  EXPECT_EQ(ask(api + "/alerts/ALR-none", coordinator).status, 404);

  // The hunt, and one that is begun over the API.
  EXPECT_TRUE(comes_true(
      [&] { return ask(api + "/hunts/HNT-1", coordinator).object()["state"] == "done"; }));
  const auto hunts = ask(api + "/hunts", coordinator).object().at("hunts").as_array();
  EXPECT_THAT(json::serialize(hunts), HasSubstr(R"("cause":"terms")"));
  EXPECT_EQ(ask(api + "/hunts/HNT-1", coordinator, R"({"state":"paused"})").status, 409);
  EXPECT_EQ(ask(api + "/hunts", coordinator, R"({"since":"yesterday"})").status, 400);
  const auto begun = ask(api + "/hunts", coordinator, R"({"terms":true,"fingerprints":false})");
  EXPECT_EQ(begun.status, 201) << begun.body;
  const std::string second(begun.object().at("id").as_string());
  EXPECT_TRUE(comes_true(
      [&] { return ask(api + "/hunts/" + second, coordinator).object()["state"] == "done"; }));

  // By mail and in numbers, without what leaked.
  EXPECT_TRUE(comes_true([&] { return sink.complete().size() >= 1; })) << daemon.err();
  const auto metrics = ask(daemon.url + "/metrics", "").body;
  EXPECT_THAT(metrics, HasSubstr("hitokoe_alerts_total{kind=\"word\"} 1"));
  EXPECT_THAT(metrics, HasSubstr("hitokoe_hunt_captures_total{outcome=\"done\"}"));
  EXPECT_THAT(metrics, Not(HasSubstr("aozora")));
  EXPECT_THAT(daemon.err(), HasSubstr("alert.raised"));
  EXPECT_THAT(ask(daemon.url + "/readyz", "").body, HasSubstr("\"terms\":\"ok\""));
  const auto end = daemon.stop();
  EXPECT_EQ(end.code, 0);
  for (const auto& text : {end.err, metrics, json::serialize(alerts)}) {
    EXPECT_THAT(text, Not(HasSubstr("山田")));
    EXPECT_THAT(text, Not(HasSubstr("1234")));
  }
  EXPECT_EQ(w.service({"audit", "verify"}).code, 0);
}

TEST(TermsDaemon, RefusesMailThatCannotBeSent) {
  ProgramsWorld w({});
  ASSERT_EQ(w.service({"key", "init"}).code, 0);
  w.write("config.yaml", "http:\n  port: 0\nalerts:\n  mail_to: watch@kou.test\n");
  const auto refused = w.service({"serve", "--role", "incident"});
  EXPECT_EQ(refused.code, 2) << refused.err;
  EXPECT_THAT(refused.err, HasSubstr("smtp.url"));
}

}  // namespace
}  // namespace hitokoe::testing
