// All customers of a campaign, a page at a time; the next page is read while this one is worked on.
#pragma once

#include <future>
#include <vector>

#include "hitokoe/incident/campaign_store.h"

namespace hitokoe::incident::campaign {

class SubjectPages {
 public:
  static constexpr std::size_t kPage = 4096;

  SubjectPages(CampaignStore& store, std::string campaign, bool contacts);
  ~SubjectPages();
  SubjectPages(const SubjectPages&) = delete;
  SubjectPages& operator=(const SubjectPages&) = delete;

  // Empty: there are no more.
  Result<std::vector<SubjectRow>> next();

 private:
  void read();

  CampaignStore& store_;
  std::string campaign_;
  bool contacts_;
  SubjectPlace after_;
  std::future<Result<std::vector<SubjectRow>>> coming_;
};

// One carrier's customers, without their contacts: calls `each(row)`, in the order of u.
Result<void> each_customer(CampaignStore& store, const std::string& campaign,
                           const std::string& controller,
                           const std::function<Result<void>(const SubjectRow&)>& each);

// Persons, in order; `state`: only those. Pages are read between the calls: `each` may write.
Result<void> each_recipient(CampaignStore& store, const std::string& campaign,
                            std::optional<DeliveryState> state,
                            const std::function<Result<bool>(const RecipientRow&)>& each);

}  // namespace hitokoe::incident::campaign
