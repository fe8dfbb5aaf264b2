#include "hitokoe/service/accounts.h"

#include <algorithm>

#include "hitokoe/base/bytes.h"

namespace hitokoe::service {
namespace {

constexpr std::size_t kTokenBytes = 32;
constexpr std::size_t kLeastPassword = 12;
constexpr std::size_t kUserBytes = 63;

bool usable_name(std::string_view name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !name.empty() && name.size() <= kUserBytes && letter(name.front()) &&
         std::all_of(name.begin(), name.end(),
                     [&](char c) { return letter(c) || c == '.' || c == '_' || c == '-'; });
}

Error nobody() {
  return {Errc::kUnauthorized, "not a valid token or password",
          "トークンまたはパスワードが正しくありません"};
}

// What a wrong user's password is compared with, so that the answer takes as long.
constexpr std::string_view kNobodysHash =
    "$argon2id$v=19$m=65536,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

}  // namespace

Result<crypto::Digest> Accounts::mac(std::string_view token) {
  TRY(const auto key, p_.keys.key256(identity::KeyKind::kToken, "service"));
  return crypto::Hmac(key.expose()).mac(as_bytes(token));
}

Result<void> Accounts::add(const NewAccount& account, std::string_view actor) {
  if (!usable_name(account.user)) {
    return fail(Errc::kUsage,
                "a user name has 1 to 63 of a-z, 0-9, '.', '_', '-' and begins with a letter or "
                "digit",
                "利用者名は a-z 0-9 . _ - で 1〜63 文字、先頭は英字または数字");
  }
  if ((account.role == Role::kParty) == account.party.empty()) {
    return fail(Errc::kUsage, "a party belongs to the role 'party', and only to it",
                "事業者を付けるのは役割 party のときだけで、そのときは必須");
  }
  Account row;
  row.user = account.user;
  row.role = account.role;
  row.party = account.party;
  row.created = p_.clock.now();
  if (account.password) {
    const auto size = account.password->expose().size();
    if (size < kLeastPassword || size > kPasswordBytes) {
      return fail(Errc::kUsage, "a password has 12 to 1024 bytes", "パスワードは 12〜1024 バイト");
    }
    row.password_hash = crypto::hash_password(*account.password, p_.cost);
  }
  incident::Draft event{std::string(actor), "account/" + row.user, "account.added",
                        R"({"party":")" + row.party + R"(","role":")" +
                            std::string(registry::to_string(row.role)) + R"("})"};
  return p_.store.add(row, event, row.created);
}

Result<void> Accounts::disable(const std::string& user, std::string_view actor) {
  const incident::Draft event{std::string(actor), "account/" + user, "account.disabled", "{}"};
  return p_.store.disable(user, event, p_.clock.now());
}

Result<SecretText> Accounts::issue_token(const std::string& user, std::string_view actor,
                                         std::optional<Duration> lifetime) {
  TRY(const auto account, p_.store.load(user));
  if (account.disabled)
    return fail(Errc::kForbidden, "this account is disabled", "このアカウントは無効");
  SecretBytes raw{Bytes(kTokenBytes)};
  p_.random.fill(raw.expose());
  SecretText token(std::string(kTokenPrefix) + to_base64url(raw.expose()));
  std::array<std::uint8_t, 6> id;
  p_.random.fill(id);
  Token row;
  row.id = "tok-" + to_hex(id);
  row.user = user;
  row.created = p_.clock.now();
  if (lifetime) row.expires = row.created + *lifetime;
  TRY(row.mac, mac(token.expose()));
  const incident::Draft event{std::string(actor), "account/" + user, "account.token_issued",
                              R"({"token":")" + row.id + R"("})"};
  TRYV(p_.store.add_token(row, event, row.created));
  return token;
}

Result<Viewer> Accounts::by_token(std::string_view token) {
  if (!token.starts_with(kTokenPrefix) || token.size() > 64) return outcome::failure(nobody());
  TRY(const auto wanted, mac(token));
  const auto found = p_.store.by_mac(wanted);
  if (!found && found.error().code != Errc::kNotFound) return outcome::failure(found.error());
  if (!found) return outcome::failure(nobody());
  const auto& [row, account] = found.value();
  // The look-up goes by a MAC that nobody outside can compute, so its time tells nothing; this
  // comparison is what decides.
  if (!crypto::equal_constant_time(row.mac, wanted) || account.disabled ||
      (row.expires && *row.expires <= p_.clock.now())) {
    return outcome::failure(nobody());
  }
  return Viewer(account.user, account.role, account.party);
}

Result<Viewer> Accounts::by_password(const std::string& user, const SecretText& password) {
  if (password.expose().size() > kPasswordBytes || !usable_name(user)) {
    return outcome::failure(nobody());
  }
  const auto account = p_.store.load(user);
  if (!account && account.error().code != Errc::kNotFound) {
    return outcome::failure(account.error());
  }
  const bool has = account && !account.value().password_hash.empty();
  const bool good = crypto::check_password(
      has ? std::string_view(account.value().password_hash) : kNobodysHash, password);
  if (!has || !good || account.value().disabled) return outcome::failure(nobody());
  return Viewer(account.value().user, account.value().role, account.value().party);
}

}  // namespace hitokoe::service
