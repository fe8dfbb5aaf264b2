#include "service/retention_loop.h"

#include <algorithm>
#include <iterator>
#include <unordered_set>

#include "hitokoe/crawler/unfinished_purges.h"

namespace hitokoe::service {

namespace {

constexpr std::size_t kBatch = 500;

}  // namespace

RetentionLoop::RetentionLoop(Parts parts, const std::vector<crawler::Source>& sources,
                             RetentionOptions options)
    : p_(std::move(parts)),
      options_(options),
      least_(static_cast<int>(options.days)),
      most_(static_cast<int>(options.days)),
      purged_(p_.metrics.counter("hitokoe_captures_purged_total",
                                 "Captures that were destroyed after their days")),
      keys_(p_.metrics.counter("hitokoe_capture_days_destroyed_total",
                               "Keys of days that were destroyed")) {
  for (const auto& source : sources) {
    days_[source.id] = source.retention_days;
    least_ = std::min(least_, source.retention_days);
    most_ = std::max(most_, source.retention_days);
  }
}

int RetentionLoop::days_of(const std::string& source) const {
  const auto found = days_.find(source);
  return found == days_.end() ? static_cast<int>(options_.days) : found->second;
}

Task<Result<void>> RetentionLoop::run() {
  for (;;) {
    const auto looked = co_await p_.pool.run([this] { return look(); });
    if (!looked) {
      p_.log.error("retention.failed", {{"error", to_string(looked.error().code)}});
    } else if (looked.value().purged > 0 || !looked.value().days.empty()) {
      p_.log.info("retention.purged", {{"captures", looked.value().purged},
                                       {"in_use", looked.value().in_use},
                                       {"day_keys", looked.value().days.size()}});
    }
    CO_TRYV(co_await p_.sleeper.sleep_for(options_.every));
  }
}

Result<std::vector<RetentionLoop::Doomed>> RetentionLoop::over(UtcTime now) {
  TRY(const auto old, p_.purge.before(now - std::chrono::days(least_)));
  std::vector<Doomed> out;
  for (const auto& capture : old) {
    if (const auto known = until_.find(capture.id); known != until_.end() && known->second > now)
      continue;
    const auto meta = p_.captures.meta(capture.id);
    // Its day's key was destroyed, and nobody keeps it: nobody can read it.
    if (!meta && meta.error().code == Errc::kForbidden) {
      out.push_back({capture.id, ""});
      continue;
    }
    if (!meta) {
      p_.log.error("retention.unreadable",
                   {{"capture", capture.id}, {"error", to_string(meta.error().code)}});
      continue;
    }
    const auto until = capture.fetched + std::chrono::days(days_of(meta.value().source));
    if (until > now) {
      until_[capture.id] = until;
    } else {
      until_.erase(capture.id);
      out.push_back({capture.id, meta.value().source});
    }
  }
  return out;
}

Result<void> RetentionLoop::destroy(const std::vector<Doomed>& some, Report& report) {
  std::vector<std::string> ids;
  ids.reserve(some.size());
  for (const auto& one : some) ids.push_back(one.id);
  TRY(const auto needed, p_.use.in_use(ids));
  report.in_use += needed.size();
  std::map<std::string, std::uint64_t> by_source;
  ids.clear();
  for (const auto& one : some) {
    if (std::ranges::find(needed, one.id) != needed.end()) continue;
    ids.push_back(one.id);
    ++by_source[one.source.empty() ? "unreadable" : one.source];
  }
  if (ids.empty()) return ok();
  // The record first: after a kill it names what was to go, and the next look goes on.
  TRYV(p_.use.record(by_source, ids, p_.clock.now()));
  std::vector<std::string> gone;
  gone.reserve(ids.size());
  for (const auto& id : ids) {
    const auto outcome = p_.purge.purge(id);
    if (!outcome) {  // one that cannot be removed keeps the others not
      p_.log.error("retention.purge_failed", {{"error", to_string(outcome.error().code)}});
      continue;
    }
    if (outcome.value() == crawler::CapturePurge::Outcome::kKept) continue;
    gone.push_back(id);
    if (outcome.value() == crawler::CapturePurge::Outcome::kNotThere) continue;
    ++report.purged;
    purged_.add();
  }
  return p_.use.forget(gone);
}

Result<void> RetentionLoop::finish_forgetting() {
  auto* purges = dynamic_cast<crawler::UnfinishedPurges*>(&p_.use);
  if (finished_ || purges == nullptr) return ok();
  TRY(const auto begun, purges->unfinished());
  if (!begun.empty()) {
    TRY(const auto ids, p_.captures.list());
    const std::unordered_set<std::string_view> there(ids.begin(), ids.end());
    std::vector<std::string> gone;
    std::ranges::copy_if(begun, std::back_inserter(gone),
                         [&](const std::string& id) { return !there.contains(id); });
    TRYV(p_.use.forget(gone));
  }
  finished_ = true;
  return ok();
}

Result<RetentionLoop::Report> RetentionLoop::look() {
  Report report;
  const auto now = p_.clock.now();
  TRY(const auto doomed, over(now));
  // After that: it finishes files that a killed process had begun to destroy.
  TRYV(finish_forgetting());
  for (std::size_t at = 0; at < doomed.size(); at += kBatch) {
    const auto end = std::min(doomed.size(), at + kBatch);
    const std::vector<Doomed> some(doomed.begin() + static_cast<std::ptrdiff_t>(at),
                                   doomed.begin() + static_cast<std::ptrdiff_t>(end));
    TRYV(destroy(some, report));
  }
  // A day more, so that none of its captures can still come.
  const auto last = jst_day(now - std::chrono::days(most_ + 1));
  TRY(report.days, p_.purge.destroy_days_before(last));
  keys_.add(report.days.size());
  return report;
}

}  // namespace hitokoe::service
