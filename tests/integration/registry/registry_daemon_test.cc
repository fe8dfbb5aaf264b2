// The daemon shows the registry to whom it may, takes instructions and statements about handovers,
// and tells what is overdue as metrics.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <boost/json.hpp>
#include <cstdio>

#include "tests/integration/campaign/programs_world.h"
#include "tests/unit/registry/supervised.h"

namespace hitokoe::testing {
namespace {

namespace json = boost::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

struct Answer {
  int status = 0;
  std::string body;
  json::object object() const {
    boost::system::error_code error;
    auto value = json::parse(body, error);
    return !error && value.is_object() ? value.as_object() : json::object();
  }
};

Answer ask(const std::string& url, const std::string& token, const std::string& post = {},
           const std::string& language = "en") {
  std::string command = "curl -s -m 20 -w '\n%{http_code}' -H 'Accept-Language: " + language +
                        "' -H 'Authorization: Bearer " + token + "' ";
  if (!post.empty()) command += "-X POST -d '" + post + "' ";
  FILE* pipe = ::popen((command + "'" + url + "'").c_str(), "r");
  std::string out;
  char piece[4096];
  for (std::size_t n = 0; (n = std::fread(piece, 1, sizeof piece, pipe)) > 0;) out.append(piece, n);
  ::pclose(pipe);
  const auto end = out.rfind('\n');
  return {std::atoi(out.c_str() + end + 1), out.substr(0, end)};
}

class RegistryDaemon : public ::testing::Test {
 protected:
  RegistryDaemon() {
    folder.put("registry.yaml",
               as_bytes(registry::supervised(", returned: 2026-07-03, sheets", ", sheets")));
    folder.put("config.yaml", as_bytes("http:\n  port: 0\n"));
    EXPECT_EQ(service({"key", "init"}).code, 0);
    EXPECT_LE(service({"registry", "apply", (folder / "registry.yaml").string()}).code, 1);
  }
  std::vector<std::string> words(std::vector<std::string> more) const {
    more.insert(more.begin(), {"--data", (folder / "var").string(), "--config",
                               (folder / "config.yaml").string()});
    return more;
  }
  Outcome service(std::vector<std::string> more) const {
    return run("hitokoe", words(std::move(more)), environment);
  }
  std::string token_of(const std::string& user, const std::string& role,
                       const std::string& party = {}) const {
    std::vector<std::string> add = {"user", "add", user, "--role", role, "--no-password"};
    if (!party.empty()) add.insert(add.end(), {"--party", party});
    EXPECT_EQ(service(add).code, 0);
    const auto done = service({"user", "token", user});
    const auto at = done.out.find("hk_");
    return at == std::string::npos ? ""
                                   : done.out.substr(at, done.out.find_first_of(" \n", at) - at);
  }
  void start() {
    running.emplace("hitokoe", words({"serve", "--role", "api", "--role", "incident"}),
                    environment);
    EXPECT_TRUE(comes_true([&] {
      const auto err = running->err_so_far();
      const auto at = err.find("console: ");
      const auto end = err.find("/\n", at);
      if (at != std::string::npos && end != std::string::npos)
        url = err.substr(at + 9, end - at - 9);
      return !url.empty() || running->ended();
    })) << running->err_so_far();
  }
  void TearDown() override {
    if (!running) return;
    running->signal(SIGTERM);
    EXPECT_EQ(running->wait().code, 0);
  }

  ScratchFolder folder;
  std::vector<std::string> environment{"HITOKOE_PASSPHRASE=service", "LANG=C"};
  std::optional<Running> running;
  std::string url;
};

TEST_F(RegistryDaemon, ShowsEveryPartyItsOwnPartAndTheCoordinatorAll) {
  const auto lead = token_of("sato", "coordinator");
  const auto kou = token_of("kaoru", "party", "kou");
  const auto callco = token_of("suzuki", "party", "callco");
  const auto night = token_of("yoru", "party", "nightdesk");
  const auto desk = token_of("desk", "desk");
  start();
  const auto api = url + "/api/v1/registry";
  EXPECT_EQ(ask(api, "hk_" + std::string(43, 'A')).status, 401);
  EXPECT_EQ(ask(api, lead).object().at("delegations").as_array().size(), 2U);
  EXPECT_EQ(ask(api, callco).object().at("delegations").as_array().size(), 2U);
  const auto part = ask(api, night);
  EXPECT_EQ(part.object().at("delegations").as_array().size(), 1U);
  for (const char* other : {"甲ホールディングス", "戊クラウド", "S1", "確認書7", "T1"})
    EXPECT_THAT(part.body, Not(HasSubstr(other)));
  EXPECT_THAT(ask(api, lead).body, Not(HasSubstr("試験一郎"))) << "names of trainees";
  for (const char* path : {"", "/findings", "/redelegations", "/counts", "/instructions"})
    EXPECT_EQ(ask(api + path, desk).status, 403) << path;

  const auto findings = ask(api + "/findings", callco).object();
  EXPECT_GE(findings.at("overdue").to_number<int>(), 1);
  EXPECT_THAT(ask(api + "/findings", callco).body, HasSubstr("takeout_overdue"));
  EXPECT_THAT(ask(api + "/findings", night).body, Not(HasSubstr("takeout_overdue")));
  EXPECT_THAT(ask(api + "/redelegations", night).body,
              AllOf(HasSubstr("\"delegation\":\"D2\""), HasSubstr("\"level\":2")));

  const auto counts = api + "/counts?fiscal_year=2025";
  EXPECT_EQ(ask(counts, kou).object().at("carriers").as_array().size(), 1U);
  EXPECT_EQ(ask(counts, callco).object().at("carriers").as_array().size(), 0U)
      << "it is no carrier";
  EXPECT_EQ(ask(counts + "&carrier=kou", callco).status, 404);
  EXPECT_EQ(ask(api + "/counts?fiscal_year=9000", lead).status, 400);
  EXPECT_EQ(ask(api + "/counts?fiscal_year=x", lead).status, 400);
  EXPECT_EQ(ask(api + "/counts?format=pdf", lead).status, 400);
  EXPECT_THAT(ask(counts + "&format=csv", lead, {}, "ja").body,
              StartsWith("\xEF\xBB\xBF委託元,年度,"));
  EXPECT_THAT(ask(counts + "&format=csv", lead).body, StartsWith("\xEF\xBB\xBF"
                                                                 "carrier,fiscal year,"));

  EXPECT_THAT(ask(url + "/registry.js", lead).body, HasSubstr("drawRegistry"));
  EXPECT_TRUE(comes_true([&] {
    const auto page = ask(url + "/metrics", lead).body;
    return page.find("hitokoe_registry_findings{kind=\"takeout_overdue\"} 1\n") !=
               std::string::npos &&
           page.find("hitokoe_supervision_overdue 0\n") == std::string::npos;
  }));
  EXPECT_THAT(running->err_so_far(), HasSubstr("supervision.overdue"));
}

TEST_F(RegistryDaemon, TakesInstructionsFromAboveAndStatementsFromTheSides) {
  const auto lead = token_of("sato", "coordinator");
  const auto kou = token_of("kaoru", "party", "kou");
  const auto callco = token_of("suzuki", "party", "callco");
  const auto night = token_of("yoru", "party", "nightdesk");
  const auto auditor = token_of("kansa", "auditor");
  start();
  const auto api = url + "/api/v1/registry";
  const auto body = [](const char* delegation) {
    return std::string(R"({"delegation":")") + delegation +
           R"(","subject":"stop","text":"at once"})";
  };
  const auto given = ask(api + "/instructions", kou, body("D2"));
  ASSERT_EQ(given.status, 201) << given.body;
  const std::string id(given.object().at("id").as_string());
  EXPECT_EQ(given.object().at("by").as_string(), "kaoru");
  EXPECT_EQ(ask(api + "/instructions", callco, body("D2")).status, 201);
  EXPECT_EQ(ask(api + "/instructions", callco, body("D1")).status, 403) << "it is the delegate";
  EXPECT_EQ(ask(api + "/instructions", auditor, body("D1")).status, 403);
  EXPECT_EQ(ask(api + "/instructions", night, body("D1")).status, 404) << "not its part";
  EXPECT_EQ(ask(api + "/instructions", lead, body("D9")).status, 404);
  EXPECT_EQ(ask(api + "/instructions", lead, R"({"delegation":"D1"})").status, 400);
  EXPECT_EQ(ask(api + "/instructions", lead, "[]").status, 400);
  EXPECT_EQ(ask(api + "/instructions", night).object().at("instructions").as_array().size(), 2U);
  EXPECT_EQ(ask(api + "/instructions?limit=1", night).object().at("instructions").as_array().size(),
            1U);
  EXPECT_EQ(ask(api + "/instructions?limit=0", night).status, 400);
  EXPECT_EQ(ask(api + "/instructions/" + id, night).object().at("text").as_string(), "at once");
  EXPECT_EQ(ask(api + "/instructions/none", night).status, 404);

  const auto handover = api + "/handovers/S1";
  const std::string differs = R"({"on":"2026-07-01","records":499,"items":["ref","name","phone"]})";
  const std::string agrees = R"({"on":"2026-07-01","records":500,"items":["ref","name","phone"]})";
  EXPECT_TRUE(ask(handover, callco, differs).object().at("differs").as_bool());
  EXPECT_THAT(ask(api + "/findings", kou).body, HasSubstr("handover_mismatch"));
  EXPECT_FALSE(ask(handover, callco, agrees).object().at("differs").as_bool());
  EXPECT_THAT(ask(api + "/findings", kou).body, Not(HasSubstr("handover_mismatch")));
  EXPECT_EQ(ask(handover, night, agrees).status, 404) << "not its part";
  EXPECT_EQ(ask(handover, auditor, agrees).status, 403);
  EXPECT_EQ(ask(api + "/handovers/S0", kou, agrees).status, 404) << "no handover";
  EXPECT_EQ(ask(handover, callco, R"({"on":"2026-07-01","records":-1,"items":["ref"]})").status,
            400);
  EXPECT_EQ(ask(handover, callco, R"({"on":"2026-07-01","records":1,"items":["shoe"]})").status,
            400);
  EXPECT_EQ(
      ask(handover, callco, R"({"by":"kou","on":"2026-07-01","records":1,"items":["ref"]})").status,
      403);
  EXPECT_EQ(service({"audit", "verify"}).code, 0);
}

}  // namespace
}  // namespace hitokoe::testing
