// Tasks, links and requests to look at leaked text over the API: by role and party, and by two.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "tests/integration/service/running_service.h"

namespace hitokoe::testing {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using ::testing::Not;

class CaseworkApiTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(w.ceremony());
    w.find();
    lead = account(w, "sato", "coordinator");
    second = account(w, "mori", "coordinator");
    kou = account(w, "tanaka", "party", "kou");
    auditor = account(w, "kato", "auditor");
    desk = account(w, "ueda", "desk");
    w.write("config.yaml", "http:\n  port: 0\n");
    daemon.emplace(w, std::vector<std::string>{"api", "incident"});
  }
  HttpAnswer get(const std::string& token) const { return curl(url("casework"), token); }
  HttpAnswer post(const std::string& token, const std::string& part,
                  const std::string& body) const {
    return curl(url(part), token, "--data-binary '" + body + "'");
  }
  std::string url(const std::string& part) const {
    return daemon->url() + "/api/v1/incidents/" + w.incident + "/" + part;
  }
  static json::object parsed(const HttpAnswer& answer) {
    return json::parse(answer.body).as_object();
  }
  std::string capture() const {
    const auto held = w.service({"incident", "evidence", w.incident, "--json"});
    const auto all = json::parse(held.out).at("captures").as_array();
    return all.empty() ? "" : std::string(all[0].at("capture").as_string());
  }

  ProgramsWorld w{made_up_people(6)};
  std::string lead, second, kou, auditor, desk;
  std::optional<RunningService> daemon;
};

TEST_F(CaseworkApiTest, APartySeesAndSetsItsOwnTasksAndReadsWhyItMayNot) {
  EXPECT_EQ(get("").status, 401);
  const auto all = parsed(get(lead));
  EXPECT_GE(all.at("tasks").as_array().size(), 14U) << "two carriers";
  const auto mine = get(kou);
  ASSERT_EQ(mine.status, 200);
  const auto shown = parsed(mine);
  for (const auto& task : shown.at("tasks").as_array()) {
    EXPECT_EQ(task.at("party").as_string(), "kou");
  }
  EXPECT_THAT(mine.body, Not(HasSubstr("otsu")));
  EXPECT_TRUE(parsed(get(desk)).at("tasks").as_array().empty());
  EXPECT_FALSE(parsed(get(auditor)).at("tasks").as_array().empty());

  const std::string task = R"({"party":"kou","kind":"cause","state":"working","note":"asked"})";
  EXPECT_EQ(post(kou, "tasks", task).status, 200);
  EXPECT_EQ(post(auditor, "tasks", task).status, 403);
  EXPECT_EQ(post(kou, "tasks", R"({"party":"otsu","kind":"cause","state":"done"})").status, 403);
  EXPECT_EQ(post(kou, "tasks", R"({"party":"kou","kind":"nothing","state":"done"})").status, 400);
  EXPECT_EQ(post(kou, "tasks", "[]").status, 400);
  const auto no_reason =
      post(kou, "tasks", R"({"party":"kou","kind":"cause","state":"not_needed"})");
  EXPECT_EQ(no_reason.status, 400);
  EXPECT_THAT(no_reason.body, HasSubstr("note"));
}

TEST_F(CaseworkApiTest, WhoAsksToLookAtLeakedTextIsNotWhoApproves) {
  const auto id = capture();
  ASSERT_FALSE(id.empty());
  const auto asked = post(lead, "views", R"({"capture":")" + id + R"(","purpose":"columns"})");
  ASSERT_EQ(asked.status, 200) << asked.body;
  EXPECT_EQ(parsed(asked).at("views").as_array().at(0).at("state").as_string(), "requested");
  EXPECT_EQ(post(lead, "views/VR-1", R"({"approve":true})").status, 403);
  EXPECT_EQ(post(kou, "views/VR-1", R"({"approve":true})").status, 403);
  EXPECT_EQ(post(second, "views/VR-9", R"({"approve":true})").status, 404);
  const auto approved = post(second, "views/VR-1", R"({"approve":true})");
  ASSERT_EQ(approved.status, 200) << approved.body;
  const auto view = parsed(approved).at("views").as_array().at(0).as_object();
  EXPECT_EQ(view.at("approved_by").as_string(), "mori");
  EXPECT_FALSE(view.at("until").is_null());
  EXPECT_EQ(post(second, "views/VR-1", R"({"approve":false})").status, 409);
  EXPECT_EQ(parsed(get(kou)).at("views").as_array().size(), 0U);
  // The command line is another person: the request is sato's.
  EXPECT_EQ(w.service({"incident", "view", w.incident, "--show", "VR-1"}).code, 3);
}

TEST_F(CaseworkApiTest, TheLocalOperatorLooksOnceSomebodyElseHasApprovedAndItIsOnRecord) {
  const auto id = capture();
  const auto asked =
      w.service({"incident", "view", w.incident, "--capture", id, "--purpose", "which columns"});
  ASSERT_EQ(asked.code, 0) << asked.err;
  ASSERT_EQ(post(lead, "views/VR-1", R"({"approve":true})").status, 200);
  const auto shown = w.service({"incident", "view", w.incident, "--show", "VR-1", "--lines", "2"});
  ASSERT_EQ(shown.code, 0) << shown.err;
  EXPECT_THAT(shown.out, HasSubstr("1\t"));
  const auto custody = parsed(get(auditor)).at("custody").as_array();
  ASSERT_EQ(custody.size(), 1U);
  EXPECT_EQ(custody[0].at("what").as_string(), "viewed");
  EXPECT_EQ(w.service({"audit", "verify"}).code, 0);
}

}  // namespace
}  // namespace hitokoe::testing
