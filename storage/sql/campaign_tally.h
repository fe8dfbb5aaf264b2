// How many persons are in each state, of all (kept under no controller) and of each carrier, kept
// beside their rows in the same transaction.
#pragma once

#include <array>
#include <map>
#include <string>

#include "hitokoe/incident/campaign.h"
#include "storage/sql/session.h"

namespace hitokoe::storage::sql {

class TallyChange {
 public:
  // After the row of `person` was changed. One look at its members.
  Result<void> move(Transaction& tx, const std::string& campaign, const std::string& person,
                    incident::DeliveryState from, incident::DeliveryState to);
  // Of a freeze: a person in `state`, and that it is a customer of `controller` (once for each).
  void add_person(incident::DeliveryState state) { add_member("", state); }
  void add_member(const std::string& controller, incident::DeliveryState state) {
    ++of_[controller].by[static_cast<std::size_t>(state)];
  }
  Result<void> write(Transaction& tx, const std::string& campaign) const;

 private:
  using ByState = std::array<std::int64_t, incident::kDeliveryStates>;
  struct Changes {
    ByState by{};
    std::int64_t retried = 0;
  };
  std::map<std::string, Changes> of_;  // by controller
};

// As if nobody was ever in it.
Result<void> count_nobody(Transaction& tx, const std::string& campaign);

}  // namespace hitokoe::storage::sql
