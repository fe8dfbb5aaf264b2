#include "incident/campaign/subject_pages.h"

namespace hitokoe::incident::campaign {

SubjectPages::SubjectPages(CampaignStore& store, std::string campaign, bool contacts)
    : store_(store), campaign_(std::move(campaign)), contacts_(contacts) {
  read();
}

SubjectPages::~SubjectPages() {
  if (coming_.valid()) coming_.wait();
}

void SubjectPages::read() {
  coming_ = std::async(std::launch::async, [this, after = after_] {
    return store_.subjects_after(campaign_, after, kPage, contacts_);
  });
}

Result<std::vector<SubjectRow>> SubjectPages::next() {
  if (!coming_.valid()) return std::vector<SubjectRow>();
  TRY(auto page, coming_.get());
  if (page.size() == kPage) {
    after_.controller = page.back().controller;
    after_.u.assign(page.back().u.begin(), page.back().u.end());
    read();
  }
  return page;
}

Result<void> each_customer(CampaignStore& store, const std::string& campaign,
                           const std::string& controller,
                           const std::function<Result<void>(const SubjectRow&)>& each) {
  SubjectPlace after{controller, {}};
  for (;;) {
    TRY(const auto page, store.subjects_after(campaign, after, SubjectPages::kPage, false));
    for (const auto& row : page) {
      if (row.controller != controller) return ok();
      TRYV(each(row));
    }
    if (page.size() < SubjectPages::kPage) return ok();
    after.u.assign(page.back().u.begin(), page.back().u.end());
  }
}

Result<void> each_recipient(CampaignStore& store, const std::string& campaign,
                            std::optional<DeliveryState> state,
                            const std::function<Result<bool>(const RecipientRow&)>& each) {
  std::string after;
  for (;;) {
    TRY(const auto page, store.recipients_after(campaign, after, SubjectPages::kPage, state));
    for (const auto& row : page) {
      TRY(const bool go_on, each(row));
      if (!go_on) return ok();
    }
    if (page.size() < SubjectPages::kPage) return ok();
    after = page.back().person;
  }
}

}  // namespace hitokoe::incident::campaign
