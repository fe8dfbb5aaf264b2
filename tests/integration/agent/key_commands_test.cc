// The key ceremony with both programs, and what becomes of keys afterwards.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "hitokoe/base/file.h"
#include "tests/integration/agent/programs.h"
#include "tests/scratch_folder.h"

namespace hitokoe {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kRegistry = R"(
parties:
  - {id: kou, name: 甲通信}
  - {id: callco, name: 丙コール}
delegations:
  - {id: D1, controller: kou, from: kou, to: callco, type: A, purposes: [コールセンター], items: [ref, name, phone], begins: 2024-04-01}
snapshots:
  - {id: S0, controller: kou, holder: kou, own: true, as_of: 2026-06-30, records: 2, items: [ref, name, phone]}
  - {id: S1, holder: callco, delegation: D1, source: S0, as_of: 2026-06-30, on: 2026-07-01, records: 2, items: [ref, name, phone], medium: sftp, encrypted: true, confirmed: [kou, callco]}
)";

class KeyCommandsTest : public ::testing::Test {
 protected:
  // Argon2id costs a good part of a second: one service and one party are made, every test gets a
  // copy.
  static void SetUpTestSuite() {
    made_ = new ScratchFolder();
    made_->put("registry.yaml", as_bytes(kRegistry));
    const auto at = [](const char* name) { return (*made_ / name).string(); };
    for (const auto& words : {std::vector<std::string>{"key", "init"},
                              std::vector<std::string>{"registry", "apply", at("registry.yaml")}}) {
      auto all = words;
      all.insert(all.begin(), {"--data", at("var")});
      const auto done = run("hitokoe", all, {"HITOKOE_PASSPHRASE=service"});
      ASSERT_EQ(done.code, 0) << done.err;
    }
    const auto done = run(
        "hitokoe-agent",
        {"--home", at("home"), "init", "--party", "callco", "--out", at("callco.enrol"), "--json"},
        {"HITOKOE_AGENT_PASSPHRASE=party"});
    ASSERT_EQ(done.code, 0) << done.err;
    fingerprint_ = boost::json::parse(done.out).at("fingerprint").as_string().c_str();
  }
  static void TearDownTestSuite() {
    delete made_;
    made_ = nullptr;
  }
  void SetUp() override {
    std::filesystem::copy(made_->path(), dir_.path(), std::filesystem::copy_options::recursive);
  }

  std::string file(const std::string& name) const { return (dir_ / name).string(); }
  Outcome hitokoe(std::vector<std::string> words) const {
    words.insert(words.begin(), {"--data", file("var"), "--json"});
    return run("hitokoe", words, {"HITOKOE_PASSPHRASE=service", "LANG=C"});
  }
  Outcome agent(std::vector<std::string> words) const {
    words.insert(words.begin(), {"--home", file("home")});
    return run("hitokoe-agent", words, {"HITOKOE_AGENT_PASSPHRASE=party", "LANG=C"});
  }
  boost::json::value ok(const std::vector<std::string>& words) const {
    const auto done = hitokoe(words);
    EXPECT_EQ(done.code, 0) << done.err;
    boost::system::error_code ignored;
    return boost::json::parse(done.out, ignored);
  }
  Outcome make(const std::string& key, const std::string& columns = "1=ref,2=phone") const {
    dir_.put("in.csv", as_bytes("C1,090-1234-5678\n"));
    return agent({"fingerprint", "--key", key, "--snapshot", "S1", "--columns", columns,
                  file("in.csv"), "--out", file("S1.hkf")});
  }

  static inline ScratchFolder* made_ = nullptr;
  static inline std::string fingerprint_;
  ScratchFolder dir_;
};

TEST_F(KeyCommandsTest, LeadFromTheEnrolmentToAFingerprintFile) {
  const auto issued = ok({"key", "issue", "--enrol", file("callco.enrol"), "--delegation", "D1",
                          "--out", file("K.hkk")});
  EXPECT_EQ(issued.at("enrolment_fingerprint").as_string(), fingerprint_);
  EXPECT_EQ(issued.at("party").as_string(), "callco");
  EXPECT_EQ(issued.at("items").as_array().size(), 3U);
  EXPECT_EQ(make(file("K.hkk")).code, 0);
  const auto refused = make(file("K.hkk"), "1=ref,2=birthdate");
  EXPECT_EQ(refused.code, 3);
  EXPECT_THAT(refused.err, HasSubstr("D1 does not allow: birthdate"));
  // The party is known now; its own customer base needs no delegation.
  const auto again = hitokoe({"key", "issue", "--delegation", "D1", "--out", file("K2.hkk")});
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(hitokoe({"key", "issue", "--own", "kou", "--out", file("own.hkk")}).code, 3);
}

TEST_F(KeyCommandsTest, RefuseAnEnrolmentOfAnotherPartyAndSecondKeysWithoutReplace) {
  const auto wrong = hitokoe(
      {"key", "issue", "--enrol", file("callco.enrol"), "--own", "kou", "--out", file("K")});
  EXPECT_EQ(wrong.code, 3);
  EXPECT_THAT(wrong.err, HasSubstr("is the enrolment of callco, but the key is for kou"));
  ok({"key", "issue", "--enrol", file("callco.enrol"), "--delegation", "D1", "--out", file("K")});
  std::filesystem::remove_all(file("home"));
  ASSERT_EQ(agent({"init", "--party", "callco", "--out", file("callco.enrol")}).code, 0);
  const std::vector<std::string> words{"key",          "issue", "--enrol", file("callco.enrol"),
                                       "--delegation", "D1",    "--out",   file("K")};
  EXPECT_EQ(hitokoe(words).code, 3);
  auto replace = words;
  replace.push_back("--replace");
  EXPECT_EQ(hitokoe(replace).code, 0);
  EXPECT_EQ(hitokoe({"key", "issue", "--delegation", "D9", "--out", file("K")}).code, 3);
  EXPECT_EQ(hitokoe({"key", "issue", "--out", file("K")}).code, 2);
}

TEST_F(KeyCommandsTest, DestroyForGoodAlsoThroughABackup) {
  ok({"key", "issue", "--enrol", file("callco.enrol"), "--delegation", "D1", "--out", file("K")});
  ok({"key", "backup", "--out", file("before.json")});
  EXPECT_EQ(hitokoe({"key", "destroy", "--delegation", "D1"}).code, 2);  // nobody to ask
  const auto gone = ok({"key", "destroy", "--delegation", "D1", "--yes"});
  EXPECT_EQ(gone.at("destroyed").as_array().size(), 1U);
  ok({"key", "backup", "--out", file("after.json")});
  ok({"key", "restore", "--from", file("before.json")});
  EXPECT_EQ(hitokoe({"key", "issue", "--delegation", "D1", "--out", file("K")}).code, 3);
  std::filesystem::remove_all(dir_ / "var" / "keys");
  ok({"key", "restore", "--from", file("after.json")});
  const auto refused = hitokoe({"key", "issue", "--delegation", "D1", "--out", file("K")});
  EXPECT_EQ(refused.code, 3);
  EXPECT_THAT(refused.err, HasSubstr("was destroyed"));
}

TEST_F(KeyCommandsTest, RotateAndList) {
  ok({"key", "issue", "--enrol", file("callco.enrol"), "--delegation", "D1", "--out", file("K")});
  ok({"key", "rotate", "--delegation", "D1"});
  ok({"key", "rotate", "--epoch"});
  EXPECT_EQ(hitokoe({"key", "rotate"}).code, 2);
  EXPECT_EQ(hitokoe({"key", "rotate", "--delegation", "D9"}).code, 3);
  const auto issued = ok({"key", "issue", "--delegation", "D1", "--out", file("K")});
  EXPECT_EQ(issued.at("epochs").as_array().size(), 2U);
  const auto list = ok({"key", "list"});
  int generation = 0;
  for (const auto& k : list.at("keys").as_array()) {
    if (k.at("kind").as_string() == "delegation") {
      generation = static_cast<int>(k.at("generation").as_int64());
    }
  }
  EXPECT_EQ(generation, 2);
  EXPECT_EQ(list.at("enrolments").as_array().size(), 1U);
}

TEST_F(KeyCommandsTest, SayWhatToSet) {
  const auto done = run("hitokoe", {"--data", file("var"), "key", "list"}, {"LANG=C"});
  EXPECT_EQ(done.code, 2);
  EXPECT_THAT(done.err, HasSubstr("HITOKOE_PASSPHRASE_FILE"));
  EXPECT_EQ(hitokoe({"key", "init"}).code, 3);
}

}  // namespace
}  // namespace hitokoe
