#include "hitokoe/storage/source_accounts.h"

#include <algorithm>
#include <array>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "hitokoe/base/crypto/sealed.h"
#include "storage/sql/audit_log.h"
#include "storage/sql/session.h"

namespace hitokoe::storage {
namespace {

namespace json = boost::json;
using crawler::AccountSecrets;
using crawler::AccountState;
using crawler::SourceAccount;
using identity::KeyKind;
using sql::Transaction;

Result<void> record(Transaction& tx, const SourceAccount& account, const char* kind,
                    const std::string& by, UtcTime at, const std::string& reason = "") {
  json::object body{{"account", account.name}};
  if (!reason.empty()) body["reason"] = reason;
  TRYV(sql::append_event(tx, {by, "source/" + account.source, kind, json::serialize(body)}, at));
  return ok();
}

Result<void> check_secret(const SecretText& secret, const char* en, const char* ja) {
  const auto& text = secret.expose();
  const bool control = std::ranges::any_of(text, [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) == 0x7f;
  });
  if (!text.empty() && text.size() <= crawler::kLongestAccountSecret && !control) return ok();
  return fail(Errc::kBadInput, std::string(en) + ": 1 to 1000 bytes without control characters",
              std::string(ja) + ": 制御文字を含まない 1〜1000 バイト");
}

Result<void> check_name(const std::string& name) {
  if (crawler::valid_account_name(name)) return ok();
  return fail(Errc::kBadInput, "an account's name: 1 to 64 of a-z, 0-9 and '-', not '-' first",
              "アカウントの名前: a-z 0-9 - で 1〜64 文字。先頭に - は不可");
}

Bytes context_of(const SourceAccount& account, std::string_view what) {
  Bytes out;
  put_string(out, "source account");
  put_string(out, account.source);
  put_string(out, account.name);
  put_string(out, what);
  return out;
}

using Row = std::tuple<std::string, std::string, std::string, std::string, UtcTime, std::uint64_t,
                       std::uint64_t, std::optional<UtcTime>, std::optional<UtcTime>, std::uint64_t,
                       std::uint64_t, std::uint64_t, std::optional<UtcTime>, std::string, UtcTime,
                       std::uint64_t>;

Result<SourceAccount> account_of(Row row) {
  SourceAccount out;
  std::string state;
  std::uint64_t tries = 0;
  std::uint64_t password = 0;
  std::uint64_t browser = 0;
  std::uint64_t cookies = 0;
  std::tie(out.source, out.name, state, out.reason, out.since, tries, out.sign_ins,
           out.last_sign_in, out.next_try, password, browser, cookies, out.cookies_until,
           out.added_by, out.added, out.version) = std::move(row);
  TRY(out.state, crawler::account_state_by_name(state));
  out.tries = static_cast<std::uint32_t>(tries);
  out.has_password = password != 0;
  out.from_browser = browser != 0;
  out.cookies = static_cast<std::uint32_t>(cookies);
  return out;
}

class SqlSourceAccounts final : public crawler::SourceAccounts {
 public:
  SqlSourceAccounts(std::shared_ptr<Database> db, identity::KeyStore& keys, Random& random)
      : db_(std::move(db)), keys_(keys), random_(random) {}

  Result<std::vector<SourceAccount>> list() override { return list_source_accounts(*db_); }

  Result<void> put(const std::string& source, const std::string& name,
                   const AccountSecrets& secrets, const std::string& by, UtcTime at) override {
    TRYV(check_name(name));
    TRYV(check_secret(secrets.username, "the user name", "ユーザー名"));
    TRYV(check_secret(secrets.password, "the password", "パスワード"));
    SourceAccount account;
    account.source = source;
    account.name = name;
    account.since = account.added = at;
    account.added_by = by;
    account.has_password = true;
    return write(account, secrets, SecretText(), "source.account_added", by, at);
  }

  Result<void> put_cookies(const SourceAccount& given, const SecretText& lines,
                           const std::string& by, UtcTime at) override {
    TRYV(check_name(given.name));
    SourceAccount account = given;
    Opened known;
    if (auto opened = open(given.source, given.name)) {
      known = std::move(opened).value();
    } else if (opened.error().code != Errc::kNotFound) {
      return outcome::failure(opened.error());
    }
    account.state = AccountState::kCookies;
    account.reason.clear();
    account.since = account.added = at;
    account.added_by = by;
    account.tries = 0;
    account.next_try.reset();
    account.from_browser = true;
    account.has_password = !known.secrets.password.expose().empty();
    return write(account, known.secrets, lines, "source.account_cookies", by, at);
  }

  Result<bool> remove(const std::string& source, const std::string& name, const std::string& by,
                      UtcTime at) override {
    TRY(const auto key, key_of(source, name));
    if (!key) return false;
    TRYV(keys_.destroy(KeyKind::kSourceAccount, *key));
    TRY(auto tx, Transaction::write(*db_));
    TRY(const auto gone,
        tx.run("DELETE FROM source_account WHERE source = :source AND name = :name", source, name));
    SourceAccount account;
    account.source = source;
    account.name = name;
    TRYV(record(tx, account, "source.account_removed", by, at));
    TRYV(tx.commit());
    return gone > 0;
  }

  Result<Opened> open(const std::string& source, const std::string& name) override {
    std::optional<std::tuple<std::string, Bytes, Bytes, Bytes>> row;
    {
      TRY(auto tx, Transaction::read(*db_));
      TRY(row, (tx.row<std::string, Bytes, Bytes, Bytes>(
                   "SELECT key, username, password, jar FROM source_account WHERE source = :source "
                   "AND name = :name",
                   source, name)));
    }
    if (!row) {
      return fail(
          Errc::kNotFound,
          Words{"no such account: ", "そのようなアカウントはありません: "} + (source + "/" + name));
    }
    const auto& [key_name, username, password, jar] = *row;
    TRY(const auto key, keys_.key256(KeyKind::kSourceAccount, key_name));
    SourceAccount account;
    account.source = source;
    account.name = name;
    Opened out;
    TRY(out.secrets.username, opened(key, account, "username", username));
    TRY(out.secrets.password, opened(key, account, "password", password));
    TRY(out.cookies, opened(key, account, "cookies", jar));
    return out;
  }

  Result<bool> note(const SourceAccount& a, const SecretText* cookies, UtcTime at) override {
    return note_as(a, cookies, at, nullptr);
  }
  Result<bool> note_anew(const SourceAccount& a, const SecretText* cookies, const std::string& by,
                         UtcTime at) override {
    return note_as(a, cookies, at, &by);
  }

 private:
  // `by`: the person on whose behalf; null: none.
  Result<bool> note_as(const SourceAccount& a, const SecretText* cookies, UtcTime at,
                       const std::string* by) {
    std::optional<Bytes> jar;
    if (cookies != nullptr) {
      TRY(const auto key_name, key_of(a.source, a.name));
      if (!key_name) return false;
      TRY(const auto key, keys_.key256(KeyKind::kSourceAccount, *key_name));
      jar = sealed(key, a, "cookies", *cookies);
    }
    TRY(auto tx, Transaction::write(*db_));
    TRY(const auto before,
        (tx.value<std::string>("SELECT state FROM source_account WHERE source = :source AND name = "
                               ":name AND version = :version AND added = :added",
                               a.source, a.name, a.version, a.added)));
    if (!before) return false;
    const std::uint64_t newer = by == nullptr ? 0 : 1;
    TRYV(tx.run(
        "UPDATE source_account SET state = :state, reason = :reason, since = :since, tries = "
        ":tries, sign_ins = :sign_ins, last_sign_in = :last_sign_in, next_try = :next_try, "
        "from_browser = :from_browser, cookies = :cookies, cookies_until = :cookies_until, version "
        "= version + :newer WHERE source = :source AND name = :name",
        crawler::to_string(a.state), a.reason, a.since, static_cast<std::uint64_t>(a.tries),
        a.sign_ins, a.last_sign_in, a.next_try, static_cast<std::uint64_t>(a.from_browser ? 1 : 0),
        static_cast<std::uint64_t>(a.cookies), a.cookies_until, newer, a.source, a.name));
    if (jar) {
      TRYV(tx.run("UPDATE source_account SET jar = :jar WHERE source = :source AND name = :name",
                  *jar, a.source, a.name));
    }
    if (by != nullptr) {
      TRYV(record(tx, a, "source.account_checked", *by, at,
                  a.reason.empty() ? std::string(crawler::to_string(a.state)) : a.reason));
    }
    if (a.state == AccountState::kBanned && *before != crawler::to_string(a.state)) {
      TRYV(record(tx, a, "source.account_banned", "crawler", at, a.reason));
    }
    TRYV(tx.commit());
    return true;
  }

  Result<std::optional<std::string>> key_of(const std::string& source, const std::string& name) {
    TRY(auto tx, Transaction::read(*db_));
    return tx.value<std::string>(
        "SELECT key FROM source_account WHERE source = :source AND name = :name", source, name);
  }

  Bytes sealed(const Key256& key, const SourceAccount& account, std::string_view what,
               const SecretText& plain) {
    return crypto::seal(key, as_bytes(plain.expose()), context_of(account, what), random_);
  }

  static Result<SecretText> opened(const Key256& key, const SourceAccount& account,
                                   std::string_view what, const Bytes& sealed) {
    TRY(auto plain, crypto::open(key, sealed, context_of(account, what)));
    SecretText out{std::string(as_text(plain))};
    wipe_value(plain);
    return out;
  }

  Result<void> write(const SourceAccount& a, const AccountSecrets& secrets, const SecretText& jar,
                     const char* event, const std::string& by, UtcTime at) {
    TRY(const auto known, key_of(a.source, a.name));
    std::string key_name;
    if (known) {
      key_name = *known;
    } else {
      std::array<std::uint8_t, 12> chance{};
      random_.fill(chance);
      key_name = "acc-" + to_hex(chance);
    }
    TRY(const auto key, keys_.key256(KeyKind::kSourceAccount, key_name));
    const auto username = sealed(key, a, "username", secrets.username);
    const auto password = sealed(key, a, "password", secrets.password);
    const auto cookies = sealed(key, a, "cookies", jar);
    TRY(auto tx, Transaction::write(*db_));
    TRYV(tx.run(
        "INSERT INTO source_account (source, name, key, state, reason, since, tries, sign_ins, "
        "last_sign_in, next_try, has_password, from_browser, cookies, cookies_until, added_by, "
        "added, version, username, password, jar) VALUES (:source, :name, :key, :state, '', "
        ":since, "
        "0, 0, NULL, NULL, :has_password, :from_browser, :cookies, :cookies_until, :added_by, "
        ":added, 1, :username, :password, :jar) ON CONFLICT (source, name) DO UPDATE SET state = "
        "excluded.state, reason = '', since = excluded.since, tries = 0, next_try = NULL, "
        "has_password = excluded.has_password, from_browser = excluded.from_browser, cookies = "
        "excluded.cookies, cookies_until = excluded.cookies_until, added_by = excluded.added_by, "
        "added = excluded.added, version = source_account.version + 1, username = "
        "excluded.username, password = "
        "excluded.password, jar = excluded.jar",
        a.source, a.name, key_name, crawler::to_string(a.state), a.since,
        static_cast<std::uint64_t>(a.has_password ? 1 : 0),
        static_cast<std::uint64_t>(a.from_browser ? 1 : 0), static_cast<std::uint64_t>(a.cookies),
        a.cookies_until, a.added_by, a.added, username, password, cookies));
    TRYV(record(tx, a, event, by, at));
    return tx.commit();
  }

  std::shared_ptr<Database> db_;
  identity::KeyStore& keys_;
  Random& random_;
};

}  // namespace

std::unique_ptr<crawler::SourceAccounts> make_source_accounts(std::shared_ptr<Database> db,
                                                              identity::KeyStore& keys,
                                                              Random& random) {
  return std::make_unique<SqlSourceAccounts>(std::move(db), keys, random);
}

Result<std::vector<SourceAccount>> list_source_accounts(Database& db) {
  TRY(auto tx, Transaction::read(db));
  TRY(auto rows,
      (tx.rows<std::string, std::string, std::string, std::string, UtcTime, std::uint64_t,
               std::uint64_t, std::optional<UtcTime>, std::optional<UtcTime>, std::uint64_t,
               std::uint64_t, std::uint64_t, std::optional<UtcTime>, std::string, UtcTime,
               std::uint64_t>(
          "SELECT source, name, state, reason, since, tries, sign_ins, last_sign_in, next_try, "
          "has_password, from_browser, cookies, cookies_until, added_by, added, version FROM "
          "source_account ORDER BY source, name")));
  std::vector<SourceAccount> out;
  out.reserve(rows.size());
  for (auto& row : rows) {
    TRY(auto account, account_of(std::move(row)));
    out.push_back(std::move(account));
  }
  return out;
}

}  // namespace hitokoe::storage
