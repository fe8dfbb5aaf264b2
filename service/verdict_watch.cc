#include "service/verdict_watch.h"

#include <algorithm>
#include <set>

namespace hitokoe::service {
namespace {

using incident::DueState;
using incident::DueVerdict;

constexpr auto kPoll = std::chrono::seconds(1);
constexpr auto kDue = "hitokoe_verdicts_due";
constexpr auto kDueHelp = "Verdicts over all captures of an incident that are owed since a move";

registry::Viewer everything() { return {"service", registry::Role::kCoordinator, ""}; }

}  // namespace

VerdictWatch::VerdictWatch(Parts parts, double naming_threshold, Duration every)
    : p_(std::move(parts)),
      threshold_(naming_threshold),
      every_(every),
      judged_(p_.metrics.counter("hitokoe_verdicts_after_moves_total",
                                 "Verdicts over all captures of an incident that were made again "
                                 "after it was merged, parted or split")),
      waiting_(p_.metrics.gauge(kDue, kDueHelp, {{"state", "waiting"}})),
      failed_(p_.metrics.gauge(kDue, kDueHelp, {{"state", "failed"}})) {}

Task<Result<void>> VerdictWatch::run() {
  for (;;) {
    const auto done = co_await p_.pool.run([this] { return round(); });
    if (!done) {
      p_.log.error("verdict.failed", {{"error", to_string(done.error().code)}});
    }
    CO_TRYV(co_await p_.sleeper.sleep_for(std::min<Duration>(kPoll, every_)));
  }
}

Result<void> VerdictWatch::round() {
  if (!lock_) {
    auto lock = RoleLock::take(p_.data, std::string(kVerdictLock));
    if (!lock && lock.error().code == Errc::kConflict) return ok();
    TRY(lock_, std::move(lock));
  }
  TRYV(work());
  const auto now = p_.judge.incidents.clock.steady();
  if (looked_ && now - *looked_ < every_) return ok();
  looked_ = now;
  TRYV(look());
  return ok();
}

bool VerdictWatch::ready(const DueVerdict& due) const {
  if (due.state == DueState::kFailed) return false;
  if (due.state == DueState::kJudging || !due.tried) return true;
  constexpr std::uint32_t kDoublings = 20;
  const auto doublings = std::min(due.tries, kDoublings);
  const auto pause = std::min<Duration>(
      every_, std::chrono::seconds(std::int64_t{1} << (doublings == 0 ? 0 : doublings - 1)));
  return p_.judge.incidents.clock.now() >= *due.tried + pause;
}

void VerdictWatch::count(const std::vector<DueVerdict>& due) {
  const auto failed = std::ranges::count(due, DueState::kFailed, &DueVerdict::state);
  failed_.set(failed);
  waiting_.set(static_cast<std::int64_t>(due.size()) - failed);
}

void VerdictWatch::tell_made(const std::string& incident, const matcher::ScanReport& said) {
  judged_.add();
  p_.log.info("verdict.made_again",
              {{"incident", incident}, {"verdict", matcher::to_string(said.verdict)}});
}

void VerdictWatch::tell_failed(const std::string& incident, const Error& error) {
  p_.log.error("verdict.failed", {{"incident", incident}, {"error", to_string(error.code)}});
}

Result<std::size_t> VerdictWatch::work() {
  TRY(const auto due, p_.due.list());
  count(due);
  std::size_t made = 0;
  VerdictJudge judge(p_.judge, threshold_);
  for (const auto& one : due) {
    if (!ready(one)) continue;
    TRY(const auto done, judge.work_off(p_.due, one));
    if (done.failed) tell_failed(one.incident, *done.failed);
    if (!done.said) continue;
    ++made;
    tell_made(one.incident, *done.said);
  }
  if (made > 0) {
    TRY(const auto left, p_.due.list());
    count(left);
  }
  return made;
}

Result<std::size_t> VerdictWatch::look() {
  std::map<std::string, DueVerdict> failed;
  std::set<std::string> waited_for;
  TRY(auto due, p_.due.list());
  for (auto& one : due) {
    if (one.state == DueState::kFailed) {
      failed.emplace(one.incident, std::move(one));
    } else {
      waited_for.insert(one.incident);
    }
  }
  std::size_t made = 0;
  VerdictJudge judge(p_.judge, threshold_);
  TRY(const auto ids, p_.judge.incidents.store.ids(everything()));
  for (const auto& id : ids) {
    if (waited_for.contains(id)) continue;
    const auto loaded = p_.judge.incidents.store.load(everything(), id);
    if (!loaded) {
      tell_failed(id, loaded.error());
      continue;
    }
    const auto& in = loaded.value();
    const auto owed = failed.find(id);
    if (in.together || incident::is_over(in.state)) {
      if (owed != failed.end()) {  // another one made it
        TRYV(p_.due.settle(owed->second));
      }
      continue;
    }
    {
      const std::lock_guard lock(mutex_);
      const auto seen = seen_.find(id);
      if (seen != seen_.end() && seen->second == in.revision) continue;
    }
    const auto judged = judge.judge(id, "service");
    if (judged && judged.value()) {
      ++made;
      tell_made(id, *judged.value());
    }
    if (judged && owed != failed.end()) {
      TRYV(p_.due.settle(owed->second));
    }
    if (judged && judged.value()) continue;
    if (!judged) {
      tell_failed(id, judged.error());
      if (!is_lasting(judged.error().code)) continue;  // the next look takes it up again
    }
    const std::lock_guard lock(mutex_);
    seen_[id] = in.revision;
  }
  return made;
}

}  // namespace hitokoe::service
