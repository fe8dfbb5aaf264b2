#include "hitokoe/service/accounts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hitokoe/base/simulated_clock.h"
#include "hitokoe/storage/accounts.h"
#include "service/failure_limiter.h"
#include "tests/database_under_test.h"
#include "tests/scratch_folder.h"

namespace hitokoe::service {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

// Argon2id at its least cost: the tests are about what is compared, not about how slowly.
constexpr crypto::Argon2Cost kCheap{.ops = 1, .memory_bytes = 8192};

class AccountsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const SecretText passphrase(std::string("correct horse battery"));
    ASSERT_TRUE(identity::KeyStore::init(data_.path(), passphrase, clock_, random_, kCheap));
    auto keys = identity::KeyStore::open(data_.path(), passphrase, clock_, random_);
    ASSERT_TRUE(keys);
    keys_.emplace(std::move(keys.value()));
    auto db = testing::open_own_database();
    ASSERT_TRUE(db);
    db_ = db.value();
    store_ = storage::make_account_store(db_);
    log_ = storage::make_audit_log(db_);
    accounts_.emplace(Accounts::Parts{*store_, *keys_, clock_, random_, kCheap});
  }

  Result<void> add(const std::string& user, Role role, const std::string& party = {},
                   std::string_view password = {}) {
    NewAccount account{user, role, party, std::nullopt};
    if (!password.empty()) account.password.emplace(std::string(password));
    return accounts_->add(account, "local:root");
  }

  SimulatedClock clock_{parse_utc("2026-11-25T00:00:00Z").value()};
  SystemRandom random_;
  ScratchFolder data_;
  std::optional<identity::KeyStore> keys_;
  std::shared_ptr<storage::Database> db_;
  std::unique_ptr<AccountStore> store_;
  std::unique_ptr<incident::AuditLog> log_;
  std::optional<Accounts> accounts_;
};

TEST_F(AccountsTest, ATokenTellsWhoAsksForWhichParty) {
  ASSERT_TRUE(add("sato", Role::kParty, "kou"));
  const auto token = accounts_->issue_token("sato", "local:root");
  ASSERT_TRUE(token);
  EXPECT_TRUE(token.value().expose().starts_with("hk_"));
  EXPECT_EQ(token.value().expose().size(), 3U + 43U);
  const auto viewer = accounts_->by_token(token.value().expose());
  ASSERT_TRUE(viewer);
  EXPECT_EQ(viewer.value().user(), "sato");
  EXPECT_EQ(viewer.value().role(), Role::kParty);
  EXPECT_EQ(viewer.value().party(), "kou");
}

TEST_F(AccountsTest, RefusesEveryTokenThatDiffersInOneCharacter) {
  ASSERT_TRUE(add("sato", Role::kAuditor));
  const std::string token = accounts_->issue_token("sato", "x").value().expose();
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string other = token;
    other[i] = other[i] == 'A' ? 'B' : 'A';
    const auto viewer = accounts_->by_token(other);
    ASSERT_FALSE(viewer) << i;
    EXPECT_EQ(viewer.error().code, Errc::kUnauthorized);
  }
  for (const std::string& other : {std::string(), token + "A", token.substr(1), std::string("hk_"),
                                   std::string(10'000, 'h')}) {
    EXPECT_FALSE(accounts_->by_token(other));
  }
}

TEST_F(AccountsTest, ADisabledAccountHasNoTokensAndNoPassword) {
  ASSERT_TRUE(add("sato", Role::kAuditor, "", "a long password"));
  const auto token = accounts_->issue_token("sato", "x");
  ASSERT_TRUE(accounts_->disable("sato", "local:root"));
  EXPECT_FALSE(accounts_->by_token(token.value().expose()));
  EXPECT_FALSE(accounts_->by_password("sato", SecretText(std::string("a long password"))));
  EXPECT_EQ(accounts_->issue_token("sato", "x").error().code, Errc::kForbidden);
  EXPECT_TRUE(accounts_->list().value().at(0).disabled);
}

TEST_F(AccountsTest, ATokenWithALifetimeEnds) {
  ASSERT_TRUE(add("sato", Role::kAuditor));
  const auto token = accounts_->issue_token("sato", "x", minutes(5));
  clock_.advance(minutes(5) - seconds(1));
  EXPECT_TRUE(accounts_->by_token(token.value().expose()));
  clock_.advance(seconds(1));
  EXPECT_FALSE(accounts_->by_token(token.value().expose()));
}

TEST_F(AccountsTest, ChecksPasswordsAndTellsNobodyWhatWasWrong) {
  ASSERT_TRUE(add("sato", Role::kCoordinator, "", "a long password"));
  ASSERT_TRUE(add("tokens-only", Role::kAuditor));
  EXPECT_EQ(
      accounts_->by_password("sato", SecretText(std::string("a long password"))).value().user(),
      "sato");
  const auto wrong = accounts_->by_password("sato", SecretText(std::string("a long passwort")));
  const auto unknown = accounts_->by_password("suzuki", SecretText(std::string("a long password")));
  const auto without = accounts_->by_password("tokens-only", SecretText(std::string()));
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error(), unknown.error());
  EXPECT_EQ(wrong.error(), without.error());
}

TEST_F(AccountsTest, RefusesAccountsThatCannotBe) {
  for (const std::string& user :
       std::vector<std::string>{"", "Sato", "a b", "-a", "sätö", "a/b", std::string(64, 'a')}) {
    EXPECT_EQ(add(user, Role::kAuditor).error().code, Errc::kUsage) << user;
  }
  EXPECT_EQ(add("a", Role::kParty).error().code, Errc::kUsage) << "a party's person has a party";
  EXPECT_EQ(add("a", Role::kAuditor, "kou").error().code, Errc::kUsage);
  EXPECT_EQ(add("a", Role::kAuditor, "", "short").error().code, Errc::kUsage);
  EXPECT_EQ(add("a", Role::kAuditor, "", std::string(1025, 'x')).error().code, Errc::kUsage);
  EXPECT_TRUE(accounts_->list().value().empty());
  ASSERT_TRUE(add("a", Role::kAuditor));
  EXPECT_EQ(add("a", Role::kAuditor).error().code, Errc::kExists);
  EXPECT_EQ(accounts_->disable("nobody", "x").error().code, Errc::kNotFound);
  EXPECT_EQ(accounts_->issue_token("nobody", "x").error().code, Errc::kNotFound);
}

TEST_F(AccountsTest, EveryChangeIsAnEventWithoutSecrets) {
  ASSERT_TRUE(add("sato", Role::kParty, "kou", "a long password"));
  const auto token = accounts_->issue_token("sato", "local:root");
  EXPECT_FALSE(add("sato", Role::kParty, "kou"));
  ASSERT_TRUE(accounts_->disable("sato", "local:root"));
  const auto events = log_->read("account/sato");
  ASSERT_TRUE(events);
  std::vector<std::string> kinds;
  for (const auto& e : events.value()) {
    kinds.push_back(e.kind);
    EXPECT_EQ(e.actor, "local:root");
    EXPECT_EQ(e.body.find(token.value().expose()), std::string::npos);
    EXPECT_EQ(e.body.find("argon2"), std::string::npos);
  }
  EXPECT_THAT(kinds,
              ::testing::ElementsAre("account.added", "account.token_issued", "account.disabled"));
}

TEST(FailureLimiterTest, MakesAnAddressWaitAfterItsFailuresAndOnlyThat) {
  SimulatedClock clock{UtcTime{}};
  FailureLimiter limiter(clock, {.failures = 3, .window = minutes(1), .addresses = 10});
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(limiter.wait("a"), Duration(0));
    limiter.failed("a");
  }
  EXPECT_EQ(limiter.wait("a"), minutes(1));
  EXPECT_EQ(limiter.wait("b"), Duration(0));
  clock.advance(seconds(59));
  EXPECT_EQ(limiter.wait("a"), seconds(1));
  clock.advance(seconds(1));
  EXPECT_EQ(limiter.wait("a"), Duration(0));
}

TEST(FailureLimiterTest, RemembersABoundedNumberOfAddresses) {
  SimulatedClock clock{UtcTime{}};
  FailureLimiter limiter(clock, {.failures = 1, .window = minutes(1), .addresses = 3});
  for (const std::string address : {"a", "b", "c", "d"}) {
    limiter.failed(address);
    clock.advance(seconds(1));
  }
  EXPECT_EQ(limiter.wait("a"), Duration(0)) << "the oldest is forgotten";
  EXPECT_GT(limiter.wait("b"), Duration(0));
  EXPECT_GT(limiter.wait("d"), Duration(0));
}

}  // namespace
}  // namespace hitokoe::service
