// Decoy rows: what the delegator's agent makes.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "hitokoe/base/file.h"
#include "hitokoe/base/simulated_clock.h"
#include "hitokoe/identity/agent.h"
#include "hitokoe/identity/canary_list.h"
#include "tests/scratch_folder.h"

namespace hitokoe::identity {
namespace {

constexpr crypto::Argon2Cost kCheap{1, 64U << 10};

TEST(CanaryListId, NamesTheHandover) {
  EXPECT_EQ(canary_list_id("S1", 2), "canaries:S1:2");
  EXPECT_EQ(canary_handover("canaries:S1:2"), "S1");
  EXPECT_FALSE(canary_handover("S1"));
  EXPECT_FALSE(canary_handover("canaries-S1"));
}

class CanaryTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(Agent::init(home(), "kou", SecretText("agent"), clock_, random_, kCheap));
    IssuedKey key;
    key.party = key.controller = "kou";
    key.delegation = "own:kou";
    key.delegation_key = crypto::random_key128(random_);
    key.epochs.push_back({1, crypto::random_key256(random_)});
    key.tables = tables_digest();
    key.items = {FieldId::kRef,     FieldId::kName,      FieldId::kKana,
                 FieldId::kPhone,   FieldId::kEmail,     FieldId::kPostal,
                 FieldId::kAddress, FieldId::kBirthdate, FieldId::kPlan};
    key.service_sign = service_sign_.public_key;
    key.service_box = service_box_.public_key;
    const auto enrolment = agent().status().value().enrolment;
    dir_.put("K.hkk", encode_issued_key(key, enrolment, service_sign_));
  }
  std::filesystem::path home() const { return dir_ / "home"; }
  Agent agent() { return Agent::open(home(), SecretText("agent"), clock_, random_).value(); }
  CanaryJob job(std::uint64_t count = 20) {
    CanaryJob j;
    j.key = dir_ / "K.hkk";
    j.snapshot = "S1";
    j.count = count;
    j.out = dir_ / "rows.csv";
    j.sealed = dir_ / "list";
    return j;
  }
  std::vector<std::string> lines() {
    const auto bytes = read_file(dir_ / "rows.csv", 1U << 20).value();
    std::vector<std::string> out(1);
    for (const auto b : bytes) {
      if (b == '\n') {
        out.emplace_back();
      } else if (b != '\r') {
        out.back() += static_cast<char>(b);
      }
    }
    out.pop_back();
    return out;
  }
  std::vector<HkfRecord> records() {
    std::vector<HkfRecord> out;
    const auto read =
        read_hkf(dir_ / "list", service_box_, [&](const HkfRecord& r) -> Result<void> {
          out.push_back(r);
          return ok();
        });
    EXPECT_TRUE(read);
    return out;
  }

  ScratchFolder dir_;
  SimulatedClock clock_{parse_utc("2026-06-30T16:00:00Z").value()};
  SeededRandom random_{7};
  crypto::SignKeyPair service_sign_ = crypto::make_sign_keys(random_);
  crypto::BoxKeyPair service_box_ = crypto::make_box_keys(random_);
};

TEST_F(CanaryTest, MakesRowsAndTheirSealedList) {
  const auto r = agent().canaries(job());
  ASSERT_TRUE(r) << r.error().detail;
  EXPECT_TRUE(r.value().default_rules);
  EXPECT_EQ(r.value().header.snapshot, "canaries:S1:1");
  EXPECT_EQ(r.value().header.party, "kou");
  EXPECT_EQ(r.value().header.records, 20U);
  EXPECT_EQ(lines().size(), 21U);
  const auto list = records();
  ASSERT_EQ(list.size(), 20U);
  for (const auto& record : list) {
    EXPECT_TRUE(record.has_ref);
    EXPECT_GE(record.keys.size(), 4U) << "number, telephone, mail and what links them";
  }
}

TEST_F(CanaryTest, MakesOthersEveryTime) {
  ASSERT_TRUE(agent().canaries(job()));
  const auto first = lines();
  const auto again = agent().canaries(job());
  ASSERT_TRUE(again);
  EXPECT_EQ(again.value().header.snapshot, "canaries:S1:2");
  const std::set<std::string> before(first.begin() + 1, first.end());
  const auto second = lines();
  EXPECT_TRUE(std::none_of(second.begin() + 1, second.end(),
                           [&](const auto& line) { return before.contains(line); }));
}

TEST_F(CanaryTest, FollowsColumnsRangesAndDomains) {
  auto j = job(50);
  j.columns = ColumnMap::parse("番号=ref,電話=phone,メール=email,プラン=plan").value();
  j.rules.refs = {"K88#####"};
  j.rules.phones = {"050-9999-####"};
  j.rules.domains = {"mail.kou.example"};
  j.rules.values[FieldId::kPlan] = {"Sプラン"};
  const auto r = agent().canaries(j);
  ASSERT_TRUE(r) << r.error().detail;
  EXPECT_FALSE(r.value().default_rules);
  const auto rows = lines();
  EXPECT_EQ(rows[0], "番号,電話,メール,プラン");
  for (std::size_t i = 1; i < rows.size(); ++i) {
    EXPECT_TRUE(rows[i].starts_with("K88")) << i;
    EXPECT_NE(rows[i].find(",050-9999-"), std::string::npos) << i;
    EXPECT_TRUE(rows[i].ends_with("@mail.kou.example,Sプラン")) << i;
  }
}

TEST_F(CanaryTest, RefusesWhatGivesNoValidOrTooFewValues) {
  const auto refused = [&](const CanaryJob& j, Errc code) {
    const auto r = agent().canaries(j);
    ASSERT_FALSE(r);
    EXPECT_EQ(r.error().code, code) << r.error().detail;
    EXPECT_FALSE(std::filesystem::exists(j.out));
    EXPECT_FALSE(std::filesystem::exists(j.sealed));
  };
  auto j = job();
  j.rules.phones = {"12-##"};
  refused(j, Errc::kUsage);
  j = job();
  j.rules.domains = {"nothing"};
  refused(j, Errc::kUsage);
  j = job();
  j.columns = ColumnMap::parse("番号=ref,プラン=plan").value();
  refused(j, Errc::kUsage);
  j = job(100);
  j.rules.refs = {"K88###"};
  refused(j, Errc::kLimit);
  refused(job(0), Errc::kUsage);
}

}  // namespace
}  // namespace hitokoe::identity
