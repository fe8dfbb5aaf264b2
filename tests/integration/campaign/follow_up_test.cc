// Second campaigns, and one notice for one person across incidents that are merged and parted: real
// keys and a real database; what is sent is told by the steps of the store.
#include "hitokoe/incident/follow_up.h"

#include <gtest/gtest.h>

#include "hitokoe/storage/follow_up.h"
#include "hitokoe/storage/moves.h"
#include "tests/integration/campaign/world.h"

namespace hitokoe::testing {
namespace {

using identity::FieldId;
using incident::CampaignState;
using incident::DeliveryState;
using incident::DeliveryStep;
using incident::FollowKind;
using incident::FollowUp;

class Follows : public ::testing::Test {
 protected:
  FollowUp follow() { return FollowUp(world.parts(), *store); }
  std::string approve(const std::string& id, const std::vector<incident::AffectedSubject>& subjects,
                      const std::string& incident = "INC-1") {
    auto s = world.service();
    auto view = world.incident();
    view.id = incident;
    for (const auto& r : must(s.resolve(world.lead, id, view, subjects))) {
      EXPECT_TRUE(s.import_bundle(world.lead, id, world.bundle(r)));
    }
    const auto frozen = s.freeze(world.lead, id, view, {}).value();
    for (const auto& r : frozen.requests) {
      EXPECT_TRUE(s.approve(world.lead, id, world.approval(r)));
    }
    return id;
  }
  // As the delivery does it, step by step. @return how many could be begun.
  std::size_t send(const std::string& id) {
    auto s = world.service();
    EXPECT_TRUE(s.start(world.lead, id));
    EXPECT_TRUE(follow().exclude_told(world.lead, id));
    std::size_t sent = 0;
    for (const auto& r : must(world.store->recipients(id, ""))) {
      if (r.state != DeliveryState::kPending) continue;
      sent += step(id, r.person, DeliveryState::kPending, DeliveryState::kSending) ? 1U : 0U;
      step(id, r.person, DeliveryState::kSending, DeliveryState::kCommitting);
      step(id, r.person, DeliveryState::kCommitting, DeliveryState::kAccepted);
    }
    EXPECT_TRUE(follow().exclude_told(world.lead, id));
    EXPECT_TRUE(s.finish(world.lead, id).value());
    return sent;
  }
  bool step(const std::string& id, const std::string& person, DeliveryState from,
            DeliveryState to) {
    const DeliveryStep one{person, from, to, "run", 0, "", "smtp"};
    return world.store->deliver(id, {&one, 1}, "t", world.clock.now()).value().front();
  }
  // Asked carrier by carrier, as the product does it.
  incident::Difference difference(const std::vector<incident::AffectedSubject>& all) {
    std::set<std::string> carriers;
    for (const auto& s : all) carriers.insert(s.controller);
    const std::vector<std::string> names(carriers.begin(), carriers.end());
    const auto source = [&](const std::string& carrier) {
      std::vector<incident::AffectedSubject> theirs;
      std::ranges::copy_if(all, std::back_inserter(theirs),
                           [&](const auto& s) { return s.controller == carrier; });
      return Result<std::vector<incident::AffectedSubject>>(std::move(theirs));
    };
    return follow().difference(world.lead, "INC-1", names, source).value();
  }
  std::size_t count(const std::string& id, DeliveryState state) {
    return world.store->counts(id, "").value()[static_cast<std::size_t>(state)];
  }
  std::string begin_follow(FollowKind kind, incident::CorrectionChoice choice = {}) {
    auto spec = world.spec();
    spec.summary = {"先のお知らせの後に判明しました。", "It came to light after our notice."};
    auto made = follow().create(world.lead, "INC-1", spec, {"", kind, "", choice, "a second dump"});
    EXPECT_TRUE(made) << (made ? "" : made.error().detail);
    return made ? made.value().id : "";
  }

  CampaignWorld world{7};
  std::unique_ptr<incident::FollowStore> store = storage::make_follow_store(world.db);
};

TEST_F(Follows, OnlyNewPeopleAreToldAfterASecondDumpAndOnlyOnce) {
  world.populate(6);
  const auto first = world.approved();
  ASSERT_EQ(send(first), 6U);
  world.add("kou", "新しい人", "new@x.test", "", {900});
  world.customers[0].items.push_back(FieldId::kAddress);
  const auto d = difference(world.affected());
  EXPECT_EQ(d.carriers.at("kou").new_people, 1U);
  EXPECT_EQ(d.carriers.at("kou").new_items, 1U);
  EXPECT_EQ(d.carriers.at("otsu").new_people, 0U);
  EXPECT_EQ(d.carriers.at("otsu").told, d.carriers.at("otsu").people);

  const auto second = begin_follow(FollowKind::kNewPeople);
  ASSERT_NE(second, first);
  EXPECT_EQ(world.store->load(second).value().incident, "INC-1");
  const auto chosen = follow().subjects(second, world.affected()).value();
  ASSERT_EQ(chosen.size(), 1U);
  approve(second, chosen);
  EXPECT_EQ(send(second), 1U);
  // Even where somebody asks for all of them: the store begins nobody twice.
  const auto third = begin_follow(FollowKind::kNewPeople);
  approve(third, world.affected());
  auto s = world.service();
  ASSERT_TRUE(s.start(world.lead, third));
  for (const auto& r : must(world.store->recipients(third, ""))) {
    EXPECT_FALSE(step(third, r.person, DeliveryState::kPending, DeliveryState::kSending));
  }
  EXPECT_EQ(follow().exclude_told(world.lead, third).value(), 7U);
  EXPECT_EQ(count(third, DeliveryState::kExcluded), 7U);
}

TEST_F(Follows, ASupplementTellsOnlyTheNewItemsOfWhoWasTold) {
  world.populate(3);
  const auto first = world.approved();
  ASSERT_EQ(send(first), 3U);
  world.customers[0].items.push_back(FieldId::kAddress);
  world.add("kou", "新しい人", "new@x.test", "", {900});
  const auto second = begin_follow(FollowKind::kSupplement);
  const auto chosen = follow().subjects(second, world.affected()).value();
  ASSERT_EQ(chosen.size(), 1U);
  EXPECT_EQ(chosen[0].items, std::vector{FieldId::kAddress});
  approve(second, chosen);
  const auto mails = world.service().preview(world.lead, second, 1).value();
  ASSERT_EQ(mails.size(), 1U);
  EXPECT_NE(mails[0].subject.find("追加のお知らせ"), std::string::npos);
  EXPECT_EQ(mails[0].body.find("電話番号、"), std::string::npos) << "only what is new";
  EXPECT_EQ(send(second), 1U);
}

TEST_F(Follows, ACorrectionGoesOnceToWhoWasToldWhatWasWrong) {
  world.populate(6);
  const auto first = world.approved();
  ASSERT_EQ(send(first), 6U);
  incident::CorrectionChoice choice;
  choice.controller = "otsu";
  choice.items = {FieldId::kEmail};
  const auto second = begin_follow(FollowKind::kCorrection, choice);
  const auto chosen = follow().subjects(second, world.affected()).value();
  ASSERT_EQ(chosen.size(), 2U) << "those of both carriers have the mail address at otsu";
  for (const auto& s : chosen) EXPECT_EQ(s.controller, "otsu");
  approve(second, chosen);
  EXPECT_EQ(send(second), 2U);
  choice = {};
  choice.version = 9;
  const auto none = begin_follow(FollowKind::kCorrection, choice);
  EXPECT_TRUE(follow().subjects(none, world.affected()).value().empty());
}

TEST_F(Follows, EveryNoticeWarnsOfWhoAsksForPinsAndPasswords) {
  world.populate(2);
  ASSERT_EQ(send(world.approved()), 2U);
  const auto id = begin_follow(FollowKind::kSupplement);
  const auto notice = world.store->load(id).value().spec.notice;
  EXPECT_NE(notice.ja.find("暗証番号、パスワード"), std::string::npos);
  EXPECT_NE(notice.en.find("a PIN, a password"), std::string::npos);
  for (const auto* heading : {"■ 事案の概要", "■ 原因", "■ 専用お問い合わせ窓口"}) {
    EXPECT_EQ(notice.ja.find(heading), notice.ja.rfind(heading)) << heading;
  }
}

TEST_F(Follows, NothingFollowsWhatIsNotSentToTheEnd) {
  world.populate(2);
  auto spec = world.spec();
  EXPECT_EQ(follow()
                .create(world.lead, "INC-1", spec, {"", FollowKind::kNewPeople, "", {}, "x"})
                .error()
                .code,
            Errc::kConflict)
      << "there is no first one";
  world.approved();
  EXPECT_EQ(follow()
                .create(world.lead, "INC-1", spec, {"", FollowKind::kNewPeople, "", {}, "x"})
                .error()
                .code,
            Errc::kConflict);
  EXPECT_EQ(follow()
                .create(world.lead, "INC-1", spec, {"", FollowKind::kSupplement, "", {}, "x"})
                .error()
                .code,
            Errc::kBadInput)
      << "a second notice says why it comes";
}

TEST_F(Follows, WhoMustNotBeWrittenToIsNotWrittenToByALaterOne) {
  world.populate(2);
  const auto first = world.approved();
  const auto person = world.store->recipients(first, "").value().front().person;
  const DeliveryStep dead{
      person, DeliveryState::kPending, DeliveryState::kExcluded, "", 0, "deceased", "local:t"};
  ASSERT_TRUE(world.store->deliver(first, {&dead, 1}, "t", world.clock.now()).value().front());
  ASSERT_EQ(send(first), 1U);
  const auto d = difference(world.affected());
  std::uint64_t excluded = 0;
  for (const auto& [carrier, n] : d.carriers) excluded += n.excluded;
  EXPECT_GE(excluded, 1U);
  const auto second = begin_follow(FollowKind::kNewPeople);
  EXPECT_TRUE(follow().subjects(second, world.affected()).value().empty());
}

TEST_F(Follows, ADifferenceAsksForOneCarrierAfterAnotherAndAPartyForItsOwnAlone) {
  world.populate(6);
  ASSERT_EQ(send(world.approved()), 6U);
  const auto all = world.affected();
  std::vector<std::string> asked;
  const auto source = [&](const std::string& carrier) {
    asked.push_back(carrier);
    std::vector<incident::AffectedSubject> theirs;
    std::ranges::copy_if(all, std::back_inserter(theirs),
                         [&](const auto& s) { return s.controller == carrier; });
    return Result<std::vector<incident::AffectedSubject>>(std::move(theirs));
  };
  const std::vector<std::string> carriers{"kou", "otsu"};
  const auto of_all = follow().difference(world.lead, "INC-1", carriers, source).value();
  EXPECT_EQ(asked, carriers);
  EXPECT_EQ(of_all.carriers.at("kou").told, of_all.carriers.at("kou").people);
  asked.clear();
  const registry::Viewer otsu("u", registry::Role::kParty, "otsu");
  const auto own = follow().difference(otsu, "INC-1", carriers, source).value();
  EXPECT_EQ(asked, std::vector<std::string>{"otsu"});
  ASSERT_EQ(own.carriers.size(), 1U);
  EXPECT_EQ(own.carriers.at("otsu"), of_all.carriers.at("otsu"));
  // The store is asked in the same way.
  std::set<std::string> given;
  ASSERT_TRUE(store->each_known(
      "INC-1", "", "otsu", [&](const incident::KnownCustomer& c) { given.insert(c.controller); }));
  EXPECT_EQ(given, std::set<std::string>{"otsu"});
}

TEST_F(Follows, ThePeopleOfACarrierThatNoCampaignEverAskedAreNew) {
  world.populate(3);
  ASSERT_EQ(send(world.approved()), 3U);
  auto all = world.affected();
  all.push_back({"hei", {9}, {FieldId::kName}, {7}});  // it has no key of its own yet
  const auto d = difference(all);
  EXPECT_EQ(d.carriers.at("hei").new_people, 1U);
  EXPECT_EQ(d.carriers.at("kou").new_people, 0U);
  const auto chosen = follow().subjects(begin_follow(FollowKind::kNewPeople), all).value();
  ASSERT_EQ(chosen.size(), 1U);
  EXPECT_EQ(chosen[0].controller, "hei");
}

}  // namespace
}  // namespace hitokoe::testing
