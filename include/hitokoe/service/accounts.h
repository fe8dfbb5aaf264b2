// What is done with accounts: make, disable, give tokens, and find out who asks.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/base/crypto/sealed.h"
#include "hitokoe/base/random.h"
#include "hitokoe/base/secret.h"
#include "hitokoe/identity/key_store.h"
#include "hitokoe/service/account.h"

namespace hitokoe::service {

inline constexpr std::string_view kTokenPrefix = "hk_";  // and 43 characters of base64url
inline constexpr std::size_t kPasswordBytes = 1024;      // at most; at least 12

struct NewAccount {
  std::string user;
  Role role = Role::kAuditor;
  std::string party;                   // needed for kParty, forbidden otherwise
  std::optional<SecretText> password;  // none: tokens only
};

// Thread-safe as far as its parts are. check_password costs about 0.1 s and 64 MiB, also for users
// that do not exist; the others are a query.
class Accounts {
 public:
  struct Parts {
    AccountStore& store;
    identity::KeyStore& keys;
    const Clock& clock;
    Random& random;
    crypto::Argon2Cost cost{};
  };
  explicit Accounts(Parts parts) : p_(parts) {}

  // `actor` as in incident::Event. kUsage: a name, role, party or password that cannot be.
  // kExists.
  Result<void> add(const NewAccount& account, std::string_view actor);
  Result<void> disable(const std::string& user, std::string_view actor);  // kNotFound
  // The token, which is shown once and never again. kNotFound; kForbidden: disabled.
  Result<SecretText> issue_token(const std::string& user, std::string_view actor,
                                 std::optional<Duration> lifetime = std::nullopt);
  Result<std::vector<Account>> list() { return p_.store.list(); }

  // kUnauthorized, whatever is wrong: unknown, expired, disabled.
  Result<Viewer> by_token(std::string_view token);
  Result<Viewer> by_password(const std::string& user, const SecretText& password);

 private:
  Result<crypto::Digest> mac(std::string_view token);

  Parts p_;
};

}  // namespace hitokoe::service
