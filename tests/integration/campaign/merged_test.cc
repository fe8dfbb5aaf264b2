// One notice for one person, whatever is merged and parted before, between and after: real
// incidents, keys, campaigns and database.
#include <boost/json.hpp>

#include "hitokoe/incident/campaign_exports.h"
#include "hitokoe/incident/follow_up.h"
#include "hitokoe/incident/move_service.h"
#include "hitokoe/storage/follow_up.h"
#include "hitokoe/storage/moves.h"
#include "storage/sql/session.h"
#include "tests/integration/campaign/world.h"
#include "tests/integration/incident/incident_world.h"

namespace hitokoe::testing {
namespace {

using incident::DeliveryState;
using incident::DeliveryStep;

class Merged : public ::testing::Test {
 protected:
  void SetUp() override {
    for (int i = 0; i < 4; ++i) {
      world.add("kou", "甲野" + std::to_string(i), "k" + std::to_string(i) + "@x.test", "",
                {static_cast<std::uint64_t>(i)});
    }
    for (int i = 0; i < 3; ++i) {
      world.add("otsu", "乙野" + std::to_string(i), "o" + std::to_string(i) + "@x.test", "",
                {static_cast<std::uint64_t>(100 + i)});
    }
    a = found("cap-a", {0, 1, 2, 3});
    b = found("cap-b", {0, 4, 5, 6});  // the first customer of kou is in both
    ASSERT_NE(a, b);
  }
  // `rows`: of each; empty: one after the other.
  std::string found(const std::string& capture, const std::vector<std::size_t>& who,
                    const std::vector<std::uint64_t>& rows = {}) {
    matcher::ScanReport r;
    r.captures = {capture};
    for (std::size_t i = 0; i < who.size(); ++i) {
      const auto& c = world.customers[who[i]];
      matcher::ResolvedSubject s;
      s.controller = c.controller;
      s.y_ref = c.y_ref;
      s.fields = {identity::FieldId::kName, identity::FieldId::kPhone};
      s.agreeing = 2;
      s.row = rows.empty() ? i : rows[i];
      r.subjects.push_back(s);
    }
    r.verdict = matcher::Verdict::kUnknown;
    r.unknown_probability = 1;
    return incidents.open_or_join(r, "scan", "local:t", world.registry).value().incident;
  }
  incident::MoveService moves() {
    return incident::MoveService({*move_store, *incident_store, *casework, *contributions, *log,
                                  *world.keys, captures, rules, holidays, world.clock,
                                  world.random});
  }
  incident::FollowUp follow() { return incident::FollowUp(world.parts(), *follows); }
  incident::Difference difference(const std::string& id) {
    const auto carriers = incident::carriers_of(incidents.show(world.lead, id).value());
    return follow()
        .difference(world.lead, id, carriers,
                    [&](const std::string& carrier) { return incidents.subjects(id, carrier); })
        .value();
  }
  // Resolved and approved; @return the campaign.
  std::string ready(const std::string& id, std::string campaign = "") {
    auto s = world.service();
    auto view = world.incident();
    view.id = id;
    if (campaign.empty()) campaign = s.create(world.lead, id, world.spec()).value().id;
    const auto all = follow().subjects(campaign, incidents.subjects(id).value()).value();
    for (const auto& r : must(s.resolve(world.lead, campaign, view, all))) {
      EXPECT_TRUE(s.import_bundle(world.lead, campaign, world.bundle(r)));
    }
    const auto frozen = s.freeze(world.lead, campaign, view, {}).value();
    for (const auto& r : frozen.requests) {
      EXPECT_TRUE(s.approve(world.lead, campaign, world.approval(r)));
    }
    return campaign;
  }
  // Tells whoever may be told, and keeps who that was.
  void send(const std::string& campaign) {
    auto s = world.service();
    ASSERT_TRUE(s.start(world.lead, campaign));
    for (const auto& r : must(world.store->recipients(campaign, ""))) {
      if (!step(campaign, r.person, DeliveryState::kPending, DeliveryState::kSending)) continue;
      step(campaign, r.person, DeliveryState::kSending, DeliveryState::kCommitting);
      step(campaign, r.person, DeliveryState::kCommitting, DeliveryState::kAccepted);
      for (const auto& m : must(world.store->members(campaign, r.person))) {
        ++told[{m.controller, m.u}];
      }
    }
    ASSERT_TRUE(follow().exclude_told(world.lead, campaign));
    EXPECT_TRUE(s.finish(world.lead, campaign).value()) << "nobody is left waiting for ever";
  }
  using Kept = std::set<std::pair<std::string, std::string>>;  // capture, incident
  // They are or were one, and are two.
  void make_family() {
    ASSERT_TRUE(moves().merge(world.lead, a, b, "one leak"));
    ASSERT_TRUE(moves().unmerge(world.lead, a, b, {}, "two leaks"));
  }
  // Resolved and approved, after what was sent.
  std::string later(const std::string& id,
                    incident::FollowKind kind = incident::FollowKind::kNewPeople) {
    auto spec = world.spec();
    spec.summary = {"先のお知らせの誤りを改めます。", "We correct our notice."};
    const auto made =
        follow().create(world.lead, id, spec, {"", kind, "", {}, "after what was sent"});
    EXPECT_TRUE(made) << (made ? "" : made.error().detail);
    return made ? ready(id, made.value().id) : "";
  }
  std::string person_of(const std::string& campaign, std::size_t customer) {
    const auto u = world.u_of(world.customers[customer]);
    for (const auto& s : must(world.store->subjects(campaign, ""))) {
      if (s.controller == world.customers[customer].controller && s.u == u) return s.person;
    }
    ADD_FAILURE() << "customer " << customer << " is not in it";
    return "";
  }
  void tell(const std::string& campaign, const std::string& person) {
    EXPECT_TRUE(step(campaign, person, DeliveryState::kPending, DeliveryState::kSending));
    EXPECT_TRUE(step(campaign, person, DeliveryState::kSending, DeliveryState::kCommitting));
    EXPECT_TRUE(step(campaign, person, DeliveryState::kCommitting, DeliveryState::kAccepted));
    for (const auto& m : must(world.store->members(campaign, person))) ++told[{m.controller, m.u}];
  }
  void refuse(const std::string& campaign, const std::string& person) {
    EXPECT_TRUE(step(campaign, person, DeliveryState::kPending, DeliveryState::kSending));
    EXPECT_TRUE(step(campaign, person, DeliveryState::kSending, DeliveryState::kRefused));
  }
  bool step(const std::string& campaign, const std::string& person, DeliveryState from,
            DeliveryState to) {
    const DeliveryStep one{person, from, to, "run", 0, "", "smtp"};
    return world.store->deliver(campaign, {&one, 1}, "t", world.clock.now()).value().front();
  }
  // As `ready`, where somebody may refuse it at any step.
  bool prepared(const std::string& id, const std::string& campaign) {
    auto s = world.service();
    auto view = world.incident();
    view.id = id;
    auto subjects = incidents.subjects(id);
    if (!subjects) return false;
    const auto all = follow().subjects(campaign, std::move(subjects.value()));
    if (!all) return false;
    const auto requests = s.resolve(world.lead, campaign, view, all.value());
    if (!requests) return false;
    for (const auto& r : requests.value())
      (void)s.import_bundle(world.lead, campaign, world.bundle(r));
    const auto frozen = s.freeze(world.lead, campaign, view, {});
    if (!frozen) return false;
    for (const auto& r : frozen.value().requests)
      (void)s.approve(world.lead, campaign, world.approval(r));
    return true;
  }
  // Everything that the campaign's own tables have of people.
  std::uint64_t kept_of(const std::string& campaign) {
    auto tx = storage::sql::Transaction::read(*world.db).value();
    std::uint64_t rows = 0;
    for (const char* count : {"SELECT count(*) FROM campaign_recipient WHERE campaign = :c",
                              "SELECT count(*) FROM campaign_member WHERE campaign = :c",
                              "SELECT count(*) FROM campaign_contact WHERE campaign = :c",
                              "SELECT count(*) FROM campaign_subject WHERE campaign = :c",
                              "SELECT count(*) FROM campaign_customers WHERE campaign = :c",
                              "SELECT count(*) FROM campaign_carrier_tally WHERE campaign = :c",
                              "SELECT count(*) FROM campaign_build WHERE campaign = :c",
                              "SELECT count(*) FROM campaign_bundle WHERE campaign = :c"}) {
      rows += tx.value<std::uint64_t>(count, campaign).value().value_or(0);
    }
    return rows;
  }
  // The kept counts beside those of the rows themselves, of every campaign.
  void expect_counts_of_the_rows(const std::string& after) {
    for (const auto& c : must(world.store->list())) {
      std::vector<std::string> carriers{""};
      for (const auto& [carrier, n] : must(world.store->customers(c.id, "")))
        carriers.push_back(carrier);
      for (const auto& carrier : carriers) {
        incident::CampaignStore::Counts slow{};
        std::uint64_t retried = 0;
        for (const auto& r : must(world.store->recipients(c.id, carrier))) {
          ++slow[static_cast<std::size_t>(r.state)];
          retried += r.attempts > 1 ? r.attempts - 1 : 0;
        }
        ASSERT_EQ(world.store->counts(c.id, carrier).value(), slow)
            << c.id << " of " << carrier << " after " << after;
        ASSERT_EQ(world.store->pace(c.id, carrier).value().retried, retried)
            << c.id << " of " << carrier << " after " << after;
      }
    }
  }
  void expect_each_once(std::size_t people) {
    EXPECT_EQ(told.size(), people);
    for (const auto& [customer, n] : told) EXPECT_EQ(n, 1U) << customer.first;
  }

  CampaignWorld world{11};
  incident::KeptCaptures captures;
  incident::ClockRules rules =
      incident::ClockRules::parse(incident::ClockRules::kBuiltIn, "clocks.yaml").value();
  incident::Holidays holidays =
      incident::Holidays::parse(incident::Holidays::kBuiltIn, "holidays.yaml").value();
  std::unique_ptr<incident::AuditLog> log = storage::make_audit_log(world.db);
  std::unique_ptr<incident::IncidentStore> incident_store = storage::make_incident_store(world.db);
  std::unique_ptr<incident::ContributionStore> contributions =
      storage::make_contribution_store(world.db);
  std::unique_ptr<incident::CaseworkStore> casework = storage::make_casework_store(world.db);
  std::unique_ptr<incident::MoveStore> move_store = storage::make_move_store(world.db);
  std::unique_ptr<incident::FollowStore> follows = storage::make_follow_store(world.db);
  incident::IncidentService incidents{{*incident_store, *world.keys, &captures, rules, holidays,
                                       world.clock, world.random, contributions.get()},
                                      {}};
  std::map<std::pair<std::string, identity::Fingerprint>, std::size_t> told;
  std::string a, b;
};

TEST_F(Merged, WhoWasToldByOneOfTheTwoIsNotToldByTheMergedOne) {
  send(ready(b));
  expect_each_once(4);
  ASSERT_TRUE(moves().merge(world.lead, a, b, "one leak"));
  send(ready(a));
  expect_each_once(7);
}

TEST_F(Merged, MergedSentPartedAndSentAgainEverybodyGotOneNotice) {
  ASSERT_TRUE(moves().merge(world.lead, a, b, "one leak"));
  send(ready(a));
  expect_each_once(7);
  ASSERT_TRUE(moves().unmerge(world.lead, a, b, {}, "two leaks"));
  send(ready(b));
  expect_each_once(7);
  // What b gets after that is b's, and only whoever is new is told.
  world.add("otsu", "乙野9", "o9@x.test", "", {900});
  ASSERT_EQ(found("cap-b", {0, 4, 5, 6, 7}), b);
  const auto later = follow()
                         .create(world.lead, b, world.spec(),
                                 {"", incident::FollowKind::kNewPeople, "", {}, "a later dump"})
                         .value();
  send(ready(b, later.id));
  expect_each_once(8);
}

TEST_F(Merged, TheCampaignOfAMergedIncidentTellsNobodyUntilItIsAloneAgain) {
  const auto waiting = ready(b);
  ASSERT_TRUE(moves().merge(world.lead, a, b, "one leak"));
  ASSERT_TRUE(world.service().start(world.lead, waiting));
  for (const auto& r : must(world.store->recipients(waiting, ""))) {
    EXPECT_FALSE(step(waiting, r.person, DeliveryState::kPending, DeliveryState::kSending));
  }
  EXPECT_EQ(moves().unmerge(world.lead, a, b, {}, "two").error().code, Errc::kConflict)
      << "it is being sent";
  EXPECT_EQ(captures.kept, (Kept{{"cap-a", a}, {"cap-b", a}, {"cap-b", b}})) << "as it was";
  ASSERT_TRUE(world.service().pause(world.lead, waiting));
  ASSERT_TRUE(moves().unmerge(world.lead, a, b, {}, "two"));
  send(waiting);
  expect_each_once(4);
  send(ready(a));
  expect_each_once(7);
}

TEST_F(Merged, WhereAMergeIsRefusedNothingOfTheOtherOneIsKept) {
  ASSERT_TRUE(world.service().start(world.lead, ready(b)));
  EXPECT_EQ(moves().merge(world.lead, a, b, "one leak").error().code, Errc::kConflict)
      << "it is being sent";
  EXPECT_EQ(captures.kept, (Kept{{"cap-a", a}, {"cap-b", b}}));
}

TEST_F(Merged, WhatWasPreparedForTheMergedOneBeginsAnewWhenItIsParted) {
  ASSERT_TRUE(moves().merge(world.lead, a, b, "one leak"));
  const auto campaign = ready(a);
  const auto now = world.clock.now();
  ASSERT_TRUE(world.store->note_build(campaign, incident::BuildRow{"hash", 1, 2, now, now}));
  EXPECT_GT(kept_of(campaign), 0U);
  ASSERT_TRUE(moves().unmerge(world.lead, a, b, {}, "two"));
  EXPECT_EQ(kept_of(campaign), 0U);
  EXPECT_EQ(world.store->load(campaign).value().state, incident::CampaignState::kDraft);
  EXPECT_TRUE(world.store->subjects(campaign, "").value().empty())
      << "the contacts of the other one's people are not kept";
  EXPECT_FALSE(world.service().start(world.lead, campaign));
  const auto asked = world.service().approval_requests(world.lead, campaign);
  ASSERT_FALSE(asked) << "there is nothing to approve any more";
  EXPECT_EQ(asked.error().code, Errc::kConflict);
  send(ready(a, campaign));
  EXPECT_TRUE(world.service().approval_requests(world.lead, campaign));
  expect_each_once(4);
  send(ready(b));
  expect_each_once(7);
}

TEST_F(Merged, WhoWaitsForTheOtherOneWhenASentCampaignIsPartedIsToldByThatOne) {
  world.customers[5].email.clear();  // waits for a letter
  ASSERT_TRUE(moves().merge(world.lead, a, b, "one leak"));
  const auto campaign = ready(a);
  send(campaign);
  expect_each_once(6);
  ASSERT_TRUE(moves().unmerge(world.lead, a, b, {}, "two"));
  const auto counts = world.store->counts(campaign, "").value();
  EXPECT_EQ(counts[static_cast<std::size_t>(DeliveryState::kNoContact)], 0U);
  EXPECT_EQ(counts[static_cast<std::size_t>(DeliveryState::kExcluded)], 1U);
  // On record as every other step is.
  const auto left = world.store->recipient(campaign, person_of(campaign, 5)).value();
  const auto events = log->read("campaign/" + campaign).value();
  ASSERT_EQ(left.event, events.back().seq);
  EXPECT_EQ(events.back().kind, "campaign.delivery");
  const auto step = boost::json::parse(events.back().body).at("steps").at(0);
  EXPECT_EQ(step, (boost::json::object{{"person", left.person},
                                       {"from", "no_contact"},
                                       {"to", "excluded"},
                                       {"by", "one-notice"}}));
  world.customers[5].email = "found@x.test";
  send(ready(b));
  expect_each_once(7);
}

TEST_F(Merged, WhatWasTakenOutIsNotToldAgain) {
  ASSERT_TRUE(moves().merge(world.lead, a, b, "one leak"));
  send(ready(a));
  const auto exposure = incident_store->load(world.lead, b).value().exposures[0].id;
  const auto parted = moves().split(world.lead, a, std::vector{exposure}, "an old list").value();
  send(ready(parted));
  expect_each_once(7);
}

TEST_F(Merged, WhatWasApprovedBeforeAMergeIsStillApprovedWhenThatIsUndone) {
  const auto waiting = ready(b);
  ASSERT_TRUE(moves().merge(world.lead, a, b, "one leak"));
  ASSERT_TRUE(moves().unmerge(world.lead, a, b, {}, "two"));
  EXPECT_EQ(world.store->load(waiting).value().state, incident::CampaignState::kApproved);
  send(waiting);
  expect_each_once(4);
}

TEST_F(Merged, WhoWaitsInTheHalfSentCampaignOfAMergedIncidentIsNewToTheOneThatGoesOn) {
  send(ready(a));
  const auto half = ready(b);
  ASSERT_TRUE(world.service().start(world.lead, half));
  tell(half, person_of(half, 4));
  ASSERT_TRUE(world.service().pause(world.lead, half));
  ASSERT_TRUE(moves().merge(world.lead, a, b, "one leak"));
  const auto d = difference(a);
  EXPECT_EQ(d.carriers.at("otsu").new_people, 2U) << "nobody else can tell them";
  EXPECT_EQ(d.carriers.at("otsu").told, 1U);
  EXPECT_EQ(d.carriers.at("otsu").waiting, 0U);
  send(later(a));
  expect_each_once(7);
  ASSERT_TRUE(moves().unmerge(world.lead, a, b, {}, "two after all"));
  send(half);
  expect_each_once(7);
}

TEST_F(Merged, WhoWasOnlyLeftToTheOtherIncidentIsNewToIt) {
  send(ready(b));
  ASSERT_TRUE(moves().merge(world.lead, a, b, "one leak"));
  world.add("otsu", "乙野9", "", "", {900});  // comes while they are one, and waits for a letter
  ASSERT_EQ(found("cap-b", {0, 4, 5, 6, 7}), a);
  const auto campaign = ready(a);
  send(campaign);
  expect_each_once(7);
  ASSERT_TRUE(moves().unmerge(world.lead, a, b, {}, "two"));
  EXPECT_EQ(world.store->recipient(campaign, person_of(campaign, 7)).value().settled_by,
            "one-notice");
  world.customers[7].email = "o9@x.test";
  send(later(b));
  expect_each_once(8);
}

TEST_F(Merged, WhoComesBackByASecondMergeIsNewAgainAndNoMoreOnTheListOfWhoLeft) {
  world.customers[5].email.clear();
  ASSERT_TRUE(moves().merge(world.lead, a, b, "one leak"));
  send(ready(a));
  expect_each_once(6);
  ASSERT_TRUE(moves().unmerge(world.lead, a, b, {}, "two"));
  EXPECT_EQ(move_store->left(a).value().size(), 3U);
  ASSERT_TRUE(moves().merge(world.lead, a, b, "one after all"));
  EXPECT_TRUE(move_store->left(a).value().empty());
  world.customers[5].email = "found@x.test";
  send(later(a));
  expect_each_once(7);
}

TEST_F(Merged, WhoWasSplitOffIsNotToldByTheCampaignThatItsPartFindsAgain) {
  ASSERT_EQ(found("cap-b2", {4, 5, 6}), b);
  world.add("otsu", "乙野9", "o9@x.test", "", {900});
  ASSERT_EQ(found("cap-b2", {4, 5, 6, 7}), b);  // 7 is in the second capture alone
  const auto half = ready(b);
  ASSERT_TRUE(world.service().start(world.lead, half));
  tell(half, person_of(half, 4));
  ASSERT_TRUE(world.service().pause(world.lead, half));
  ASSERT_TRUE(moves().merge(world.lead, a, b, "one leak"));
  const auto exposure = incident_store->load(world.lead, b).value().exposures[1].id;
  const auto parted = moves().split(world.lead, a, std::vector{exposure}, "an old list").value();
  ASSERT_TRUE(moves().unmerge(world.lead, a, b, {}, "two"));
  EXPECT_EQ(world.store->recipient(half, person_of(half, 7)).value().state,
            DeliveryState::kExcluded)
      << "of another incident now";
  send(ready(parted));
  send(half);
  expect_each_once(5);
}

TEST_F(Merged, WhomTheMergedOneCouldNotReachIsToldByTheOneThatGoesOn) {
  make_family();
  const auto half = ready(b);
  ASSERT_TRUE(world.service().start(world.lead, half));
  refuse(half, person_of(half, 0));
  ASSERT_TRUE(world.service().pause(world.lead, half));
  send(ready(a));
  expect_each_once(3);  // b's campaign goes on with the first one, by letter
  ASSERT_TRUE(moves().merge(world.lead, a, b, "one after all"));
  send(later(a));
  expect_each_once(7);
}

TEST_F(Merged, WhereNeitherOfTwoReachedAPersonOneOfThemGoesOn) {
  make_family();
  const auto first = ready(a);
  const auto second = ready(b);
  for (const auto& campaign : {first, second}) {
    // As a crash between two processes may leave it: both were refused.
    ASSERT_TRUE(world.service().start(world.lead, campaign));
    const auto person = person_of(campaign, 0);
    const DeliveryStep no{person, DeliveryState::kPending, DeliveryState::kRefused, "run", 0, "",
                          "smtp"};
    ASSERT_TRUE(world.store->deliver(campaign, {&no, 1}, "t", world.clock.now()).value().front());
  }
  const auto may = [&](const std::string& campaign) {
    return follows->may_tell(campaign, person_of(campaign, 0)).value() == incident::MayTell::kYes;
  };
  EXPECT_NE(may(first), may(second));
}

// One person of two carriers, who was told as a customer of one of them alone.
TEST_F(Merged, TheOtherCustomerOfAPersonWhoWasToldAsOneIsNewAndToldAlone) {
  world.add("otsu", "甲野0", "k0@x.test", "", {0});
  ASSERT_EQ(found("cap-b", {0, 4, 5, 6, 7}, {0, 1, 2, 3, 0}), b);
  make_family();
  send(ready(a));
  const auto campaign = ready(b);
  ASSERT_EQ(person_of(campaign, 0), person_of(campaign, 7));
  send(campaign);
  expect_each_once(7);
  const auto d = difference(b);
  EXPECT_EQ(d.carriers.at("otsu").new_people, 1U);
  EXPECT_EQ(d.carriers.at("kou").new_people, 0U);
  send(later(b));
  expect_each_once(8);
}

TEST_F(Merged, AnExportHoldsOnlyWhomNobodyToldAndNothingWhereTheIncidentIsMerged) {
  make_family();
  send(ready(a));
  for (const auto i : {0, 5}) {
    world.customers[static_cast<std::size_t>(i)].email.clear();
    world.customers[static_cast<std::size_t>(i)].phone = "+81900000" + std::to_string(i);
  }
  const auto campaign = ready(b);
  incident::CampaignExports exports(world.parts(), "甲通信株式会社",
                                    incident::CampaignExports::kLettersPerPdf, follows.get());
  const auto make = [&] {
    return exports.make(world.lead, campaign, incident::Channel::kSms,
                        incident::ListEncoding::kUtf8);
  };
  const auto made = must(make());
  EXPECT_EQ(made.persons, std::vector{person_of(campaign, 5)});
  ASSERT_TRUE(moves().merge(world.lead, a, b, "one after all"));
  EXPECT_EQ(make().error().code, Errc::kConflict) << "before anything is written";
  ASSERT_TRUE(moves().unmerge(world.lead, a, b, {}, "two"));
  EXPECT_TRUE(exports.record(world.lead, campaign, made));
}

TEST_F(Merged, APartyDoesNotLearnWhichOtherCampaignToldItsCustomer) {
  make_family();
  const auto first = ready(a);
  send(first);
  const auto second = ready(b);
  send(second);
  const auto person = person_of(second, 0);
  const auto reply = [&](const registry::Viewer& viewer) {
    return must(world.service().proof(viewer, second, person)).at(0).reply;
  };
  EXPECT_EQ(reply(world.lead), "told by " + first);
  EXPECT_EQ(reply(registry::Viewer("u", registry::Role::kParty, "kou")), "");
}

TEST_F(Merged, ACorrectionOfOnePartIsNotSaidAgainByThatOfTheOther) {
  make_family();
  send(ready(a));
  send(ready(b));
  expect_each_once(7);
  const auto first = later(a, incident::FollowKind::kCorrection);
  const auto second = later(b, incident::FollowKind::kCorrection);
  send(first);
  send(second);
  EXPECT_EQ(told.size(), 7U);
  for (const auto& [customer, n] : told) {
    EXPECT_EQ(n, 2U) << customer.first << ": the notice, and what is corrected";
  }
  // What is decided after that is said to all of them.
  world.clock.advance(std::chrono::hours{1});
  send(later(b, incident::FollowKind::kCorrection));
  std::size_t thrice = 0;
  for (const auto& [customer, n] : told) thrice += n == 3 ? 1U : 0U;
  EXPECT_EQ(thrice, 4U);
}

// One random thing that changes states, or is refused. @return what it was
class Anything {
 public:
  explicit Anything(std::uint64_t seed) : dice_(seed) {}

  std::uint64_t below(std::uint64_t n) { return dice_.below(n); }
  DeliveryState state() {
    return static_cast<DeliveryState>(dice_.below(incident::kDeliveryStates));
  }

 private:
  SeededRandom dice_;
};

TEST_F(Merged, TheKeptCountsAreThoseOfTheRowsWhateverIsDone) {
  world.customers[3].email.clear();  // waits for a letter
  Anything dice(23);
  std::map<std::string, std::string> of;  // incident → campaign
  std::map<std::string, std::size_t> done;
  const auto try_one = [&](std::uint64_t what, const std::string& id) -> std::string {
    const auto at = of.find(id);
    if (at == of.end()) {
      const auto row = world.service().create(world.lead, id, world.spec());
      if (!row) return "";
      of[id] = row.value().id;
      return prepared(id, of[id]) ? "freeze" : "";
    }
    const auto& campaign = at->second;
    const auto people = must(world.store->recipients(campaign, ""));
    auto s = world.service();
    switch (what) {
      case 0:
        return moves().merge(world.lead, a, b, "one leak") ? "merge" : "";
      case 1:
        return moves().unmerge(world.lead, a, b, {}, "two leaks") ? "unmerge" : "";
      case 2: {
        if (s.start(world.lead, campaign)) return "start";
        const auto state = world.store->load(campaign).value().state;
        return state == incident::CampaignState::kDraft && prepared(id, campaign) ? "freeze anew"
                                                                                  : "";
      }
      case 3:
        return s.pause(world.lead, campaign) ? "pause" : "";
      case 4:
        return world.store->recover(campaign, "other", "t", world.clock.now()).value().first > 0
                   ? "recover"
                   : "";
      case 5:
        return follow().exclude_told(world.lead, campaign).value() > 0 ? "exclude_told" : "";
      case 6: {
        std::vector<std::string> letters;
        for (const auto& r : people) {
          if (r.state == DeliveryState::kNoContact || r.state == DeliveryState::kBounced)
            letters.push_back(r.person);
        }
        const auto row = world.store->load(campaign).value();
        incident::ExportRow e;
        e.number = static_cast<std::uint32_t>(must(world.store->exports(campaign)).size() + 1);
        e.version = row.version;
        e.encoding = "utf-8";
        e.persons = letters.size();
        e.user = "t";
        e.at = world.clock.now();
        return !letters.empty() && world.store->add_export(campaign, e, letters, e.at) ? "export"
                                                                                       : "";
      }
      default: {
        if (people.empty()) return "";
        const auto& r = people[dice.below(people.size())];
        // Mostly as a delivery goes, so that something comes of it.
        const auto next = r.state == DeliveryState::kPending   ? DeliveryState::kSending
                          : r.state == DeliveryState::kSending ? DeliveryState::kCommitting
                                                               : dice.state();
        const auto to = dice.below(4) == 0 ? dice.state() : next;
        return step(campaign, r.person, dice.below(8) == 0 ? dice.state() : r.state, to) ? "step"
                                                                                         : "";
      }
    }
  };
  for (int i = 0; i < 150 && !HasFatalFailure(); ++i) {
    const auto what = try_one(dice.below(14), dice.below(2) == 0 ? a : b);
    if (what.empty()) continue;
    ++done[what];
    expect_counts_of_the_rows(what);
  }
  for (const auto* what : {"freeze", "merge", "unmerge", "start", "step", "recover", "export"})
    EXPECT_GT(done[what], 0U) << what << " never happened";
}

}  // namespace
}  // namespace hitokoe::testing
