// How far a build is: told to whoever started it, and kept so that others can look.
#pragma once

#include <string>

#include "hitokoe/base/progress.h"
#include "hitokoe/base/time.h"
#include "hitokoe/incident/campaign_store.h"

namespace hitokoe::incident::campaign {

class BuildProgress {
 public:
  // `tell` may be empty. `stop`: asked at every word; true ends the build with kCancelled.
  BuildProgress(CampaignStore& store, const Clock& clock, std::string campaign, Progress tell,
                std::function<bool()> stop)
      : store_(store),
        clock_(clock),
        campaign_(std::move(campaign)),
        tell_(std::move(tell)),
        stop_(std::move(stop)) {}
  ~BuildProgress();
  BuildProgress(const BuildProgress&) = delete;
  BuildProgress& operator=(const BuildProgress&) = delete;

  // A stage has `steps` of `all` of the whole work; stages follow each other.
  Result<void> stage(const char* name, std::uint64_t steps, std::uint64_t all);
  // `done` of `total` within the stage. kCancelled. Written at most every two seconds; not at all
  // by short builds.
  Result<void> at(std::uint64_t done, std::uint64_t total) const;
  // Only told, never written: from inside a transaction.
  void inside(std::uint64_t done, std::uint64_t total) const;

 private:
  CampaignStore& store_;
  const Clock& clock_;
  std::string campaign_;
  Progress tell_;
  std::function<bool()> stop_;
  std::string stage_;
  std::uint64_t from_ = 0, to_ = 0, all_ = 0;
  UtcTime began_{};
  mutable SteadyTime written_{};
  mutable bool noted_ = false;
};

}  // namespace hitokoe::incident::campaign
