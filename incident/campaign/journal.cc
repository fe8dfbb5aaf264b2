#include "incident/campaign/journal.h"

#include <exception>

namespace hitokoe::incident::campaign {

Result<bool> DeliveryJournal::apply(const DeliveryStep& step) {
  TRY(const auto done, apply(std::span(&step, 1)));
  return static_cast<bool>(done.front());
}

Result<std::vector<bool>> DeliveryJournal::apply(std::span<const DeliveryStep> wanted) {
  Waiting mine{wanted, std::nullopt};
  std::unique_lock lock(mutex_);
  queue_.push_back(&mine);
  while (!mine.result) {
    if (committing_) {
      changed_.wait(lock);
      continue;
    }
    // Whoever finds nobody at work commits for all that wait.
    committing_ = true;
    auto group = std::move(queue_);
    queue_.clear();
    lock.unlock();
    commit(group);
    lock.lock();
    committing_ = false;
    changed_.notify_all();
  }
  return std::move(*mine.result);
}

void DeliveryJournal::commit(const std::vector<Waiting*>& group) {
  std::vector<DeliveryStep> steps;
  steps.reserve(group.size());
  for (const auto* w : group) steps.insert(steps.end(), w->steps.begin(), w->steps.end());
  // Whoever waits must be answered whatever happens here.
  Result<std::vector<bool>> done = fail(Errc::kInternal, "the store threw", "保存先で例外が発生");
  try {
    done = store_.deliver(campaign_, steps, actor_, clock_.now());
  } catch (const std::exception&) {
  }
  std::lock_guard lock(mutex_);
  auto at = done ? done.value().begin() : std::vector<bool>::iterator();
  for (auto* w : group) {
    if (done) {
      const auto end = at + static_cast<std::ptrdiff_t>(w->steps.size());
      w->result.emplace(std::vector<bool>(at, end));
      at = end;
    } else {
      w->result.emplace(Result<std::vector<bool>>(done.error()));
    }
  }
}

}  // namespace hitokoe::incident::campaign
