#include "service/source_watch.h"

#include <algorithm>

namespace hitokoe::service {

SourceWatch::SourceWatch(Parts parts, std::vector<crawler::Source> sources, Duration every)
    : p_(std::move(parts)), sources_(std::move(sources)), every_(every) {
  for (const auto& source : sources_) {
    gauges_.emplace(
        source.id, Gauges{p_.metrics.gauge("hitokoe_source_lag_seconds",
                                           "How much later than its schedule a source's list is",
                                           {{"source", source.id}}),
                          p_.metrics.gauge("hitokoe_source_paused", "1: a person paused the source",
                                           {{"source", source.id}}),
                          p_.metrics.gauge("hitokoe_source_wrong",
                                           "1: the source is blind, down, failing or behind",
                                           {{"source", source.id}})});
  }
}

Task<Result<void>> SourceWatch::run() {
  for (;;) {
    const auto looked = co_await p_.pool.run([this] { return look(); });
    if (!looked) p_.log.error("sources.look_failed", {{"error", to_string(looked.error().code)}});
    CO_TRYV(co_await p_.sleeper.sleep_for(every_));
  }
}

void SourceWatch::count_accounts(const crawler::Source& source,
                                 const std::vector<crawler::SourceAccount>& accounts) {
  for (std::size_t i = 0; i < crawler::kAccountStates; ++i) {
    const auto state = static_cast<crawler::AccountState>(i);
    const auto count = std::ranges::count_if(
        accounts, [&](const auto& a) { return a.version > 0 && a.state == state; });
    p_.metrics
        .gauge("hitokoe_source_account_state", "Accounts of a source that are in this state",
               {{"source", source.id}, {"state", std::string(crawler::to_string(state))}})
        .set(count);
  }
}

Result<void> SourceWatch::look() {
  TRY(const auto coverage, p_.frontier.coverage());
  TRY(const auto changes, p_.reach.changes(1));
  TRY(const auto paused, p_.control.paused());
  std::vector<crawler::SourceAccount> accounts;
  if (p_.accounts != nullptr) {
    TRY(accounts, p_.accounts->list());
  }
  const auto now = p_.clock.now();
  std::vector<crawler::SourceProblem> problems;
  for (const auto& source : sources_) {
    const auto status = crawler::status_of(source, coverage, changes, paused, now);
    const auto problem = crawler::problem_of(source, status);
    auto& gauges = gauges_.at(source.id);
    gauges.lag.set(std::chrono::duration_cast<std::chrono::seconds>(status.lag).count());
    gauges.paused.set(status.pause ? 1 : 0);
    gauges.wrong.set(problem ? 1 : 0);
    if (problem) problems.push_back(*problem);
    if (!source.login) continue;
    const auto own = crawler::accounts_of(source, accounts);
    count_accounts(source, own);
    for (auto& one : crawler::account_problems(source, own)) {
      // Told once where the source as a whole is down for the same reason.
      if (std::ranges::find(problems, one) == problems.end()) problems.push_back(std::move(one));
    }
  }
  if (p_.gate != nullptr && !p_.gate->open()) problems.push_back({"", "disk_budget"});
  return p_.notices.settle(problems, now);
}

}  // namespace hitokoe::service
