#include "hitokoe/storage/accounts.h"
#include "storage/sql/audit_log.h"
#include "storage/sql/session.h"

namespace hitokoe::storage {
namespace {

using crypto::Digest;
using service::Account;
using service::Token;
using sql::Transaction;

// As stored: the role's name is text.
using AccountRow = std::tuple<std::string, std::string, std::string, std::string, bool, UtcTime>;

Result<Account> account_of(AccountRow row) {
  Account account;
  std::string role;
  std::tie(account.user, role, account.party, account.password_hash, account.disabled,
           account.created) = std::move(row);
  const auto known = registry::role_by_name(role);
  if (!known)
    return fail(Errc::kCorrupt, "an account has a role that this version does not know",
                "この版の知らない役割のアカウントがあります");
  account.role = known.value();
  return account;
}

Error no_such_account() {
  return {Errc::kNotFound, "no such account", "そのようなアカウントはありません"};
}

class SqlAccountStore final : public service::AccountStore {
 public:
  explicit SqlAccountStore(std::shared_ptr<Database> db) : db_(std::move(db)) {}

  Result<void> add(const Account& account, const incident::Draft& event, UtcTime at) override {
    TRY(auto tx, Transaction::write(*db_));
    const auto added = tx.run(
        "INSERT INTO account (user, role, party, password_hash, disabled, created) "
        "VALUES (:user, :role, :party, :password_hash, :disabled, :created)",
        account.user, registry::to_string(account.role), account.party, account.password_hash,
        account.disabled, account.created);
    if (!added && added.error().code == Errc::kConflict) {
      return fail(Errc::kExists, "there is an account of this name",
                  "同じ名前のアカウントがすでにあります");
    }
    TRYV(added);
    TRYV(sql::append_event(tx, event, at));
    return tx.commit();
  }

  Result<void> disable(const std::string& user, const incident::Draft& event, UtcTime at) override {
    TRY(auto tx, Transaction::write(*db_));
    TRY(const auto changed, tx.run("UPDATE account SET disabled = 1 WHERE user = :user", user));
    if (changed == 0) return outcome::failure(no_such_account());
    TRYV(tx.run("DELETE FROM account_token WHERE user = :user", user));
    TRYV(sql::append_event(tx, event, at));
    return tx.commit();
  }

  Result<void> add_token(const Token& token, const incident::Draft& event, UtcTime at) override {
    TRY(auto tx, Transaction::write(*db_));
    // Short-lived ones of logins would pile up otherwise.
    TRYV(tx.run("DELETE FROM account_token WHERE expires < :now", at));
    const auto added = tx.run(
        "INSERT INTO account_token (id, user, mac, created, expires) "
        "VALUES (:id, :user, :mac, :created, :expires)",
        token.id, token.user, token.mac, token.created, token.expires);
    if (!added && added.error().code == Errc::kConflict) {
      return outcome::failure(no_such_account());
    }
    TRYV(added);
    TRYV(sql::append_event(tx, event, at));
    return tx.commit();
  }

  Result<Account> load(const std::string& user) override {
    TRY(auto tx, Transaction::read(*db_));
    TRY(auto row, (tx.row<std::string, std::string, std::string, std::string, bool, UtcTime>(
                      "SELECT user, role, party, password_hash, disabled, created FROM account "
                      "WHERE user = :user",
                      user)));
    if (!row) return outcome::failure(no_such_account());
    return account_of(std::move(*row));
  }

  Result<std::pair<Token, Account>> by_mac(const Digest& mac) override {
    TRY(auto tx, Transaction::read(*db_));
    TRY(auto row,
        (tx.row<std::string, std::string, Digest, UtcTime, std::optional<UtcTime>>(
            "SELECT id, user, mac, created, expires FROM account_token WHERE mac = :mac", mac)));
    if (!row) return fail(Errc::kNotFound, "no such token", "そのようなトークンはありません");
    Token token;
    std::tie(token.id, token.user, token.mac, token.created, token.expires) = std::move(*row);
    TRY(auto of, (tx.row<std::string, std::string, std::string, std::string, bool, UtcTime>(
                     "SELECT user, role, party, password_hash, disabled, created FROM account "
                     "WHERE user = :user",
                     token.user)));
    if (!of) return outcome::failure(no_such_account());
    TRY(auto account, account_of(std::move(*of)));
    return std::pair(std::move(token), std::move(account));
  }

  Result<std::vector<Account>> list() override {
    TRY(auto tx, Transaction::read(*db_));
    TRY(auto rows, (tx.rows<std::string, std::string, std::string, std::string, bool, UtcTime>(
                       "SELECT user, role, party, password_hash, disabled, created FROM account "
                       "ORDER BY user")));
    std::vector<Account> all;
    for (auto& row : rows) {
      TRY(auto account, account_of(std::move(row)));
      all.push_back(std::move(account));
    }
    return all;
  }

 private:
  std::shared_ptr<Database> db_;
};

}  // namespace

std::unique_ptr<service::AccountStore> make_account_store(std::shared_ptr<Database> db) {
  return std::make_unique<SqlAccountStore>(std::move(db));
}

}  // namespace hitokoe::storage
