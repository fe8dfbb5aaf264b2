// Verdicts that are owed since a merge, an unmerge or a split: what they say, over any crash, and
// what is shown until they are made.
#include <algorithm>

#include "tests/unit/service/joint_verdict_world.h"

namespace hitokoe::service {
namespace {

class VerdictsAfterMoves : public JointVerdict {};

// The rows of "e" are callco's copy, and none of shop's.
TEST_F(VerdictsAfterMoves, IsMadeAgainFromWhatIsThereAfterAMergeAndAfterUndoingIt) {
  pages_.rows["e"] = people(500, 900, 2);
  Daemon daemon(pages_);
  for (const auto* capture : {"a", "e"}) ASSERT_TRUE(daemon.match(capture));
  ASSERT_EQ(daemon.all().size(), 2U);
  const auto a = daemon.all()[0], e = daemon.all()[1];
  const auto a_before = daemon.holders(a), e_before = daemon.holders(e);
  ASSERT_TRUE(daemon.moves.merge(kLead, a, e, "one dump"));
  EXPECT_FALSE(daemon.store->load(kLead, a).value().together) << "it spoke of other exposures";
  EXPECT_EQ(daemon.watch.work().value(), 1U);
  // Two copies, each the source of its part: as surely as before, and both in one verdict.
  std::map<std::string, double> sure;
  const auto holders = daemon.holders(a);
  for (const auto& h : holders.as_array()) {
    sure[std::string(h.at("party").as_string())] = h.at("probability").as_double();
  }
  EXPECT_GT(sure["shop"], 0.95);
  EXPECT_GT(sure["callco"], 0.95);
  EXPECT_TRUE(daemon.parties_with_tasks(a).contains("callco"));
  EXPECT_TRUE(daemon.parties_with_tasks(a).contains("shop"));
  const auto changes = daemon.moves.verdicts(kLead, a).value();
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(changes[1].cause, "merged");
  EXPECT_EQ(changes[1].other, e);
  const auto callco = std::ranges::find(changes[1].holders, std::string("callco"),
                                        &incident::VerdictChange::Holder::party);
  ASSERT_NE(callco, changes[1].holders.end());
  EXPECT_LT(callco->before.value_or(0), 0.95);
  EXPECT_GT(callco->after.value(), 0.95);

  ASSERT_TRUE(daemon.moves.unmerge(kLead, a, e, {}, "two after all"));
  EXPECT_EQ(daemon.watch.look().value(), 0U) << "what is owed is made where it is owed";
  EXPECT_EQ(daemon.watch.work().value(), 2U);
  EXPECT_EQ(daemon.watch.work().value(), 0U);
  EXPECT_EQ(daemon.holders(a), a_before);
  EXPECT_EQ(daemon.holders(e), e_before);
  EXPECT_FALSE(daemon.parties_with_tasks(a).contains("callco"));
  EXPECT_FALSE(incident::verify_incidents(*daemon.store, *daemon.log).value());
  ASSERT_TRUE(daemon.store->rebuild());
  EXPECT_EQ(daemon.holders(a), a_before);
}

// The oracle: a service that never saw the exposure that was taken out.
TEST_F(VerdictsAfterMoves, OfBothPartsOfASplitIsThatOfItsOwnExposuresAlone) {
  Daemon daemon(pages_);
  for (const auto* capture : {"a", "d", "b"}) ASSERT_TRUE(daemon.match(capture));
  const auto id = daemon.all()[0];
  const auto exposures = daemon.store->load(kLead, id).value().exposures;
  ASSERT_EQ(exposures.size(), 3U);
  const auto fresh =
      daemon.moves.split(kLead, id, std::vector{exposures[0].id}, "an old list").value();
  EXPECT_EQ(daemon.watch.work().value(), 2U);
  Daemon rest(pages_);
  for (const auto* capture : {"d", "b"}) ASSERT_TRUE(rest.match(capture));
  EXPECT_EQ(daemon.holders(id), rest.holders(rest.all()[0]));
  Daemon alone(pages_);
  ASSERT_TRUE(alone.match("a"));
  EXPECT_EQ(daemon.holders(fresh).at(0).at("party"),
            alone.holders(alone.all()[0]).at(0).at("party"));
  EXPECT_EQ(daemon.said(fresh).at("exposures"), 1);
  const auto changes = daemon.moves.verdicts(kLead, fresh).value();
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].cause, "split_from");
  EXPECT_FALSE(changes[0].before) << "it is new";
}

// An older incident whose contribution is damaged, or whose key is gone, is no reason to leave the
// younger ones without a verdict.
TEST_F(VerdictsAfterMoves, OneIncidentThatCannotBeJudgedHoldsUpNoOther) {
  pages_.rows["e"] = people(500, 900, 2);
  Daemon daemon(pages_);
  for (const auto* capture : {"a", "e"}) ASSERT_TRUE(daemon.match(capture));
  const auto a = daemon.all()[0], e = daemon.all()[1];
  const auto e_before = daemon.holders(e);
  ASSERT_TRUE(daemon.moves.merge(kLead, a, e, "one dump"));
  ASSERT_TRUE(daemon.moves.unmerge(kLead, a, e, {}, "two after all"));
  const auto exposure = daemon.store->load(kLead, a).value().exposures.at(0).id;
  ASSERT_TRUE(daemon.contributions->put(a, exposure, as_bytes(std::string_view("damaged"))));
  EXPECT_EQ(daemon.watch.work().value(), 1U);
  EXPECT_EQ(daemon.holders(e), e_before);
  // It is shown why, and nobody tries until something is another one or a person asks.
  const auto owed = daemon.due->of(kLead, a).value().value();
  EXPECT_EQ(owed.state, incident::DueState::kFailed);
  EXPECT_EQ(owed.why, to_string(Errc::kCorrupt));
  EXPECT_EQ(owed.tries, 1U);
  EXPECT_EQ(daemon.watch.work().value(), 0U);
  EXPECT_EQ(daemon.due->of(kLead, a).value(), owed);
  EXPECT_NE(daemon.metrics.render().find("hitokoe_verdicts_due{state=\"failed\"} 1"),
            std::string::npos);
  EXPECT_EQ(daemon.watch.look().value(), 0U);
  const auto said = daemon.lines.size();
  EXPECT_EQ(std::ranges::count_if(daemon.lines,
                                  [&](const std::string& line) {
                                    return line.find("verdict.failed") != std::string::npos &&
                                           line.find(a) != std::string::npos;
                                  }),
            2)
      << "it is said of which: when it was owed, and at the first look of this process";
  EXPECT_EQ(daemon.watch.look().value(), 0U);
  EXPECT_EQ(daemon.lines.size(), said) << "once, until the incident is another one";
}

// The move and that a verdict is owed are one transaction; the daemon dies at every step after it.
TEST_F(VerdictsAfterMoves, WhatIsOwedSinceAMoveIsMadeOverAnyCrash) {
  pages_.rows["e"] = people(500, 900, 2);
  for (const bool begun : {false, true}) {
    Daemon daemon(pages_);
    for (const auto* capture : {"a", "e"}) ASSERT_TRUE(daemon.match(capture));
    const auto a = daemon.all()[0], e = daemon.all()[1];
    EXPECT_TRUE(daemon.due->list().value().empty()) << "nobody moved anything";
    ASSERT_TRUE(daemon.moves.merge(kLead, a, e, "one dump"));
    const auto owed = daemon.due->list().value();
    ASSERT_EQ(owed.size(), 1U) << "what was merged is judged as a part of the other";
    EXPECT_EQ(owed[0].incident, a);
    EXPECT_EQ(owed[0].by, "lead");
    EXPECT_EQ(owed[0].state, incident::DueState::kWaiting);
    EXPECT_FALSE(daemon.store->load(kLead, a).value().together) << "the move made none";
    if (begun) {
      ASSERT_TRUE(daemon.due->begin(owed[0], daemon.clock.now()).value());
    }
    EXPECT_EQ(daemon.watch.work().value(), 1U) << "the next life takes it up at once";
    EXPECT_TRUE(daemon.store->load(kLead, a).value().together);
    EXPECT_TRUE(daemon.due->list().value().empty());
    EXPECT_EQ(daemon.log->read(incident::stream_of(a)).value().back().actor, "lead")
        << "the verdict is on record as the mover's";
    ASSERT_TRUE(daemon.moves.unmerge(kLead, a, e, {}, "two"));
    EXPECT_EQ(daemon.due->list().value().size(), 2U);
    ASSERT_TRUE(daemon.moves.merge(kLead, a, e, "one"));
    EXPECT_EQ(daemon.due->list().value().size(), 1U) << "of what is over nothing is owed";
  }
}

TEST_F(VerdictsAfterMoves, AMoveWhileItIsMadeLeavesItOwed) {
  pages_.rows["e"] = people(500, 900, 2);
  Daemon daemon(pages_);
  for (const auto* capture : {"a", "e"}) ASSERT_TRUE(daemon.match(capture));
  const auto a = daemon.all()[0], e = daemon.all()[1];
  ASSERT_TRUE(daemon.moves.merge(kLead, a, e, "one dump"));
  const auto first = daemon.due->of(kLead, a).value().value();
  ASSERT_TRUE(daemon.due->begin(first, daemon.clock.now()).value());
  ASSERT_TRUE(daemon.moves.unmerge(kLead, a, e, {}, "two"));
  ASSERT_TRUE(daemon.due->settle(first));
  ASSERT_TRUE(daemon.due->fail_with(first, Errc::kCorrupt, true));
  EXPECT_FALSE(daemon.due->begin(first, daemon.clock.now()).value());
  const auto owed = daemon.due->of(kLead, a).value();
  ASSERT_TRUE(owed);
  EXPECT_GT(owed->event, first.event);
  EXPECT_EQ(owed->state, incident::DueState::kWaiting);
  EXPECT_EQ(daemon.watch.work().value(), 2U);
}

TEST_F(VerdictsAfterMoves, WhatMayPassIsTriedAgainLaterAndLater) {
  pages_.rows["e"] = people(500, 900, 2);
  Daemon daemon(pages_);
  for (const auto* capture : {"a", "e"}) ASSERT_TRUE(daemon.match(capture));
  const auto a = daemon.all()[0], e = daemon.all()[1];
  ASSERT_TRUE(daemon.moves.merge(kLead, a, e, "one dump"));
  const auto tries = [&] { return daemon.due->of(kLead, a).value().value().tries; };
  daemon.registry.away = true;
  EXPECT_EQ(daemon.watch.work().value(), 0U);
  EXPECT_EQ(daemon.watch.work().value(), 0U);
  EXPECT_EQ(tries(), 1U) << "not at once";
  daemon.clock.advance(std::chrono::seconds(1));
  EXPECT_EQ(daemon.watch.work().value(), 0U);
  EXPECT_EQ(tries(), 2U);
  daemon.clock.advance(std::chrono::seconds(1));
  EXPECT_EQ(daemon.watch.work().value(), 0U);
  EXPECT_EQ(tries(), 2U) << "two seconds after the second failure";
  const auto owed = daemon.due->of(kLead, a).value().value();
  EXPECT_EQ(owed.state, incident::DueState::kWaiting);
  EXPECT_EQ(owed.why, to_string(Errc::kUnavailable));
  daemon.registry.away = false;
  daemon.clock.advance(std::chrono::seconds(1));
  EXPECT_EQ(daemon.watch.work().value(), 1U);
}

TEST_F(VerdictsAfterMoves, APersonAsksForItAgainWhenTheDamageWasPutRight) {
  Daemon daemon(pages_);
  for (const auto* capture : {"a", "d"}) ASSERT_TRUE(daemon.match(capture));
  const auto a = daemon.all()[0];
  ASSERT_TRUE(daemon.moves.ask_verdict(kLead, a));
  EXPECT_EQ(daemon.watch.work().value(), 0U) << "it says the same";
  EXPECT_TRUE(daemon.due->list().value().empty());
  const registry::Viewer shop("u", registry::Role::kParty, "shop");
  EXPECT_EQ(daemon.moves.ask_verdict(shop, a).error().code, Errc::kForbidden);
  const auto exposures = daemon.store->load(kLead, a).value().exposures;
  Bytes whole;
  ASSERT_TRUE(daemon.contributions->each(a, [&](const std::string& id, ByteView sealed) {
    if (id == exposures[0].id) whole.assign(sealed.begin(), sealed.end());
    return Result<void>(ok());
  }));
  ASSERT_TRUE(daemon.moves.split(kLead, a, std::vector{exposures[1].id}, "an old list"));
  ASSERT_TRUE(daemon.contributions->put(a, exposures[0].id, as_bytes(std::string_view("damaged"))));
  EXPECT_EQ(daemon.watch.work().value(), 1U);
  ASSERT_EQ(daemon.due->of(kLead, a).value().value().state, incident::DueState::kFailed);
  ASSERT_TRUE(daemon.contributions->put(a, exposures[0].id, whole));
  ASSERT_TRUE(daemon.moves.ask_verdict(kLead, a));
  EXPECT_EQ(daemon.watch.work().value(), 1U);
  EXPECT_TRUE(daemon.store->load(kLead, a).value().together);
}

TEST_F(VerdictsAfterMoves, ThatItIsMadeAgainIsShownAndToAPartyNothingMore) {
  Daemon daemon(pages_);
  for (const auto* capture : {"a", "d"}) ASSERT_TRUE(daemon.match(capture));
  const auto a = daemon.all()[0];
  EXPECT_FALSE(daemon.moves.judging(kLead, a).value());
  const auto told = [&] {
    return json::parse(moves_json(a, daemon.moves.list(kLead, a).value(), {},
                                  daemon.moves.judging(kLead, a).value()));
  };
  EXPECT_TRUE(told().at("judging").is_null());
  ASSERT_TRUE(daemon.moves.ask_verdict(kLead, a));
  const auto all = told().at("judging");
  EXPECT_EQ(all.at("state").as_string(), "waiting");
  EXPECT_EQ(all.at("by").as_string(), "lead");
  const auto shown = incident::with_judging(to_json(daemon.incidents.show(kLead, a).value()),
                                            daemon.moves.judging(kLead, a).value());
  EXPECT_EQ(json::parse(shown).at("judging"), all);
  EXPECT_EQ(json::parse(shown).at("id").as_string(), a);
  const auto own = daemon.due->of({"u", registry::Role::kParty, "shop"}, a).value();
  ASSERT_TRUE(own);
  EXPECT_EQ(own->by, "");
  EXPECT_EQ(own->event, 0U);
  EXPECT_FALSE(daemon.due->of({"u", registry::Role::kParty, "night"}, a).value());
  EXPECT_FALSE(daemon.due->of({"u", registry::Role::kDesk, ""}, a).value());
}

TEST_F(VerdictsAfterMoves, WithoutAnythingKeptNeedsNoKey) {
  Daemon daemon(pages_);
  daemon.clock.advance(std::chrono::hours(7 * 24));  // a number of its own: the keys are shared
  ASSERT_TRUE(daemon.match("a"));
  const auto a = daemon.all()[0];
  const auto in = daemon.store->load(kLead, a).value();
  incident::IncidentService::Parts parts{
      *daemon.store,         world_->keys(), nullptr,       daemon.rules.clocks,
      daemon.rules.holidays, daemon.clock,   daemon.random, daemon.contributions.get()};
  EXPECT_TRUE(incident::has_contributions(parts, in).value());
  auto other = in;
  other.exposures.clear();
  EXPECT_FALSE(incident::has_contributions(parts, other).value()) << "what left does not count";
  // Contributions of a database that has none, and a key that nobody may have any more.
  const auto empty = storage::make_contribution_store(testing::open_own_database().value());
  parts.contributions = empty.get();
  EXPECT_FALSE(incident::has_contributions(parts, in).value());
  ASSERT_TRUE(world_->keys().destroy(identity::KeyKind::kIncident, a));
  const auto judged = incident::judge_again(parts, 0.95, a, *daemon.index.current().value(),
                                            *world_->shared_registry(), {}, "service");
  ASSERT_TRUE(judged) << "nothing to judge, and nothing to open";
  EXPECT_FALSE(judged.value());
}

TEST_F(VerdictsAfterMoves, ChangesAreShownToAPartyOfItselfAlone) {
  pages_.rows["e"] = people(500, 900, 2);
  Daemon daemon(pages_);
  for (const auto* capture : {"a", "e"}) ASSERT_TRUE(daemon.match(capture));
  const auto a = daemon.all()[0], e = daemon.all()[1];
  ASSERT_TRUE(daemon.moves.merge(kLead, a, e, "one dump"));
  EXPECT_EQ(daemon.watch.work().value(), 1U);
  const auto seen = daemon.moves.verdicts({"u", registry::Role::kParty, "shop"}, a).value();
  ASSERT_FALSE(seen.empty());
  for (const auto& change : seen) {
    EXPECT_EQ(change.other, "");
    EXPECT_FALSE(change.before || change.after);
    ASSERT_EQ(change.holders.size(), 1U);
    EXPECT_EQ(change.holders[0].party, "shop");
  }
  EXPECT_EQ(daemon.moves.verdicts({"u", registry::Role::kParty, "night"}, a).error().code,
            Errc::kNotFound);
}

}  // namespace
}  // namespace hitokoe::service
