// Delivery steps of many threads in few transactions: while one commit waits for the disk, the
// steps that arrive are gathered for the next one (group commit).
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "hitokoe/incident/campaign_store.h"

namespace hitokoe::incident::campaign {

// Thread-safe.
class DeliveryJournal {
 public:
  DeliveryJournal(CampaignStore& store, const Clock& clock, std::string campaign, std::string actor)
      : store_(store), clock_(clock), campaign_(std::move(campaign)), actor_(std::move(actor)) {}

  // Durable when it returns. false: the row was not in `from`, or belongs to another run.
  Result<bool> apply(const DeliveryStep& step);
  // Several in one transaction, in their order. @return for each, as above. kUnavailable: others
  // have written for so long that nothing was done.
  Result<std::vector<bool>> apply(std::span<const DeliveryStep> steps);

 private:
  struct Waiting {
    std::span<const DeliveryStep> steps;
    std::optional<Result<std::vector<bool>>> result;
  };
  void commit(const std::vector<Waiting*>& group);

  CampaignStore& store_;
  const Clock& clock_;
  std::string campaign_, actor_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Waiting*> queue_;
  bool committing_ = false;
};

}  // namespace hitokoe::incident::campaign
