// What is not as it was frozen is neither mailed nor printed, whichever of the tables was altered;
// and what only tells of a build never hinders it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "hitokoe/incident/campaign_delivery.h"
#include "hitokoe/incident/campaign_exports.h"
#include "incident/campaign/build_progress.h"
#include "storage/sql/session.h"
#include "tests/integration/campaign/sent_world.h"

namespace hitokoe::incident {
namespace {

using storage::sql::Transaction;
using testing::CampaignWorld;
using testing::mail_everybody;
using testing::must;
using testing::person_named;

class NoRelay final : public net::MailRelay {
 public:
  Task<net::SendOutcome> send(const net::Mail&, std::function<Result<void>()>) override {
    ADD_FAILURE() << "a mail was sent";
    co_return net::SendOutcome{};
  }
};

struct World : CampaignWorld {
  explicit World(std::uint64_t seed) : CampaignWorld(seed) {
    populate(6);
    by_letter("手紙の一", "東京都千代田区1-1");
    by_letter("手紙の二", "東京都千代田区1-2");
    id = approved();
    one = person_named(*this, id, "手紙の一");
    two = person_named(*this, id, "手紙の二");
  }
  void by_letter(const std::string& name, const std::string& address) {
    auto& c = add("kou", name, "", "", {rows_++});
    c.postal = "1000001";
    c.address = address;
  }
  template <class... A>
  void alter(std::string_view sql, const A&... args) {
    auto tx = Transaction::write(*db).value();
    EXPECT_GT(tx.run(sql, args...).value(), 0U);
    EXPECT_TRUE(tx.commit());
  }
  Errc send() {
    NoRelay relay;
    SystemSleeper sleeper;
    const auto run =
        CampaignDelivery::prepare(parts(), "甲通信株式会社", lead, id,
                                  {*store, relay, clock, sleeper, nullptr, Logger::silent()}, {});
    return run ? Errc::kInternal : run.error().code;
  }
  Errc letters() {
    const auto made = CampaignExports(parts(), "甲通信株式会社")
                          .make(lead, id, Channel::kLetter, ListEncoding::kUtf8);
    return made ? Errc::kInternal : made.error().code;
  }

  std::string id, one, two;

 private:
  std::uint64_t rows_ = 1000;
};

TEST(FrozenDamage, ACustomerThatIsSomebodyElsesIsNotInTheNotice) {
  World w(1);
  w.alter(
      "INSERT INTO campaign_member (campaign, person, controller, u) SELECT campaign, :one, "
      "controller, u FROM campaign_subject WHERE campaign = :c AND person = :two",
      w.one, w.id, w.two);
  EXPECT_EQ(must(w.store->members(w.id, w.one)).size(), 1U);
  EXPECT_EQ(w.send(), Errc::kCorrupt);
  EXPECT_EQ(w.letters(), Errc::kCorrupt);
  EXPECT_EQ(w.service().approval_requests(w.lead, w.id).error().code, Errc::kCorrupt);
}

TEST(FrozenDamage, ACustomerThatIsMissingStopsMailsAndLetters) {
  World w(2);
  w.alter("DELETE FROM campaign_member WHERE campaign = :c AND person = :p", w.id, w.one);
  EXPECT_EQ(w.send(), Errc::kCorrupt);
  EXPECT_EQ(w.letters(), Errc::kCorrupt);
}

TEST(FrozenDamage, ACustomerThatWasMovedStopsMailsAndLetters) {
  World w(3);
  w.alter("UPDATE campaign_member SET person = :p WHERE campaign = :c AND person = :q", w.one, w.id,
          w.two);
  EXPECT_EQ(w.send(), Errc::kCorrupt);
  EXPECT_EQ(w.letters(), Errc::kCorrupt);
}

TEST(FrozenDamage, AnswersThatAreImportedBetweenTwoExportsRefuseThem) {
  World w(4);
  CampaignExports exports(w.parts(), "甲通信株式会社");
  const auto made = exports.make(w.lead, w.id, Channel::kLetter, ListEncoding::kUtf8).value();
  ASSERT_EQ(made.persons.size(), 2U);
  for (auto& c : w.customers) {
    if (c.name == "手紙の一") c.address = "東京都千代田区9-9";
  }
  auto s = w.service();
  for (const auto& r : must(s.resolve(w.lead, w.id, w.incident(), w.affected()))) {
    ASSERT_TRUE(s.import_bundle(w.lead, w.id, w.bundle(r)));
  }
  EXPECT_EQ(exports.record(w.lead, w.id, made).error().code, Errc::kConflict);
  EXPECT_EQ(exports.make(w.lead, w.id, Channel::kLetter, ListEncoding::kUtf8).error().code,
            Errc::kConflict)
      << "what was checked before the import says nothing of it";
  EXPECT_TRUE(must(w.store->exports(w.id)).empty());
}

TEST(FrozenDamage, ABuildGoesOnWhereNobodyCanBeToldOfIt) {
  World w(5);
  {
    auto tx = Transaction::write(*w.db).value();
    ASSERT_TRUE(tx.run_schema("DROP TABLE campaign_build"));
    ASSERT_TRUE(tx.commit());
  }
  campaign::BuildProgress progress(*w.store, w.clock, w.id, {}, {});
  ASSERT_TRUE(progress.stage("hash", 1, 2));
  w.clock.advance(std::chrono::seconds(3));
  EXPECT_TRUE(progress.at(1, 2));
}

TEST(FrozenDamage, ABuildThatSaysNothingIsShownAsStoppedAndThenNoMore) {
  World w(6);
  const auto stage = [&]() -> std::string {
    const auto status = w.service().status(w.lead, w.id).value();
    return status.build ? status.build->stage : "";
  };
  const auto note = [&](const char* name) {
    const auto now = w.clock.now();
    ASSERT_TRUE(w.store->note_build(w.id, BuildRow{name, 1, 2, now, now}));
  };
  note("hash");
  EXPECT_EQ(stage(), "hash");
  w.clock.advance(std::chrono::minutes(4));
  EXPECT_EQ(stage(), "stopped");
  w.clock.advance(std::chrono::minutes(12));
  EXPECT_EQ(stage(), "");
  note("write");
  w.clock.advance(std::chrono::minutes(4));
  EXPECT_EQ(stage(), "write") << "while it writes it can say nothing";
}

}  // namespace
}  // namespace hitokoe::incident
