// Campaigns in SQL. One transaction per call, with its event in the audit log.
#pragma once

#include <memory>

#include "hitokoe/incident/campaign_store.h"
#include "storage/sql/session.h"

namespace hitokoe::storage::sql {

class CampaignStore final : public incident::CampaignStore {
 public:
  explicit CampaignStore(std::shared_ptr<Database> db) : db_(std::move(db)) {}

  Result<void> create(const incident::CampaignRow& row, const incident::Draft& event,
                      UtcTime at) override;
  Result<void> change(const incident::CampaignChange& change, const incident::Draft& event,
                      UtcTime at) override;
  Result<std::vector<incident::CampaignRow>> list() override;
  Result<incident::CampaignRow> load(const std::string& campaign) override;
  Result<std::vector<incident::SubjectRow>> subjects(const std::string& campaign,
                                                     const std::string& controller) override;
  Result<std::vector<incident::SubjectRow>> subjects_after(const std::string& campaign,
                                                           const incident::SubjectPlace& after,
                                                           std::size_t most,
                                                           bool contacts) override;
  Result<std::map<std::string, std::uint64_t>> customers(const std::string& campaign,
                                                         const std::string& controller) override;
  Result<std::vector<incident::SubjectRow>> members(const std::string& campaign,
                                                    const std::string& person) override;
  Result<std::vector<incident::BundleRow>> bundles(const std::string& campaign) override;
  Result<incident::VersionRow> version(const std::string& campaign, std::uint32_t version) override;
  Result<std::vector<incident::ApprovalRow>> approvals(const std::string& campaign,
                                                       std::uint32_t version) override;
  Result<std::vector<incident::RecipientRow>> recipients(const std::string& campaign,
                                                         const std::string& controller) override;
  Result<std::vector<incident::RecipientRow>> recipients_after(
      const std::string& campaign, const std::string& after, std::size_t most,
      std::optional<incident::DeliveryState> state) override;
  Result<Counts> counts(const std::string& campaign, const std::string& controller) override;
  Result<incident::DeliveryPace> pace(const std::string& campaign,
                                      const std::string& controller) override;
  Result<void> note_build(const std::string& campaign,
                          const std::optional<incident::BuildRow>& build) override;
  Result<std::optional<incident::BuildRow>> build(const std::string& campaign) override;
  Result<std::vector<bool>> deliver(const std::string& campaign,
                                    std::span<const incident::DeliveryStep> steps,
                                    const std::string& actor, UtcTime at) override;
  Result<incident::RecipientRow> recipient(const std::string& campaign,
                                           const std::string& person) override;
  Result<void> add_export(const std::string& campaign, const incident::ExportRow& row,
                          std::span<const std::string> persons, UtcTime at) override;
  Result<std::vector<incident::ExportRow>> exports(const std::string& campaign) override;
  Result<std::vector<std::string>> exported(const std::string& campaign,
                                            std::uint32_t number) override;
  Result<void> add_refusal(const std::string& campaign, const incident::RefusalRow& row,
                           const incident::Draft& event, UtcTime at) override;
  Result<std::vector<incident::RefusalRow>> refusals(const std::string& campaign,
                                                     std::uint32_t version) override;
  Result<void> note(const incident::Draft& event, UtcTime at) override;
  Result<std::pair<std::uint64_t, std::uint64_t>> recover(const std::string& campaign,
                                                          const std::string& run,
                                                          const std::string& actor,
                                                          UtcTime at) override;

 private:
  std::shared_ptr<Database> db_;
};

}  // namespace hitokoe::storage::sql
