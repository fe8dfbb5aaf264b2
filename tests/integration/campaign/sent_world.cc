#include "tests/integration/campaign/sent_world.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace hitokoe::testing {

using incident::DeliveryState;

std::size_t mail_everybody(CampaignWorld& w, const std::string& id) {
  if (!w.service().start(w.lead, id)) std::abort();
  std::size_t n = 0;
  for (const auto& r : must(w.store->recipients(id, ""))) {
    if (r.state != DeliveryState::kPending) continue;
    for (const auto& [from, to] :
         {std::pair(DeliveryState::kPending, DeliveryState::kSending),
          std::pair(DeliveryState::kSending, DeliveryState::kCommitting),
          std::pair(DeliveryState::kCommitting, DeliveryState::kAccepted)}) {
      const incident::DeliveryStep step{r.person, from, to, "run", 250, "", "smtp"};
      if (!w.store->deliver(id, {&step, 1}, "test", w.clock.now()).value().front()) std::abort();
    }
    ++n;
  }
  if (!w.service().finish(w.lead, id)) std::abort();
  return n;
}

DeliveryState state_of(CampaignWorld& w, const std::string& id, const std::string& person) {
  return w.store->recipient(id, person).value().state;
}

std::string person_named(CampaignWorld& w, const std::string& id, const std::string& name) {
  for (const auto& c : w.customers) {
    if (c.name != name) continue;
    const auto u = w.u_of(c);
    for (const auto& s : must(w.store->subjects(id, c.controller))) {
      if (s.u == u) return s.person;
    }
  }
  return {};
}

std::uint64_t count_of(CampaignWorld& w, const std::string& id, DeliveryState state) {
  return w.store->counts(id, "").value()[static_cast<std::size_t>(state)];
}

void expect_counts_of_the_rows(CampaignWorld& w, const std::string& id) {
  std::vector<std::string> carriers{""};
  for (const auto& [carrier, n] : must(w.store->customers(id, ""))) carriers.push_back(carrier);
  for (const auto& carrier : carriers) {
    incident::CampaignStore::Counts counted{};
    std::uint64_t retried = 0;
    for (const auto& r : must(w.store->recipients(id, carrier))) {
      ++counted[static_cast<std::size_t>(r.state)];
      retried += r.attempts > 1 ? r.attempts - 1 : 0;
    }
    EXPECT_EQ(w.store->counts(id, carrier).value(), counted) << "of " << carrier;
    EXPECT_EQ(w.store->pace(id, carrier).value().retried, retried) << "of " << carrier;
  }
}

}  // namespace hitokoe::testing
