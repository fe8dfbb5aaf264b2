// The proofs of everybody in a campaign, one after another: 12 bytes of memory for a customer.
#pragma once

#include <functional>
#include <string>

#include "hitokoe/incident/campaign_service.h"

namespace hitokoe::incident {

// Takes one proof; its Error ends the reading.
using TakeProof = std::function<Result<void>(PersonProof proof)>;

// By person. A party gets its own customers' (a contractor nobody's). What changes meanwhile
// is told as it is when its turn comes. kForbidden. kCorrupt: persons and customers do not belong
// together; kConflict: it was frozen again, or begun anew, meanwhile. What was told before either
// is not whole. Reads all customers and persons once; for a party its own customers, and each of
// its persons by itself.
Result<void> each_proof(CampaignStore& store, const Viewer& viewer, const std::string& campaign,
                        const TakeProof& take);

}  // namespace hitokoe::incident
