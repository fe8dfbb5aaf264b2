#include "hitokoe/storage/source_control.h"

#include <algorithm>
#include <map>
#include <mutex>

namespace hitokoe::storage {
namespace {

using crawler::SourceNotice;
using crawler::SourcePause;
using crawler::SourceProblem;

class MemorySourceControl final : public crawler::SourceControl {
 public:
  Result<bool> pause(const SourcePause& pause) override {
    TRYV(crawler::check_pause_reason(pause.reason));
    const std::scoped_lock lock(mutex_);
    return paused_.emplace(pause.source, pause).second;
  }

  Result<bool> resume(const std::string& source, const std::string& reason,
                      const std::string& /*by*/, UtcTime /*at*/) override {
    TRYV(crawler::check_pause_reason(reason));
    const std::scoped_lock lock(mutex_);
    return paused_.erase(source) > 0;
  }

  Result<std::vector<SourcePause>> paused() override {
    const std::scoped_lock lock(mutex_);
    std::vector<SourcePause> out;
    out.reserve(paused_.size());
    for (const auto& [source, pause] : paused_) out.push_back(pause);
    return out;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, SourcePause> paused_;
};

class MemorySourceNotices final : public crawler::SourceNotices {
 public:
  Result<void> settle(const std::vector<SourceProblem>& problems, UtcTime now) override {
    const std::scoped_lock lock(mutex_);
    std::vector<SourceProblem> going;
    for (auto& kept : all_) {
      if (kept.notice.ended) continue;
      const SourceProblem one{kept.notice.source, kept.notice.what};
      if (std::ranges::find(problems, one) == problems.end()) {
        kept.notice.ended = now;
      } else {
        going.push_back(one);
      }
    }
    for (const auto& problem : problems) {
      if (std::ranges::find(going, problem) != going.end()) continue;
      going.push_back(problem);
      const auto number = static_cast<std::int64_t>(all_.size()) + 1;
      all_.push_back({{number, problem.source, problem.what, now, {}}, {}, {}});
    }
    return ok();
  }

  Result<std::vector<SourceNotice>> untold(UtcTime begun_by, std::size_t most) override {
    const std::scoped_lock lock(mutex_);
    std::vector<SourceNotice> out;
    for (const auto& kept : all_) {
      const bool begun = !kept.began_told && !kept.notice.ended && kept.notice.began <= begun_by;
      const bool over = kept.began_told && kept.notice.ended && !kept.ended_told;
      if ((begun || over) && out.size() < most) out.push_back(kept.notice);
    }
    return out;
  }

  Result<void> told(const std::vector<SourceNotice>& notices, UtcTime at) override {
    const std::scoped_lock lock(mutex_);
    for (const auto& notice : notices) {
      if (notice.number < 1 || static_cast<std::size_t>(notice.number) > all_.size()) continue;
      auto& kept = all_[static_cast<std::size_t>(notice.number) - 1];
      (notice.ended ? kept.ended_told : kept.began_told) = at;
    }
    return ok();
  }

 private:
  struct Kept {
    SourceNotice notice;
    std::optional<UtcTime> began_told, ended_told;
  };
  std::mutex mutex_;
  std::vector<Kept> all_;  // number 1 first
};

}  // namespace

std::unique_ptr<crawler::SourceControl> make_memory_source_control() {
  return std::make_unique<MemorySourceControl>();
}

std::unique_ptr<crawler::SourceNotices> make_memory_source_notices() {
  return std::make_unique<MemorySourceNotices>();
}

}  // namespace hitokoe::storage
