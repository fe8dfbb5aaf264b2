// What programs read of a campaign: the same JSON on the command line and over HTTP
// (docs/campaign.md, "JSON").
#pragma once

#include <string>
#include <vector>

#include "hitokoe/incident/campaign_service.h"

namespace hitokoe::incident {

std::string to_json(const CampaignStatus& status);
std::string to_json(const ApprovalState& approvals);
std::string to_json(const std::vector<CampaignRow>& campaigns);  // {"campaigns": […]}

}  // namespace hitokoe::incident
