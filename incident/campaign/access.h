// Who may do what with a campaign.
#pragma once

#include <string>

#include "hitokoe/incident/campaign_store.h"
#include "hitokoe/incident/incident.h"

namespace hitokoe::incident::campaign {

// Leads the campaign: changes it. kForbidden.
Result<void> must_lead(const Viewer& viewer);
// Sees every party's part, masked. kForbidden.
Result<void> must_see_all(const Viewer& viewer);
// The carrier to which the viewer's view is narrowed; empty: no narrowing.
std::string narrowed_to(const Viewer& viewer);
// kNotFound for a party that has nothing to do with it, as if it did not exist.
Result<void> must_be_concerned(const Viewer& viewer, CampaignStore& store, const CampaignRow& row);

// No change once mails may have gone out. kConflict.
// Nothing was mailed, and nobody was handed over on a letter or a list. kConflict.
Result<void> must_not_have_begun(CampaignStore& store, const CampaignRow& row);

Draft draft(const Viewer& viewer, const std::string& campaign, std::string kind, std::string body);

}  // namespace hitokoe::incident::campaign
