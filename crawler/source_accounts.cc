#include "hitokoe/crawler/source_accounts.h"

#include <algorithm>
#include <array>

namespace hitokoe::crawler {

namespace {

struct Meaning {
  AccountState state;
  std::string_view name, en, ja;
};

constexpr std::array<Meaning, kAccountStates> kStates = {{
    {AccountState::kNew, "new", "never tried", "未使用"},
    {AccountState::kCookies, "cookies", "cookies of a browser, not tried yet",
     "ブラウザの Cookie、未使用"},
    {AccountState::kSignedIn, "signed_in", "signed in", "ログイン中"},
    {AccountState::kExpired, "expired", "session over, no password", "期限切れ（パスワードなし）"},
    {AccountState::kFailed, "failed", "signing in failed", "ログイン失敗"},
    {AccountState::kRefused, "refused", "name or password refused", "ログイン拒否"},
    {AccountState::kBanned, "banned", "BANNED", "利用停止（BAN）"},
}};

const Meaning& meaning_of(AccountState state) {
  return *std::ranges::find(kStates, state, &Meaning::state);
}

}  // namespace

std::string_view to_string(AccountState state) { return meaning_of(state).name; }

Result<AccountState> account_state_by_name(std::string_view name) {
  const auto* at = std::ranges::find(kStates, name, &Meaning::name);
  if (at != kStates.end()) return at->state;
  return fail(Errc::kCorrupt, "an account's state that this version does not know",
              "この版の知らないアカウントの状態です");
}

Words in_words(AccountState state) {
  const auto& meaning = meaning_of(state);
  return {std::string(meaning.en), std::string(meaning.ja)};
}

bool is_usable(AccountState state) {
  return state != AccountState::kExpired && state != AccountState::kRefused &&
         state != AccountState::kBanned;
}

bool valid_account_name(std::string_view name) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !name.empty() && name.size() <= 64 && plain(name.front()) &&
         std::ranges::all_of(name, [&](char c) { return plain(c) || c == '-'; });
}

}  // namespace hitokoe::crawler
