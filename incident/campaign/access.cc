#include "incident/campaign/access.h"

#include <algorithm>

namespace hitokoe::incident::campaign {

Result<void> must_lead(const Viewer& viewer) {
  if (viewer.role() == registry::Role::kCoordinator) return ok();
  return fail(Errc::kForbidden, "only the coordinator of the incident may do this",
              "事案の取りまとめ役だけに許された操作");
}

Result<void> must_see_all(const Viewer& viewer) {
  if (viewer.role() == registry::Role::kCoordinator || viewer.role() == registry::Role::kAuditor)
    return ok();
  return fail(Errc::kForbidden, "only the coordinator or an auditor may see this",
              "取りまとめ役と監査担当だけに許された表示");
}

std::string narrowed_to(const Viewer& viewer) {
  return viewer.sees_all_parties() ? std::string() : viewer.party();
}

Result<void> must_be_concerned(const Viewer& viewer, CampaignStore& store, const CampaignRow& row) {
  if (viewer.sees_all_parties()) return ok();
  TRY(const auto own, store.customers(row.id, viewer.party()));
  if (!own.empty()) return ok();
  if (row.version > 0) {
    TRY(auto version, store.version(row.id, row.version));
    if (std::binary_search(version.concerned.begin(), version.concerned.end(), viewer.party()))
      return ok();
  }
  return fail(Errc::kNotFound, "there is no campaign " + row.id,
              "一元連絡 " + row.id + " はありません");
}

Result<void> must_not_have_begun(CampaignStore& store, const CampaignRow& row) {
  if (row.state == CampaignState::kSending || row.state == CampaignState::kPaused ||
      row.state == CampaignState::kSent) {
    return fail(Errc::kConflict,
                row.id + " is " + std::string(to_string(row.state)) +
                    ": mails may have gone out, it cannot be changed",
                row.id + " は " + std::string(to_string(row.state)) +
                    ": メールが送られた可能性があり、変更できません");
  }
  TRY(const auto counts, store.counts(row.id, ""));
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const auto state = static_cast<DeliveryState>(i);
    const bool still = state == DeliveryState::kPending || state == DeliveryState::kNoContact ||
                       state == DeliveryState::kExcluded;
    if (still || counts[i] == 0) continue;
    return fail(Errc::kConflict, row.id + ": letters or lists have gone out, it cannot be changed",
                row.id + ": 手紙または名簿を書き出したため、変更できません");
  }
  return ok();
}

Draft draft(const Viewer& viewer, const std::string& campaign, std::string kind, std::string body) {
  return {viewer.user(), "campaign/" + campaign, std::move(kind), std::move(body)};
}

}  // namespace hitokoe::incident::campaign
