// What a carrier sees of a campaign that is not its own alone: counts, rate and proofs; and what it
// is told where they cannot be whole.
#include <gtest/gtest.h>

#include "hitokoe/incident/campaign_proofs.h"
#include "storage/sql/session.h"
#include "tests/integration/campaign/world.h"

namespace hitokoe::incident {
namespace {

using storage::sql::Transaction;
using testing::CampaignWorld;
using testing::must;

struct World : CampaignWorld {
  World(std::uint64_t seed, std::size_t kou, std::size_t otsu) : CampaignWorld(seed) {
    for (std::size_t i = 0; i < kou + otsu; ++i) {
      const auto n = std::to_string(i);
      add(i < kou ? "kou" : "otsu", "甲野" + n, "k" + n + "@x.test", "", {i});
    }
    id = approved();
  }
  registry::Viewer party(const char* name) const {
    return registry::Viewer("u", registry::Role::kParty, name);
  }
  // A mail to one person of the carrier who waits, accepted a second after what was before.
  void mail(const char* carrier) {
    clock.advance(std::chrono::seconds(1));
    for (const auto& r : must(store->recipients(id, carrier))) {
      if (r.state != DeliveryState::kPending) continue;
      for (const auto& [from, to] :
           {std::pair(DeliveryState::kPending, DeliveryState::kSending),
            std::pair(DeliveryState::kSending, DeliveryState::kCommitting),
            std::pair(DeliveryState::kCommitting, DeliveryState::kAccepted)}) {
        const DeliveryStep step{r.person, from, to, "run", 250, "", "smtp"};
        ASSERT_TRUE(store->deliver(id, {&step, 1}, "test", clock.now()).value().front());
      }
      return;
    }
    FAIL() << "nobody of " << carrier << " waits";
  }
  double seconds_left(const registry::Viewer& viewer) {
    const auto left = must(service().status(viewer, id)).remaining;
    return left ? std::chrono::duration<double>(*left).count() : -1;
  }
  void alter(std::string_view sql) {
    auto tx = Transaction::write(*db).value();
    EXPECT_GT(tx.run(sql, id).value(), 0U);
    EXPECT_TRUE(tx.commit());
  }
  // Reads all proofs; `meanwhile` happens after the first one.
  Errc proofs(const registry::Viewer& viewer, const std::function<void()>& meanwhile) {
    std::size_t n = 0;
    const auto read = each_proof(*store, viewer, id, [&](const PersonProof&) -> Result<void> {
      if (++n == 1) meanwhile();
      return ok();
    });
    told = n;
    return read ? Errc::kInternal : read.error().code;
  }

  std::string id;
  std::size_t told = 0;  // proofs
};
constexpr Errc kNoError = Errc::kInternal;

TEST(CarrierView, ACarrierWithFewMailsGetsItsShareOfEverybodysRate) {
  World w(31, 57, 3);
  ASSERT_TRUE(w.service().start(w.lead, w.id));
  for (int i = 0; i < 30; ++i) w.mail("kou");
  EXPECT_NEAR(must(w.service().status(w.lead, w.id)).per_second, 1, 0.01);
  EXPECT_NEAR(w.seconds_left(w.lead), 30, 0.1);
  EXPECT_NEAR(w.seconds_left(w.party("kou")), 27, 0.1) << "30 of its own tell its own rate";
  EXPECT_NEAR(must(w.service().status(w.party("otsu"), w.id)).per_second, 0.1, 0.01)
      << "none of its own in that minute";
  EXPECT_NEAR(w.seconds_left(w.party("otsu")), 30, 0.1);
  w.mail("otsu");
  EXPECT_NEAR(w.seconds_left(w.party("otsu")), 29, 0.1) << "one mail is no rate";
  w.mail("otsu");
  EXPECT_NEAR(w.seconds_left(w.party("otsu")), 28, 0.1) << "two are none either";
  w.mail("otsu");
  EXPECT_EQ(must(w.service().status(w.party("otsu"), w.id))
                .counts[static_cast<std::size_t>(DeliveryState::kPending)],
            0U);
  EXPECT_LE(w.seconds_left(w.party("otsu")), 0) << "nobody of it waits";
}

TEST(CarrierView, FewerThanNoPersonsAreDamageNotMillions) {
  World w(32, 2, 1);
  w.alter("UPDATE campaign_carrier_tally SET n = -1 WHERE campaign = :c AND what = 'pending'");
  for (const auto* carrier : {"", "kou"})
    EXPECT_EQ(w.store->counts(w.id, carrier).error().code, Errc::kCorrupt) << carrier;
  EXPECT_EQ(w.service().status(w.party("kou"), w.id).error().code, Errc::kCorrupt);
  w.alter(
      "INSERT INTO campaign_carrier_tally (campaign, controller, what, n) VALUES (:c, 'kou', "
      "'retried', -2)");
  EXPECT_EQ(w.store->pace(w.id, "kou").error().code, Errc::kCorrupt);
}

TEST(CarrierView, ProofsOfAPersonThatIsMissingEndAsDamage) {
  World w(33, 4, 2);
  EXPECT_EQ(w.proofs(w.party("kou"), [] {}), kNoError);
  EXPECT_EQ(w.told, 4U);
  EXPECT_EQ(w.proofs(w.lead, [] {}), kNoError);
  EXPECT_EQ(w.told, 6U);
  w.alter(
      "DELETE FROM campaign_recipient WHERE campaign = :c AND person = (SELECT max(person) FROM "
      "campaign_member WHERE controller = 'kou')");
  EXPECT_EQ(w.proofs(w.party("kou"), [] {}), Errc::kCorrupt);
  EXPECT_EQ(w.proofs(w.lead, [] {}), Errc::kCorrupt);
  EXPECT_EQ(w.proofs(w.party("otsu"), [] {}), kNoError) << "its own are there";
}

TEST(CarrierView, ProofsThatAFreezeOvertakesAreNotTakenForWhole) {
  World w(34, 4, 2);
  const auto freeze = [&] { ASSERT_TRUE(w.service().freeze(w.lead, w.id, w.incident(), {})); };
  EXPECT_EQ(w.proofs(w.party("kou"), freeze), Errc::kConflict);
  EXPECT_EQ(w.proofs(w.lead, freeze), Errc::kConflict);
  EXPECT_EQ(w.proofs(w.lead, [] {}), kNoError) << "read once more";
  EXPECT_EQ(w.told, 6U);
}

TEST(CarrierView, ProofsGoOnWhileMailsAreSent) {
  World w(35, 4, 2);
  ASSERT_TRUE(w.service().start(w.lead, w.id));
  for (const auto& viewer : {w.lead, w.party("kou")}) {
    EXPECT_EQ(w.proofs(viewer, [&] { w.mail("kou"); }), kNoError);
  }
  EXPECT_EQ(w.proofs(w.lead, [&] { ASSERT_TRUE(w.service().pause(w.lead, w.id)); }), kNoError);
}

}  // namespace
}  // namespace hitokoe::incident
