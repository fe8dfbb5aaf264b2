// A campaign that was mailed: everybody with a mail address is accepted, without a mail server.
#pragma once

#include "tests/integration/campaign/world.h"

namespace hitokoe::testing {

// Sends `id`: pending → accepted for everybody. @return how many
std::size_t mail_everybody(CampaignWorld& w, const std::string& id);
incident::DeliveryState state_of(CampaignWorld& w, const std::string& id,
                                 const std::string& person);
// The person behind a customer's name.
std::string person_named(CampaignWorld& w, const std::string& id, const std::string& name);
std::uint64_t count_of(CampaignWorld& w, const std::string& id, incident::DeliveryState state);

// The counts that are kept beside the rows, of all and of each carrier, are those of the rows.
void expect_counts_of_the_rows(CampaignWorld& w, const std::string& id);

}  // namespace hitokoe::testing
