// `hitokoe-agent` as it is installed, with the bad input that people bring.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <boost/json.hpp>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "hitokoe/base/file.h"
#include "hitokoe/identity/campaign_files.h"
#include "hitokoe/identity/ceremony.h"
#include "tests/integration/agent/programs.h"
#include "tests/places.h"
#include "tests/scratch_folder.h"

namespace hitokoe {
namespace {

using identity::FieldId;
using namespace std::string_literals;
using ::testing::HasSubstr;
using ::testing::Not;

// What stands in the customer files and must never come out in a message.
constexpr std::string_view kSecrets[] = {"山田", "鈴木", "090-1234", "03-9876"};

class AgentProgramTest : public ::testing::Test {
 protected:
  // Argon2id costs a good part of a second: one home is made, every test gets a copy.
  static void SetUpTestSuite() {
    made_ = new ScratchFolder();
    const auto done = run("hitokoe-agent",
                          {"--home", (*made_ / "home").string(), "init", "--party", "callco",
                           "--out", (*made_ / "callco.enrol").string()},
                          {"HITOKOE_AGENT_PASSPHRASE=correct horse"});
    ASSERT_EQ(done.code, 0) << done.err;
  }
  static void TearDownTestSuite() {
    delete made_;
    made_ = nullptr;
  }

  void SetUp() override {
    std::filesystem::copy(made_->path(), dir_.path(), std::filesystem::copy_options::recursive);
    const auto enrolment = identity::decode_enrolment(read_file(file("callco.enrol")).value());
    ASSERT_TRUE(enrolment);
    identity::IssuedKey key;
    key.party = "callco";
    key.controller = "kou";
    key.delegation = "D1";
    key.delegation_key = crypto::random_key128(random_);
    key.epochs.push_back({1, crypto::random_key256(random_)});
    key.tables = identity::tables_digest();
    key.items = {FieldId::kRef, FieldId::kName, FieldId::kPhone};
    key.service_sign = sign_.public_key;
    key.service_box = box_.public_key;
    dir_.put("K.hkk", identity::encode_issued_key(key, enrolment.value(), sign_));
  }

  std::string file(const std::string& name) const { return (dir_ / name).string(); }
  Outcome agent(std::vector<std::string> arguments, const std::string& input = {}) const {
    arguments.insert(arguments.begin(), {"--home", file("home")});
    return run("hitokoe-agent", arguments, environment_, input);
  }
  Outcome fingerprint(std::string_view content, std::vector<std::string> more = {}) const {
    dir_.put("in.csv", as_bytes(content));
    std::vector<std::string> arguments{
        "--json",       "fingerprint", "--key",        file("K.hkk"),
        "--snapshot",   "S1",          "--columns",    "番号=ref,氏名=name,電話=phone",
        file("in.csv"), "--out",       file("out.hkf")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    auto done = agent(arguments);
    for (const auto secret : kSecrets) {
      EXPECT_EQ(done.err.find(secret), std::string::npos) << done.err;
      EXPECT_EQ(done.out.find(secret), std::string::npos) << done.out;
    }
    return done;
  }
  // The file is refused: exit 3, a message with `why`, nothing written.
  void expect_refused(std::string_view content, const std::string& why) const {
    const auto done = fingerprint(content);
    EXPECT_EQ(done.code, 3) << done.err;
    EXPECT_THAT(done.err, HasSubstr(why));
    EXPECT_FALSE(std::filesystem::exists(file("out.hkf")));
  }

  static inline ScratchFolder* made_ = nullptr;
  ScratchFolder dir_;
  SeededRandom random_{6};
  crypto::SignKeyPair sign_ = crypto::make_sign_keys(random_);
  crypto::BoxKeyPair box_ = crypto::make_box_keys(random_);
  std::vector<std::string> environment_{"HITOKOE_AGENT_PASSPHRASE=correct horse", "LANG=C"};
};

// Customers and keys are in its memory. The passphrase comes through a pipe: while the agent waits
// for it, its limits can be looked at.
TEST_F(AgentProgramTest, LeavesNoCoreDump) {
  const auto pipe = file("passphrase");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const std::string command = "ulimit -S -c $(ulimit -H -c); HITOKOE_AGENT_PASSPHRASE_FILE='" +
                              pipe + "' " HITOKOE_BIN_DIR "/hitokoe-agent --home '" + file("home") +
                              "' status >/dev/null 2>&1 & echo $!; wait $!";
  FILE* shell = ::popen(command.c_str(), "r");
  int pid = 0;
  ASSERT_EQ(std::fscanf(shell, "%d", &pid), 1);
  std::ofstream passphrase(pipe);  // waits until the agent reads
  std::stringstream limits;
  limits << std::ifstream("/proc/" + std::to_string(pid) + "/limits").rdbuf();
  EXPECT_THAT(limits.str(), ::testing::ContainsRegex("Max core file size +0 +0 "));
  passphrase << "correct horse" << std::flush;
  passphrase.close();
  EXPECT_EQ(::pclose(shell), 0);
}

TEST_F(AgentProgramTest, MakesAFileThatVerifies) {
  const auto done =
      fingerprint("番号,氏名,電話\nC1,山田太郎,090-1234-5678\nC2,鈴木花子,03-9876-5432\n",
                  {"--as-of", "2026-06-30"});
  ASSERT_EQ(done.code, 0) << done.err;
  const auto report = boost::json::parse(done.out).as_object();
  EXPECT_EQ(report.at("records").as_int64(), 2);
  EXPECT_EQ(report.at("sequence").as_int64(), 1);
  EXPECT_EQ(report.at("as_of").as_string(), "2026-06-30");
  EXPECT_EQ(report.at("input").at("encoding").as_string(), "UTF-8");

  const auto verified = agent({"verify", file("out.hkf"), "--json"});
  ASSERT_EQ(verified.code, 0) << verified.err;
  EXPECT_EQ(boost::json::parse(verified.out).at("party").as_string(), "callco");
  const auto status = agent({"status", "--json"});
  EXPECT_EQ(boost::json::parse(status.out).at("sequences").at("S1").as_int64(), 1);
}

TEST_F(AgentProgramTest, RejectsBadRowsByLineAndReasonAndKeepsTheRest) {
  const auto content =
      "番号,氏名,電話\r\nC1,山田太郎,090-1234-5678\nC2,山田\rC3,\"鈴木\n花子\",03-9876-5432\r\n"
      "C4,山\0田,090\nC5,\xE5\xB1,090\n\"C6\"x,鈴木,090\n\nC7,山田太郎,090-1234-5679,\n"s;
  const auto done = fingerprint(content, {"--rejects", file("rejects.csv")});
  EXPECT_EQ(done.code, 1) << done.err;
  const auto report = boost::json::parse(done.out).as_object();
  EXPECT_EQ(report.at("records").as_int64(), 2);
  EXPECT_EQ(report.at("rejected").as_int64(), 5);
  std::stringstream rejects;
  rejects << std::ifstream(file("rejects.csv")).rdbuf();
  EXPECT_EQ(rejects.str(),
            "line,reason\n3,column_count\n6,nul_byte\n7,invalid_utf8\n8,text_after_quote\n"
            "10,column_count\n");
  // The same for a person, in Japanese.
  dir_.put("in.csv", as_bytes(content));
  environment_[1] = "LANG=ja_JP.UTF-8";
  const auto told =
      agent({"fingerprint", "--key", file("K.hkk"), "--snapshot", "S1", "--columns",
             "番号=ref,氏名=name,電話=phone", file("in.csv"), "--out", file("out.hkf")});
  EXPECT_EQ(told.code, 1);
  EXPECT_THAT(told.err, HasSubstr("除外 行 3: 列数が違う"));
  EXPECT_THAT(told.err, HasSubstr("除外 行 6: NUL バイトがある"));
}

TEST_F(AgentProgramTest, ReadsCp932) {
  const auto done = fingerprint(
      "\x94\xD4\x8D\x86,\x8E\x81\x96\xBC,\x93\x64\x98\x62\r\n"
      "C1,\x8E\x52\x93\x63\x91\xBE\x98\x59,090-1234-5678\r\n");
  ASSERT_EQ(done.code, 0) << done.err;
  EXPECT_EQ(boost::json::parse(done.out).at("input").at("encoding").as_string(), "Shift_JIS");
}

TEST_F(AgentProgramTest, RefusesFilesThatCannotBeRead) {
  expect_refused("番号,氏名,電話\nC1,\"山田,090-1234-5678\nC2,鈴木,03-9876-5432\n",
                 "in.csv: line 2: the quote that begins here is never closed");
  expect_refused("番号,氏名\nC1,山田\n", "none of the header's 2 columns is called 電話");
  expect_refused("番号,氏名,電話\nC1,山田\nC2,鈴木\n", "none of its 2 rows can be read");
  expect_refused("", "there is no row with a customer");
  expect_refused("番号,氏名,電話\n", "there is no row with a customer");
  std::string binary =
      "\x7F"
      "ELF";
  for (int i = 0; i < 9000; ++i) binary.push_back(static_cast<char>(i * 7919 % 251));
  expect_refused(binary, "is no text");
  expect_refused("番号,氏名,電話\nC1,\"" + std::string(2U << 20, 'x') + "\",1\n",
                 "line 2: the quote that begins here is not closed within 1048576 bytes");
}

TEST_F(AgentProgramTest, RefusesFingerprintFilesThatAreCutAlteredForeignOrNewer) {
  ASSERT_EQ(fingerprint("番号,氏名,電話\nC1,山田太郎,090-1234-5678\n").code, 0);
  const auto whole = read_file(file("out.hkf")).value();
  const auto refused = [&](ByteView content, const std::string& why) {
    dir_.put("bad.hkf", content);
    const auto done = agent({"verify", file("bad.hkf")});
    EXPECT_EQ(done.code, 3);
    EXPECT_THAT(done.err, HasSubstr(why));
  };
  refused(ByteView(whole).first(whole.size() - 9), "was cut");
  auto altered = whole;
  altered[whole.size() - 9] ^= 1;
  refused(altered, "was altered");
  refused(as_bytes("PK\x03\x04 not ours"), "not a fingerprint file");
  auto newer = whole;
  newer[8] = 2;
  refused(newer, "format version 2; this program reads version 1");
}

TEST_F(AgentProgramTest, AsksNobodyWhereThereIsNoTerminal) {
  identity::ContactRequest request;
  request.incident = "I1";
  request.campaign = "C1";
  request.controller = "callco";
  request.delegation = "own:callco";
  request.epoch = 1;
  request.campaign_key = box_.public_key;
  request.subjects.resize(3);
  dir_.put("R", identity::encode_request(request, sign_));
  const auto enrolment = identity::decode_enrolment(read_file(file("callco.enrol")).value());
  identity::IssuedKey key;
  key.party = key.controller = "callco";
  key.delegation = "own:callco";
  key.epochs.push_back({1, crypto::random_key256(random_)});
  key.tables = identity::tables_digest();
  key.service_sign = sign_.public_key;
  key.service_box = box_.public_key;
  dir_.put("own.hkk", identity::encode_issued_key(key, enrolment.value(), sign_));
  dir_.put("base.csv", as_bytes("番号,氏名\nC1,山田\n"));
  const std::vector<std::string> words{
      "resolve",        "--key",     file("own.hkk"),      "--request", file("R"), "--customers",
      file("base.csv"), "--columns", "番号=ref,氏名=name", "--out",     file("B")};
  const auto asked = agent(words, "yes\n");
  EXPECT_EQ(asked.code, 2) << asked.err;
  EXPECT_THAT(asked.err, HasSubstr("Contacts of 3 customers"));
  EXPECT_THAT(asked.err, HasSubstr("--yes"));
  EXPECT_FALSE(std::filesystem::exists(file("B")));
  auto told = words;
  told.push_back("--yes");
  const auto done = agent(told);
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_TRUE(std::filesystem::exists(file("B")));
}

TEST_F(AgentProgramTest, SaysWhatToSet) {
  environment_.erase(environment_.begin());
  auto done = agent({"status"});
  EXPECT_EQ(done.code, 2);
  EXPECT_THAT(done.err, HasSubstr("HITOKOE_AGENT_PASSPHRASE_FILE"));
  done = agent(
      {"canaries", "--key", "K", "--snapshot", "S", "--count", "9", "--out", "x", "--sealed", "y"});
  EXPECT_EQ(done.code, 2);
  environment_.push_back("HITOKOE_AGENT_PASSPHRASE=wrong");
  EXPECT_EQ(agent({"status"}).code, 3);
  EXPECT_EQ(agent({"fingerprint"}).code, 2);
  EXPECT_EQ(agent({"nothing"}).code, 2);
}

}  // namespace
}  // namespace hitokoe
