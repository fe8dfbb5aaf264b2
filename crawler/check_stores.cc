#include "crawler/check_stores.h"

#include <algorithm>
#include <utility>

#include "hitokoe/crawler/link_seal.h"

namespace hitokoe::crawler {

namespace {

Error forgotten() {
  return {Errc::kNotFound, "a check keeps no captures", "試行では取得物を残しません"};
}

Error unchanged() {
  return {Errc::kForbidden, "a check changes no account", "試行ではアカウントを変えません"};
}

// The answer's own status, where that is the reason.
int status_in(const std::string& reason) {
  constexpr std::string_view kStatus = "status_";
  if (!reason.starts_with(kStatus) || reason.size() != kStatus.size() + 3) return 0;
  int status = 0;
  for (const char c : std::string_view(reason).substr(kStatus.size())) {
    if (c < '0' || c > '9') return 0;
    status = status * 10 + (c - '0');
  }
  return status;
}

}  // namespace

Result<std::uint64_t> CheckFrontier::add(const std::vector<FetchJob>& jobs) {
  std::uint64_t added = 0;
  for (const auto& job : jobs) {
    auto& queue = queues_[job.source];
    if (job.item.empty()) {
      if (!queue.list) queue.list = job;
      continue;
    }
    if (queue.keys.size() == SourceCheck::kMostLooked || !queue.keys.insert(job.item).second)
      continue;
    // One that came with the list is enough; and one that was captured.
    const auto& looked = notes_[job.source].check.looked;
    const bool had = std::ranges::any_of(looked, [](const auto& i) { return i.trouble.empty(); });
    if (had) continue;
    queue.items.push_back(job);
    ++added;
  }
  return added;
}

const FetchJob* CheckFrontier::first_of(const std::vector<std::string>& sources,
                                        const std::vector<std::string>& busy) const {
  const FetchJob* first = nullptr;
  const auto consider = [&](const FetchJob& job) {
    if (std::ranges::find(busy, job.host) != busy.end()) return;
    if (first == nullptr || job.due < first->due) first = &job;
  };
  for (const auto& source : sources) {
    const auto queue = queues_.find(source);
    if (queue == queues_.end()) continue;
    if (queue->second.list) consider(*queue->second.list);
    if (!queue->second.items.empty()) consider(queue->second.items.front());
  }
  return first;
}

Result<std::optional<FetchJob>> CheckFrontier::next(UtcTime now,
                                                    const std::vector<std::string>& sources,
                                                    const std::vector<std::string>& busy) {
  const auto* first = first_of(sources, busy);
  if (first == nullptr || first->due > now) return std::optional<FetchJob>();
  return std::optional(*first);
}

Result<std::optional<UtcTime>> CheckFrontier::next_due(const std::vector<std::string>& sources,
                                                       const std::vector<std::string>& busy) {
  const auto* first = first_of(sources, busy);
  return first == nullptr ? std::nullopt : std::optional(first->due);
}

Result<void> CheckFrontier::done(const FetchJob& job, FetchOutcome outcome, UtcTime /*at*/,
                                 const std::string& reason) {
  auto& notes = notes_[job.source];
  auto& queue = queues_[job.source];
  if (job.item.empty()) return ok();
  if (std::erase_if(queue.items, [&](const auto& one) { return one.item == job.item; }) == 0)
    return ok();  // it came with the list, and was noted there
  auto item = std::exchange(notes.now, ItemCheck{});
  item.url = without_fragment(job.url);
  if (outcome == FetchOutcome::kFetched) {
    queue.items.clear();
  } else {
    item.trouble = reason;
  }
  if (item.answer.status == 0) item.answer.status = status_in(reason);
  notes.check.looked.push_back(std::move(item));
  return ok();
}

Result<void> CheckFrontier::retry(const FetchJob& job, UtcTime due, const std::string& reason) {
  auto& queue = queues_[job.source];
  auto& notes = notes_[job.source];
  auto later = job;
  later.due = due;
  if (job.item.empty()) {
    queue.list = later;
    if (notes.check.list.status == 0) notes.check.list.status = status_in(reason);
    return ok();
  }
  if (queue.items.empty() || queue.items.front().item != job.item) return ok();
  queue.items.front() = std::move(later);
  if (reason.empty()) return ok();  // another account's turn
  auto item = std::exchange(notes.now, ItemCheck{});
  item.url = without_fragment(job.url);
  item.trouble = reason;
  if (item.answer.status == 0) item.answer.status = status_in(reason);
  notes.check.looked.push_back(std::move(item));
  queue.items.clear();
  return ok();
}

Result<void> CheckFrontier::list_done(const FetchJob& next, FetchOutcome /*outcome*/,
                                      UtcTime /*at*/, const std::string& /*reason*/) {
  queues_[next.source].list.reset();
  return ok();
}

bool CheckFrontier::left_over(const std::string& source) const {
  const auto queue = queues_.find(source);
  return queue != queues_.end() && !queue->second.items.empty();
}

Result<CaptureMeta> CheckCaptures::meta(const std::string& /*id*/) {
  return outcome::failure(forgotten());
}

Result<Bytes> CheckCaptures::read(const std::string& /*id*/) {
  return outcome::failure(forgotten());
}

Result<void> CheckCaptures::keep_for_incident(const std::string& /*id*/,
                                              const std::string& /*incident*/) {
  return outcome::failure(forgotten());
}

Result<void> CheckQueue::acknowledge(std::uint64_t /*ticket*/) {
  return outcome::failure(forgotten());
}

Result<void> CheckQueue::set_aside(std::uint64_t /*ticket*/, const std::string& /*reason*/) {
  return outcome::failure(forgotten());
}

Result<void> CheckAccounts::put(const std::string& /*source*/, const std::string& /*name*/,
                                const AccountSecrets& /*secrets*/, const std::string& /*by*/,
                                UtcTime /*at*/) {
  return outcome::failure(unchanged());
}

Result<void> CheckAccounts::put_cookies(const SourceAccount& /*account*/,
                                        const SecretText& /*lines*/, const std::string& /*by*/,
                                        UtcTime /*at*/) {
  return outcome::failure(unchanged());
}

Result<bool> CheckAccounts::remove(const std::string& /*source*/, const std::string& /*name*/,
                                   const std::string& /*by*/, UtcTime /*at*/) {
  return outcome::failure(unchanged());
}

}  // namespace hitokoe::crawler
