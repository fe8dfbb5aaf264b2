// Merging, splitting and retention over the API of the daemon, and the same on the command line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "tests/integration/service/running_service.h"

namespace hitokoe::testing {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using ::testing::Not;

class MovesApiTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(w.ceremony());
    w.find();
    // Some of the same people in another file: it joins.
    std::string again = "氏名,電話番号,メール\n";
    for (std::size_t i = 0; i < 4; ++i) {
      const auto& p = w.people[i];
      again += p.name + "," + p.phone + "," + p.email + "\n";
    }
    w.write("again.csv", again);
    const auto found = w.told({"scan", w.file("again.csv"), "--open-incident"});
    ASSERT_EQ(std::string(found.at("incident").as_string()), w.incident);
    lead = account(w, "sato", "coordinator");
    kou = account(w, "tanaka", "party", "kou");
    auditor = account(w, "kato", "auditor");
    w.write("config.yaml", "http:\n  port: 0\n");
    daemon.emplace(w, std::vector<std::string>{"api", "incident", "matcher"});
  }
  HttpAnswer get(const std::string& token, const std::string& path) const {
    return curl(daemon->url() + "/api/v1/" + path, token);
  }
  HttpAnswer post(const std::string& token, const std::string& path,
                  const std::string& body) const {
    return curl(daemon->url() + "/api/v1/" + path, token, "--data-binary '" + body + "'");
  }
  static json::object parsed(const HttpAnswer& answer) {
    return json::parse(answer.body).as_object();
  }
  json::object incident(const std::string& id) const {
    return parsed(get(lead, "incidents/" + id));
  }
  json::object moves(const std::string& id) const {
    return parsed(get(lead, "incidents/" + id + "/moves"));
  }
  // After what the newest verdict over all exposures came.
  std::string last_verdict(const std::string& id) const {
    json::object told;
    EXPECT_TRUE(comes_true([&] {  // no request waits for it
      told = moves(id);
      return told.at("judging").is_null();
    })) << json::serialize(told);
    const auto verdicts = told.at("verdicts").as_array();
    return verdicts.empty() ? "" : std::string(verdicts.back().at("cause").as_string());
  }
  std::string split_off() {
    const auto exposures = incident(w.incident).at("exposures").as_array();
    EXPECT_EQ(exposures.size(), 2U);
    const auto body = R"({"exposures":[")" + std::string(exposures.at(1).as_string()) +
                      R"("],"reason":"an old list"})";
    EXPECT_EQ(post(kou, "incidents/" + w.incident + "/split", body).status, 403);
    const auto answer = post(lead, "incidents/" + w.incident + "/split", body);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return std::string(parsed(answer).at("incident").as_string());
  }

  ProgramsWorld w{made_up_people(6)};
  std::string lead, kou, auditor;
  std::optional<RunningService> daemon;
};

TEST_F(MovesApiTest, AnExposureIsTakenOutMergedBackAndPartedAgain) {
  const auto parted = split_off();
  ASSERT_NE(parted, w.incident);
  EXPECT_EQ(incident(parted).at("state").as_string(), "open");
  EXPECT_EQ(incident(parted).at("exposures").as_array().size(), 1U);
  EXPECT_EQ(incident(w.incident).at("exposures").as_array().size(), 1U);
  // Both are judged again, and what changed is told with the moves.
  EXPECT_EQ(last_verdict(parted), "split_from");
  EXPECT_EQ(last_verdict(w.incident), "split_off");

  const auto merge = "incidents/" + w.incident + "/merge";
  EXPECT_EQ(post(lead, merge, R"({"from":")" + parted + R"("})").status, 400) << "no reason";
  const auto merged = post(lead, merge, R"({"from":")" + parted + R"(","reason":"the same"})");
  ASSERT_EQ(merged.status, 200) << merged.body;
  EXPECT_EQ(incident(parted).at("state").as_string(), "merged");
  EXPECT_EQ(last_verdict(w.incident), "merged");
  EXPECT_EQ(incident(w.incident).at("exposures").as_array().size(), 2U);
  EXPECT_THAT(get(kou, "incidents/" + w.incident + "/moves").body, Not(HasSubstr("the same")));
  EXPECT_THAT(get(auditor, "incidents/" + w.incident + "/moves").body, HasSubstr("the same"));
  EXPECT_EQ(post(lead, merge, R"({"from":")" + parted + R"(","reason":"x"})").status, 409);

  // Undone on the command line, seen over the API.
  const auto undone =
      w.told({"incident", "unmerge", w.incident, "--from", parted, "--reason", "x"});
  EXPECT_EQ(undone.at("moves").as_array().size(), 3U);
  EXPECT_EQ(undone.at("verdicts").as_array().back().at("cause").as_string(), "unmerged");
  EXPECT_EQ(last_verdict(parted), "restored");
  EXPECT_EQ(incident(parted).at("state").as_string(), "open");
  EXPECT_EQ(w.service({"audit", "verify"}).code, 0);
}

TEST_F(MovesApiTest, WithoutWhoMakesVerdictsItIsShownAsOwedAndTheCommandLineMakesIt) {
  daemon.reset();
  daemon.emplace(w, std::vector<std::string>{"api", "incident"});
  const auto parted = split_off();
  for (const auto& id : {parted, w.incident}) {
    const auto judging = moves(id).at("judging").as_object();
    EXPECT_EQ(judging.at("state").as_string(), "waiting");
    EXPECT_EQ(judging.at("by").as_string(), "sato");
  }
  EXPECT_THAT(get(kou, "incidents/" + w.incident + "/moves").body, HasSubstr("waiting"));
  EXPECT_THAT(get(kou, "incidents/" + w.incident + "/moves").body, Not(HasSubstr("sato")));
  EXPECT_EQ(w.told({"incident", "show", parted}).at("judging").at("state").as_string(), "waiting");
  const auto asked = "incidents/" + w.incident + "/verdict";
  EXPECT_EQ(post(kou, asked, "{}").status, 403);
  EXPECT_EQ(post(auditor, asked, "{}").status, 403);
  EXPECT_EQ(post(lead, asked, "{}").status, 200);
  EXPECT_EQ(post(lead, "incidents/INC-20200101-0001/verdict", "{}").status, 404);
  const auto left = w.told({"incident", "judge", w.incident, "--no-wait"});
  EXPECT_EQ(left.at("judging").at("state").as_string(), "waiting");
  const auto made = w.told({"incident", "judge", w.incident});
  EXPECT_TRUE(made.at("judging").is_null());
  EXPECT_EQ(made.at("verdicts").as_array().back().at("cause").as_string(), "split_off");
  EXPECT_FALSE(moves(parted).at("judging").is_null()) << "of this one nobody asked here";
  // A daemon that makes them finds what the other one left.
  daemon.reset();
  daemon.emplace(w, std::vector<std::string>{"api", "matcher"});
  EXPECT_EQ(last_verdict(parted), "split_from");
  EXPECT_THAT(curl(daemon->url() + "/metrics", lead).body,
              HasSubstr("hitokoe_verdicts_due{state=\"waiting\"} 0"));
}

TEST_F(MovesApiTest, WhatWouldBeToldLaterIsSeenByEachCarrierForItself) {
  const auto path = "incidents/" + w.incident + "/campaign-difference";
  const auto all = parsed(get(lead, path)).at("carriers").as_array();
  ASSERT_EQ(all.size(), 2U);
  for (const auto& c : all) {
    EXPECT_EQ(c.at("people").as_int64(), c.at("new_people").as_int64());
    EXPECT_FALSE(c.at("over_thousand").as_bool());
  }
  const auto own = get(kou, path);
  ASSERT_EQ(own.status, 200) << own.body;
  EXPECT_THAT(own.body, Not(HasSubstr("otsu")));
  EXPECT_EQ(w.service({"campaign", "difference", w.incident}).code, 1);
}

TEST_F(MovesApiTest, WhatIsKeptIsListedHeldAndNotDestroyedByMistake) {
  EXPECT_EQ(get(kou, "retention").status, 403);
  EXPECT_EQ(get(kou, "retention/plan").status, 403);
  EXPECT_EQ(parsed(get(auditor, "retention/plan")).at("plan").as_array().size(), 3U);
  EXPECT_TRUE(parsed(get(lead, "retention")).at("items").as_array().empty());
  const auto over = split_off();
  w.told({"incident", "advance", over, "--to", "dismissed", "--note", "an old list"});
  const auto items = parsed(get(auditor, "retention")).at("items").as_array();
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(items[0].at("state").as_string(), "running");
  const auto path = "incidents/" + over + "/retention/";
  EXPECT_EQ(post(auditor, path + "hold", R"({"until":"2099-01-01","reason":"court"})").status, 403);
  const auto held = post(lead, path + "hold", R"({"until":"2099-01-01","reason":"court"})");
  ASSERT_EQ(held.status, 200) << held.body;
  EXPECT_THAT(held.body, HasSubstr("2099-01-01"));
  EXPECT_EQ(post(lead, path + "hold", R"({"until":"yesterday","reason":"x"})").status, 400);
  EXPECT_EQ(post(lead, path + "release", R"({"reason":"over"})").status, 200);
  EXPECT_EQ(post(lead, path + "release", R"({"reason":"over"})").status, 404);
  EXPECT_EQ(post(lead, path + "destroy", R"({"confirm":"yes"})").status, 400);
  EXPECT_EQ(post(lead, path + "destroy", R"({"confirm":")" + over + R"("})").status, 409)
      << "nothing is due";
  EXPECT_EQ(get(auditor, path + "certificate").status, 404);
}

}  // namespace
}  // namespace hitokoe::testing
