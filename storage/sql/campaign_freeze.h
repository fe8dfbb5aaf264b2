// What a freeze writes, and the decisions that outlive it; for campaign_store.cc.
#pragma once

#include "hitokoe/incident/campaign_store.h"
#include "storage/sql/session.h"

namespace hitokoe::storage::sql {

// Replaces everybody by the rows of `c`. kConflict: mails or lists have gone out.
Result<void> put_recipients(Transaction& tx, const incident::CampaignChange& c,
                            std::uint64_t event);

// Keeps the decision that a person gets no notice with each of its customers, so that it holds
// whoever they are joined with later.
Result<void> exclude_members(Transaction& tx, const std::string& campaign,
                             const incident::DeliveryStep& step, UtcTime at);

}  // namespace hitokoe::storage::sql
