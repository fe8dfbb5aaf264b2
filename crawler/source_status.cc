#include "hitokoe/crawler/source_status.h"

#include <algorithm>

#include "crawler/adapters/adapter.h"
#include "hitokoe/crawler/reasons.h"

namespace hitokoe::crawler {

namespace {

constexpr auto kLongestWait = std::chrono::hours(1);
constexpr Duration kLeastLag = std::chrono::minutes(15);

bool is_behind(const Source& source, const SourceStatus& status, UtcTime now) {
  const auto& due = status.coverage.oldest_due;
  return status.lag > std::max(source.schedule, kLeastLag) || (due && now - *due > kLongestWait);
}

SourceState state_of(const Source& source, const SourceStatus& status, UtcTime now) {
  const bool lists = source.adapter->lists();
  const auto& reason = status.coverage.last_reason;
  if (status.pause) return SourceState::kPaused;
  if (is_blind(reason)) return SourceState::kBlind;
  if (status.reach && !status.reach->up) return SourceState::kDown;
  // A list that was cut or too long was read; the remark stays beside the state.
  const bool read = reason.empty() || reason == "list_cut" || reason == "list_too_long";
  if (lists && !read) return SourceState::kFailing;
  if (lists && !status.coverage.last_success) return SourceState::kNew;
  return is_behind(source, status, now) ? SourceState::kBehind : SourceState::kOk;
}

}  // namespace

std::string_view to_string(SourceState state) {
  switch (state) {
    case SourceState::kOk:
      return "ok";
    case SourceState::kNew:
      return "new";
    case SourceState::kPaused:
      return "paused";
    case SourceState::kBlind:
      return "blind";
    case SourceState::kDown:
      return "down";
    case SourceState::kFailing:
      return "failing";
    case SourceState::kBehind:
      return "behind";
  }
  return "";
}

SourceStatus status_of(const Source& source, const std::vector<Frontier::Coverage>& coverage,
                       const std::vector<ReachChange>& changes,
                       const std::vector<SourcePause>& paused, UtcTime now) {
  SourceStatus out;
  out.coverage.source = source.id;
  if (const auto at = std::ranges::find(coverage, source.id, &Frontier::Coverage::source);
      at != coverage.end())
    out.coverage = *at;
  if (const auto at = std::ranges::find(changes, source.id, &ReachChange::source);
      at != changes.end())
    out.reach = *at;
  if (const auto at = std::ranges::find(paused, source.id, &SourcePause::source);
      at != paused.end())
    out.pause = *at;
  if (!out.pause && source.adapter->lists() && out.coverage.last_success)
    out.lag = std::max<Duration>(now - *out.coverage.last_success - source.schedule, Duration{});
  out.state = state_of(source, out, now);
  out.reason = out.state == SourceState::kDown ? out.reach->reason : out.coverage.last_reason;
  return out;
}

std::vector<SourceAccount> accounts_of(const Source& source,
                                       const std::vector<SourceAccount>& all) {
  std::vector<SourceAccount> out;
  out.reserve(source.accounts.size());
  for (const auto& name : source.accounts) {
    const auto at = std::ranges::find_if(all, [&](const SourceAccount& account) {
      return account.source == source.id && account.name == name;
    });
    if (at != all.end()) {
      out.push_back(*at);
      continue;
    }
    SourceAccount missing;
    missing.source = source.id;
    missing.name = name;
    out.push_back(std::move(missing));
  }
  return out;
}

std::vector<SourceProblem> account_problems(const Source& source,
                                            const std::vector<SourceAccount>& accounts) {
  constexpr std::uint32_t kWorthTelling = 3;
  std::vector<SourceProblem> out;
  const auto tell = [&](const char* what, auto is) {
    if (std::ranges::any_of(accounts, is)) out.push_back({source.id, what});
  };
  tell("account_banned", [](const auto& a) { return a.state == AccountState::kBanned; });
  tell("account_expired", [](const auto& a) { return a.state == AccountState::kExpired; });
  tell("login_refused", [](const auto& a) { return a.state == AccountState::kRefused; });
  tell("login_failed",
       [](const auto& a) { return a.state == AccountState::kFailed && a.tries >= kWorthTelling; });
  return out;
}

std::optional<SourceProblem> problem_of(const Source& source, const SourceStatus& status) {
  switch (status.state) {
    case SourceState::kOk:
    case SourceState::kNew:
    case SourceState::kPaused:
      return std::nullopt;
    case SourceState::kBehind:
      return SourceProblem{source.id, "behind"};
    case SourceState::kBlind:
    case SourceState::kDown:
    case SourceState::kFailing:
      break;
  }
  return SourceProblem{source.id, status.reason.empty() ? "connect" : status.reason};
}

}  // namespace hitokoe::crawler
