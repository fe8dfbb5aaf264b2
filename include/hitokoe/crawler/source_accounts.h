// Accounts (監視用アカウント) with which sources are signed in to: what they are, how they are
// doing, their secrets and their cookies. Not people's accounts of this service: those are
// service/account.h.
//
// Names, passwords and cookies are sealed at rest with a key of the account's own, which is
// destroyed when the account is removed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/base/result.h"
#include "hitokoe/base/secret.h"
#include "hitokoe/base/time.h"

namespace hitokoe::crawler {

// kNew: never tried. kCookies: not tried since cookies of a browser were taken. kSignedIn: the last
// answer was that of somebody signed in. kExpired: the session is over and there is no password to
// begin another. kFailed: signing in did not work, tried again at `next_try`. kRefused: the site
// does not take the name or the password; not tried again by itself. kBanned: shut out by the site.
enum class AccountState { kNew, kCookies, kSignedIn, kExpired, kFailed, kRefused, kBanned };
constexpr std::size_t kAccountStates = 7;
std::string_view to_string(AccountState state);  // "new", "cookies", "signed_in", "expired", …
Result<AccountState> account_state_by_name(std::string_view name);  // kCorrupt
Words in_words(AccountState state);
// Whether an attempt may be made with it, `next_try` apart.
bool is_usable(AccountState state);

struct SourceAccount {
  std::string source;
  std::string name;  // [a-z0-9][a-z0-9-]{0,63}; of our own choice, not the site's user name
  AccountState state = AccountState::kNew;
  std::string reason;       // stable name (reasons.h); why it is in this state
  UtcTime since{};          // of the state
  std::uint32_t tries = 0;  // that failed, one after the other
  std::uint64_t sign_ins = 0;
  std::optional<UtcTime> last_sign_in;
  std::optional<UtcTime> next_try;
  bool has_password = false;
  bool from_browser = false;  // its cookies were imported
  std::uint32_t cookies = 0;
  std::optional<UtcTime> cookies_until;  // when the first of them ends
  std::string added_by;
  UtcTime added{};
  // Grows with every change by a person; note() tells by it, and by `added`, that somebody was
  // faster. One that was removed and added again begins anew.
  std::uint64_t version = 0;

  friend bool operator==(const SourceAccount&, const SourceAccount&) = default;
};

constexpr std::size_t kLongestAccountSecret = 1000;  // bytes, of a user name or a password

struct AccountSecrets {
  SecretText username;
  SecretText password;
};

bool valid_account_name(std::string_view name);

// Port; the implementation is storage/sql. Every change by a person is one transaction with its
// event ("source.account_added", "source.account_cookies", "source.account_checked",
// "source.account_removed"), and so is a ban ("source.account_banned").
class SourceAccounts {
 public:
  virtual ~SourceAccounts() = default;
  virtual Result<std::vector<SourceAccount>> list() = 0;  // sorted by source and name
  // New, or another user name and password for the one that is there: its cookies go, and its state
  // begins anew. kBadInput: a bad name; a secret that is empty, too long or has control characters.
  virtual Result<void> put(const std::string& source, const std::string& name,
                           const AccountSecrets& secrets, const std::string& by, UtcTime at) = 0;
  // Cookies of a browser in place of those that are there (net/cookies.h); an account that is not
  // there is made, without a password.
  virtual Result<void> put_cookies(const SourceAccount& account, const SecretText& lines,
                                   const std::string& by, UtcTime at) = 0;
  // False: there is none. Its key is destroyed first.
  virtual Result<bool> remove(const std::string& source, const std::string& name,
                              const std::string& by, UtcTime at) = 0;
  // kNotFound. `cookies` may be empty.
  struct Opened {
    AccountSecrets secrets;  // empty where it has no password
    SecretText cookies;
  };
  virtual Result<Opened> open(const std::string& source, const std::string& name) = 0;
  // How it is doing now, and its cookies, where they are given. False, and nothing is written,
  // where a person changed it meanwhile or it is gone.
  virtual Result<bool> note(const SourceAccount& account, const SecretText* cookies,
                            UtcTime at) = 0;
  // The same on behalf of a person: its version grows, so that a crawler that runs takes it as it
  // is now.
  virtual Result<bool> note_anew(const SourceAccount& account, const SecretText* cookies,
                                 const std::string& by, UtcTime at) = 0;
};

}  // namespace hitokoe::crawler
