// Sources in the API and on the command line: who sees them, who may pause them, what is recorded.
#include <gmock/gmock.h>
#include <signal.h>

#include "tests/integration/service/running_service.h"

namespace hitokoe::testing {
namespace {

namespace json = boost::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

void configure(const ProgramsWorld& w) {
  w.write("config.yaml", "http:\n  port: 0\ncrawler:\n  sources: " + w.file("sources.yaml") + "\n");
  w.write("sources.yaml",
          "sources:\n"
          "  - {id: feed-1, kind: feed, url: 'http://127.0.0.1:9/feed', allow_networks: "
          "[127.0.0.1/32], robots: {ignore: '法務 12 号'}}\n"
          "  - {id: haste-1, kind: haste, url: 'https://h.example/'}\n");
}

TEST(SourcesApi, ShowsAndPausesSourcesToWhomItConcerns) {
  ProgramsWorld w({});
  ASSERT_EQ(w.service({"key", "init"}).code, 0);
  const auto coordinator = account(w, "sato", "coordinator");
  const auto auditor = account(w, "tanaka", "auditor");
  const auto desk = account(w, "ito", "desk");
  configure(w);
  RunningService service(w, {"api", "incident"});
  const auto all = service.url() + "/api/v1/sources";
  EXPECT_EQ(curl(all, "").status, 401);
  const auto seen = curl(all, auditor);
  ASSERT_EQ(seen.status, 200) << seen.body;
  EXPECT_THAT(seen.body, AllOf(HasSubstr("\"source\":\"feed-1\""), HasSubstr("\"state\":\"new\""),
                               HasSubstr("法務 12 号"), HasSubstr("\"source\":\"haste-1\"")));
  EXPECT_EQ(curl(all, desk).body, "{\"sources\":[]}\n");
  EXPECT_EQ(curl(all + "/feed-1/coverage", desk).status, 404);
  EXPECT_EQ(curl(all + "/feed-1/coverage", auditor).status, 200);
  EXPECT_EQ(curl(all + "/none/coverage", coordinator).status, 404);

  const std::string pause = R"(-d '{"state":"paused","reason":"確認待ち"}')";
  EXPECT_EQ(curl(all + "/feed-1", auditor, pause).status, 403);
  EXPECT_EQ(curl(all + "/feed-1", desk, pause).status, 404);
  EXPECT_EQ(curl(all + "/none", coordinator, pause).status, 404);
  for (const auto* wrong : {"{}", "x", R"({"state":"paused","reason":""})",
                            R"({"state":"off","reason":"x"})", R"({"state":"paused"})"})
    EXPECT_EQ(curl(all + "/feed-1", coordinator, "-d '" + std::string(wrong) + "'").status, 400)
        << wrong;
  const auto paused = curl(all + "/feed-1", coordinator, pause);
  EXPECT_EQ(paused.status, 200) << paused.body;
  EXPECT_THAT(paused.body, AllOf(HasSubstr("\"state\":\"paused\""), HasSubstr("確認待ち"),
                                 HasSubstr("\"by\":\"sato\"")));
  EXPECT_THAT(curl(service.url() + "/sources.js", "").body, HasSubstr("監視元"));
  EXPECT_THAT(service.err(), Not(HasSubstr("確認待ち"))) << "a person's words are not logged";

  // The command line sees it and takes it back.
  const auto listed = w.told({"sources", "list", "--json"});
  EXPECT_EQ(listed.at("sources").as_array()[0].at("paused").at("by").as_string(), "sato");
  const auto resumed = w.told({"sources", "resume", "feed-1", "--reason", "cleared", "--json"});
  EXPECT_TRUE(resumed.at("paused").is_null());
  EXPECT_EQ(w.service({"sources", "pause", "feed-2", "--reason", "x"}).code, 3);
  EXPECT_EQ(w.service({"sources", "pause", "feed-1"}).code, 2);
  const auto again = w.service({"sources", "resume", "feed-1", "--reason", "x"});
  EXPECT_EQ(again.code, 0) << again.err;

  service.signal(SIGTERM);
  EXPECT_EQ(service.wait().code, 0);
  EXPECT_EQ(w.service({"audit", "verify"}).code, 0);
}

}  // namespace
}  // namespace hitokoe::testing
