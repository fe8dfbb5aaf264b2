// The fixed wording of a second notice.
#pragma once

#include "hitokoe/incident/follow_up.h"

namespace hitokoe::incident {

// `spec` with the notice of its kind, where it has none of its own.
CampaignSpec dressed(CampaignSpec spec, FollowKind kind);

}  // namespace hitokoe::incident
