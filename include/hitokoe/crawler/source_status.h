// How a source is doing, worked out from what the crawler keeps: for people, the API and alerts.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/crawler/frontier.h"
#include "hitokoe/crawler/reach.h"
#include "hitokoe/crawler/source.h"
#include "hitokoe/crawler/source_accounts.h"
#include "hitokoe/crawler/source_control.h"

namespace hitokoe::crawler {

// kPaused by a person. kBlind: its list answers, but cannot be read. kDown: an overlay source that
// could not be reached. kFailing: the list could not be fetched the last time. kBehind: read, but
// later than it should be, or items wait for more than an hour. kNew: its list was never read.
enum class SourceState { kOk, kNew, kPaused, kBlind, kDown, kFailing, kBehind };
std::string_view to_string(SourceState state);  // "ok", "new", "paused", "blind", "down", …

struct SourceStatus {
  SourceState state = SourceState::kNew;
  std::string reason;  // stable name, of kBlind, kDown, kFailing and of an ok list's remark
  // How much later than its schedule the list is; zero where it is in time, has no list, or is
  // paused. Counted from the last success; zero
  // where there was none yet.
  Duration lag{};
  Frontier::Coverage coverage;
  std::optional<ReachChange> reach;  // the last change, of a source on an overlay network
  std::optional<SourcePause> pause;
  // In the order of the configuration; one that is not in the store yet has version 0.
  std::vector<SourceAccount> accounts;
};

// `coverage`, `changes` (the newest of each source first) and `paused` are those of all sources.
// Behind is: later than two schedules and at least 15 minutes.
SourceStatus status_of(const Source& source, const std::vector<Frontier::Coverage>& coverage,
                       const std::vector<ReachChange>& changes,
                       const std::vector<SourcePause>& paused, UtcTime now);

// Its configured accounts, out of those of all sources.
std::vector<SourceAccount> accounts_of(const Source& source, const std::vector<SourceAccount>& all);

// What is to be told of its accounts, once each: "account_banned", "account_expired",
// "login_refused", "login_failed" (three times in a row).
std::vector<SourceProblem> account_problems(const Source& source,
                                            const std::vector<SourceAccount>& accounts);

// What is to be told of it: nothing where it is ok, new or paused.
std::optional<SourceProblem> problem_of(const Source& source, const SourceStatus& status);

}  // namespace hitokoe::crawler
