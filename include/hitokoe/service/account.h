// Accounts of the service: who may look, as which role, for which party. Passwords are kept as
// Argon2id, API tokens as HMAC-SHA-256 under the service's token key: a stolen database logs nobody
// in. Every change is an event of the audit log, in the same transaction.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/base/crypto/digest.h"
#include "hitokoe/base/time.h"
#include "hitokoe/incident/audit.h"
#include "hitokoe/registry/viewer.h"

namespace hitokoe::service {

using registry::Role;
using registry::Viewer;

struct Account {
  std::string user;  // [a-z0-9][a-z0-9._-]{0,62}: what is typed to log in, and the actor in events
  Role role = Role::kAuditor;
  std::string party;          // of kParty only
  std::string password_hash;  // PHC string; empty: tokens only
  bool disabled = false;
  UtcTime created{};
};

struct Token {
  std::string id;  // "tok-" and 12 hex digits: names the token, opens nothing
  std::string user;
  crypto::Digest mac{};  // HMAC-SHA-256 of the token
  UtcTime created{};
  std::optional<UtcTime> expires;
};

// Port. Implementation: storage/sql.
class AccountStore {
 public:
  virtual ~AccountStore() = default;
  virtual Result<void> add(const Account& account, const incident::Draft& event, UtcTime at) = 0;
  // kExists: add. kNotFound: the others.
  virtual Result<void> disable(const std::string& user, const incident::Draft& event,
                               UtcTime at) = 0;  // and forgets the account's tokens
  virtual Result<void> add_token(const Token& token, const incident::Draft& event, UtcTime at) = 0;
  virtual Result<Account> load(const std::string& user) = 0;
  // The token with this MAC and its account. kNotFound.
  virtual Result<std::pair<Token, Account>> by_mac(const crypto::Digest& mac) = 0;
  virtual Result<std::vector<Account>> list() = 0;
};

}  // namespace hitokoe::service
