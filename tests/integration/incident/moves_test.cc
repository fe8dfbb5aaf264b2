// Merging incidents, undoing it, and taking an exposure out: what each party sees, whose clocks run
// since when, and that nothing sealed is lost or left behind.
#include "hitokoe/storage/moves.h"

#include <functional>
#include <utility>

#include "hitokoe/base/crypto/sealed.h"
#include "hitokoe/incident/casework_service.h"
#include "hitokoe/incident/move_service.h"
#include "tests/integration/incident/incident_world.h"

namespace hitokoe::incident {
namespace {

using std::chrono::hours;

// The real store, where somebody else keeps the database locked, or is faster.
class BusyMoves final : public MoveStore {
 public:
  explicit BusyMoves(MoveStore& real) : real_(real) {}
  Result<bool> commit(const IncidentMove& move, UtcTime at) override {
    ++tries;
    if (locked)
      return fail(Errc::kUnavailable, "locked by another process", "別のプロセスが使用中");
    if (before_it) std::exchange(before_it, nullptr)();
    if (always_behind) return false;
    return real_.commit(move, at);
  }
  Result<std::vector<MoveRecord>> list(const Viewer& viewer, const std::string& id) override {
    return real_.list(viewer, id);
  }
  Result<std::vector<CampaignSubjectKey>> left(const std::string& id) override {
    return real_.left(id);
  }

  int tries = 0;
  bool locked = false, always_behind = false;
  std::function<void()> before_it;  // once

 private:
  MoveStore& real_;
};

class Moves : public IncidentWorld {
 protected:
  void SetUp() override {
    IncidentWorld::SetUp();
    work = storage::make_casework_store(db);
    moves = storage::make_move_store(db);
    service.emplace(MoveService::Parts{*moves, *store, *work, *contributions, *log, *keys, captures,
                                       rules, holidays, clock, random});
  }
  // kou's customers 1 to 4 today; two days later otsu's 500 to 504, and kou's 3 to 6.
  void two_incidents() {
    a = open(named("cap-a", "kou", 1, 4, "nightdesk", "S2")).incident;
    clock.advance(hours{48});
    auto r = report("cap-b", "otsu", 500, 5);
    r.holders = {holder("shipper", 0.97, {"S6"})};
    r.verdict = matcher::Verdict::kNamed;
    for (std::uint32_t i = 0; i < 4; ++i) r.subjects.push_back(subject("kou", 101 + i, 10 + i));
    b = open(r).incident;
    ASSERT_NE(a, b);
  }
  matcher::ScanReport named(const std::string& capture, const std::string& carrier,
                            std::uint32_t first, std::uint32_t count, const std::string& who,
                            const std::string& snapshot) {
    auto r = report(capture, carrier, first, count);
    r.verdict = matcher::Verdict::kNamed;
    r.holders = {holder(who, 0.97, {snapshot})};
    return r;
  }
  MoveService with(MoveStore& busy) {
    return MoveService({busy, *store, *work, *contributions, *log, *keys, captures, rules, holidays,
                        clock, random});
  }
  using Kept = std::set<std::pair<std::string, std::string>>;  // capture, incident
  Incident in(const std::string& id) { return store->load(lead, id).value(); }
  // Everything of an incident but the number of its newest event and its steps.
  Incident made_of(const std::string& id) {
    auto out = in(id);
    out.revision = 0;
    out.transitions.clear();
    return out;
  }
  std::uint64_t people(const std::string& id) { return incidents->subjects(id).value().size(); }
  static std::string context(const std::string& id, const std::string& exposure) {
    return "hitokoe-contribution-1\n" + id + "\n" + exposure;
  }
  Bytes sealed_contribution(const std::string& id, const std::string& exposure,
                            std::string_view plain) {
    const auto key = keys->key256(identity::KeyKind::kIncident, id).value();
    return crypto::seal(key, as_bytes(plain), as_bytes(context(id, exposure)), random);
  }
  std::string contribution_of(const std::string& id, const std::string& wanted) {
    const auto key = keys->key256(identity::KeyKind::kIncident, id).value();
    std::string out;
    EXPECT_TRUE(contributions->each(id, [&](const std::string& exposure, ByteView sealed) {
      if (exposure == wanted) {
        out = as_text(crypto::open(key, sealed, as_bytes(context(id, exposure))).value());
      }
      return Result<void>(ok());
    }));
    return out;
  }
  static std::size_t running(const IncidentView& view, const std::string& party) {
    std::size_t n = 0;
    for (const auto& c : view.clocks) {
      n += c.controller == party && c.status != ClockStatus::kSuperseded ? 1U : 0U;
    }
    return n;
  }

  std::unique_ptr<CaseworkStore> work;
  std::unique_ptr<MoveStore> moves;
  std::optional<MoveService> service;
  std::string a, b;
};

TEST_F(Moves, AMergedIncidentHasWhatBothHadAndTheEarlierKnowledgeOfACarrierCounts) {
  two_incidents();
  const auto kou_first = in(a).known_at().at("kou");
  const auto otsu_first = in(b).known_at().at("otsu");
  // Merged into the younger one: kou knew when the older one was found.
  ASSERT_TRUE(service->merge(lead, b, a, "one dump, cut in two"));
  const auto merged = in(b);
  EXPECT_EQ(merged.known_at().at("kou"), kou_first);
  EXPECT_EQ(merged.known_at().at("otsu"), otsu_first);
  EXPECT_EQ(merged.people(), (std::map<std::string, std::uint64_t>{{"kou", 8}, {"otsu", 5}}));
  EXPECT_EQ(people(b), 13U);
  EXPECT_EQ(merged.captures(), (std::set<std::string>{"cap-a", "cap-b"}));
  EXPECT_TRUE(captures.kept.contains({"cap-a", b}));
  EXPECT_EQ(in(a).state, State::kMerged);
  const auto view = incidents->show(lead, a).value();
  EXPECT_EQ(running(view, "kou"), 0U) << "its clocks run in the merged one";
  EXPECT_EQ(incidents->advance(lead, a, State::kTriaged, "").error().code, Errc::kConflict);
  EXPECT_EQ(incidents->set_fact(lead, a, Fact::kSecrecy, 1, "kou", "late").error().code,
            Errc::kConflict)
      << "it would be lost when the merge is undone";
  expect_consistent();
}

TEST_F(Moves, AReceiptThatWasOnItsWayDuringAMergeMovesNeitherIncidentLater) {
  two_incidents();
  const auto kou_first = in(a).known_at().at("kou"), kou_second = in(b).known_at().at("kou");
  const auto otsu = in(b).known_at().at("otsu");
  ASSERT_TRUE(service->merge(lead, a, b, "one dump"));
  EXPECT_EQ(std::ranges::count(in(a).knowledge, "merged", &Knowledge::basis), 1)
      << "written although the earlier time is here already";
  clock.advance(hours{1});
  ASSERT_TRUE(incidents->alert_received(a, "kou", clock.now(), "mail"));
  EXPECT_EQ(in(a).known_at().at("kou"), kou_first);
  ASSERT_TRUE(incidents->alert_received(a, "otsu", clock.now(), "mail"));
  ASSERT_EQ(in(a).known_at().at("otsu"), clock.now());
  ASSERT_TRUE(service->unmerge(lead, a, b, {}, "two after all"));
  EXPECT_EQ(in(b).known_at().at("otsu"), otsu) << "the receipt was of the other incident";
  EXPECT_EQ(in(b).known_at().at("kou"), kou_second);
  EXPECT_EQ(in(a).known_at().at("kou"), kou_first);
  expect_consistent();
}

TEST_F(Moves, AfterUndoingItBothAreWhatTheyWere) {
  two_incidents();
  ASSERT_TRUE(incidents->set_fact(lead, b, Fact::kSecrecy, 1, "otsu", "call records"));
  ASSERT_TRUE(incidents->advance(lead, b, State::kTriaged, "looked"));
  const auto a_before = made_of(a);
  const auto b_before = made_of(b);
  ASSERT_TRUE(service->merge(lead, a, b, "the same"));
  clock.advance(hours{1});
  ASSERT_TRUE(service->unmerge(lead, a, b, {}, "not the same"));
  EXPECT_EQ(made_of(a), a_before);
  EXPECT_EQ(made_of(b), b_before);
  EXPECT_EQ(in(b).state, State::kTriaged);
  EXPECT_EQ(people(a), 4U);
  EXPECT_EQ(people(b), 9U);
  expect_consistent();
  // And again, with what the log says alone.
  ASSERT_TRUE(service->merge(lead, a, b, "after all"));
  ASSERT_TRUE(store->rebuild());
  EXPECT_EQ(people(a), 13U);
  expect_consistent();
  const auto told = service->list(lead, a).value();
  ASSERT_EQ(told.size(), 3U);
  EXPECT_EQ(told[1].kind, "unmerged");
  EXPECT_EQ(told[1].reason, "not the same");
}

TEST_F(Moves, WhatCameSinceGoesToWhereItsExposureAndItsPartyBelong) {
  two_incidents();
  ASSERT_TRUE(service->merge(lead, a, b, "the same"));
  clock.advance(hours{24});
  // Like b's: otsu's people again and a new one. Like a's: kou's.
  const auto with_b = open(report("cap-b2", "otsu", 501, 6));
  const auto with_a = open(report("cap-a2", "kou", 2, 4));
  ASSERT_EQ(with_b.incident, a);
  ASSERT_EQ(with_a.incident, a);
  EXPECT_EQ(with_b.new_subjects, 2U);
  EXPECT_EQ(with_a.new_subjects, 1U);
  ASSERT_TRUE(incidents->clock_done(lead, a, "appi-preliminary", "otsu", "reported"));
  ASSERT_TRUE(incidents->clock_done(lead, a, "appi-delegate", "nightdesk", "told"));
  CaseworkService tasks({*work, *store, rules, holidays, clock});
  ASSERT_TRUE(tasks.set_task(lead, a, {"otsu", TaskKind::kCause}, TaskState::kWorking, {}, "ours"));

  ASSERT_TRUE(service->unmerge(lead, a, b, {}, "two leaks"));
  EXPECT_EQ(in(a).captures(), (std::set<std::string>{"cap-a", "cap-a2"}));
  EXPECT_EQ(in(b).captures(), (std::set<std::string>{"cap-b", "cap-b2"}));
  EXPECT_EQ(in(a).people(), (std::map<std::string, std::uint64_t>{{"kou", 5}}));
  EXPECT_EQ(in(b).people(), (std::map<std::string, std::uint64_t>{{"kou", 4}, {"otsu", 7}}));
  EXPECT_EQ(people(a), 5U) << "a keeps all subjects of its exposure, the known ones, too";
  EXPECT_EQ(people(b), 11U);
  ASSERT_EQ(in(b).done.size(), 1U);
  EXPECT_EQ(in(b).done[0].party, "otsu");
  ASSERT_EQ(in(a).done.size(), 1U);
  EXPECT_EQ(in(a).done[0].party, "nightdesk");
  EXPECT_EQ(work->load(lead, b).value().tasks.at({"otsu", TaskKind::kCause}).state,
            TaskState::kWorking);
  EXPECT_TRUE(captures.kept.contains({"cap-b2", b}));
  expect_consistent();
}

TEST_F(Moves, ADutyStaysDoneOnlyWhereTheOtherOneOwesNothing) {
  two_incidents();
  ASSERT_TRUE(incidents->clock_done(lead, a, "appi-preliminary", "kou", "of a"));
  ASSERT_TRUE(incidents->clock_done(lead, b, "appi-preliminary", "otsu", "of b"));
  ASSERT_TRUE(service->merge(lead, a, b, "the same"));
  const auto view = incidents->show(lead, a).value();
  for (const auto& c : view.clocks) {
    if (c.rule != "appi-preliminary") continue;
    EXPECT_EQ(c.done.has_value(), c.controller == "otsu")
        << "kou's report spoke of a alone: " << c.controller;
  }
}

// The count of a carrier that both have passes 1,000 only together, and then with the day on which
// the second one was found.
TEST_F(Moves, TheThousandIsThatOfBothWithTheMomentAtWhichItWasPassed) {
  a = open(report("cap-a", "kou", 1, 600)).incident;
  clock.advance(hours{24});
  const auto second = clock.now();
  b = open(report("cap-b", "kou", 5001, 600)).incident;
  for (const auto& id : {a, b}) {
    ASSERT_TRUE(incidents->set_fact(lead, id, Fact::kWrongful, 0, "", "a mistake"));
  }
  clock.advance(hours{24});
  ASSERT_TRUE(service->merge(lead, a, b, "the same"));
  const auto view = incidents->show(lead, a).value();
  bool runs = false;
  for (const auto& c : view.clocks) {
    if (c.rule != "appi-preliminary" || c.status == ClockStatus::kSuperseded) continue;
    runs = true;
    EXPECT_EQ(c.started, second);
  }
  EXPECT_TRUE(runs);
  ASSERT_TRUE(service->unmerge(lead, a, b, {}, "two"));
  const auto alone = incidents->show(lead, a).value();
  for (const auto& c : alone.clocks) {
    if (c.rule == "appi-preliminary") {
      EXPECT_EQ(c.status, ClockStatus::kSuperseded);
    }
  }
}

TEST_F(Moves, ACoTenantLearnsNothingOfTheOthersByAMerge) {
  two_incidents();
  ASSERT_TRUE(service->merge(lead, a, b, "kou and otsu have one leak"));
  for (const auto* who : {"kou", "otsu", "nightdesk", "shipper"}) {
    const auto viewer = party(who);
    const auto text = to_json(incidents->show(viewer, a).value());
    const auto told = to_json(a, service->list(viewer, a).value());
    EXPECT_EQ(told.find("one leak"), std::string::npos);
    const std::string other =
        std::string(who) == "kou" || std::string(who) == "nightdesk" ? "otsu" : "kou";
    EXPECT_EQ(text.find('"' + other + '"'), std::string::npos) << who << ": " << text;
  }
  EXPECT_EQ(service->list(party("nightdesk"), a).value().size(), 0U)
      << "it may not know that the other one is there";
  EXPECT_EQ(service->list(party("shipper"), a).value().size(), 1U);
  ASSERT_TRUE(service->unmerge(lead, a, b, {}, "two"));
  EXPECT_EQ(incidents->show(party("otsu"), a).error().code, Errc::kNotFound);
  EXPECT_EQ(incidents->show(party("shipper"), a).error().code, Errc::kNotFound);
  EXPECT_TRUE(incidents->show(party("otsu"), b));
  EXPECT_EQ(service->list(party("printer"), a).error().code, Errc::kNotFound);
}

TEST_F(Moves, SplitTakesAnExposureOutWithItsPeopleAndItsOwnClocks) {
  a = open(report("cap-a", "kou", 1, 6)).incident;
  const auto found = clock.now();
  clock.advance(hours{72});
  const auto second = clock.now();
  // Shares half: it joins, and its four known people are its own, too.
  ASSERT_EQ(open(report("cap-x", "kou", 3, 8)).incident, a);
  ASSERT_EQ(in(a).people().at("kou"), 10U);
  const auto exposure = in(a).exposures[1].id;
  clock.advance(hours{24});
  const auto parted = service->split(lead, a, std::vector{exposure}, "an old list").value();
  EXPECT_NE(parted, a);
  EXPECT_EQ(in(a).people().at("kou"), 6U);
  EXPECT_EQ(in(parted).people().at("kou"), 8U);
  EXPECT_EQ(people(a), 6U);
  EXPECT_EQ(people(parted), 8U);
  EXPECT_EQ(in(parted).state, State::kOpen);
  EXPECT_EQ(in(a).known_at().at("kou"), found);
  EXPECT_EQ(in(parted).known_at().at("kou"), second);
  EXPECT_GT(running(incidents->show(lead, parted).value(), "kou"), 0U);
  // Seen again it is found where it is now.
  EXPECT_EQ(open(report("cap-x", "kou", 3, 8)).incident, parted);
  EXPECT_EQ(open(report("cap-x", "kou", 3, 8)).outcome, Outcome::kUnchanged);
  expect_consistent();
  ASSERT_TRUE(store->rebuild());
  expect_consistent();
}

TEST_F(Moves, TheFirstExposureCanBeTakenOutButNotTheLast) {
  a = open(report("cap-a", "kou", 1, 6)).incident;
  ASSERT_EQ(open(report("cap-x", "kou", 3, 8)).incident, a);
  const auto first = in(a).exposures[0].id;
  const auto last = in(a).exposures[1].id;
  EXPECT_EQ(service->split(lead, a, std::vector{first, last}, "all").error().code, Errc::kConflict);
  EXPECT_EQ(service->split(lead, a, std::vector<std::string>{"exp-none"}, "x").error().code,
            Errc::kNotFound);
  const auto parted = service->split(lead, a, std::vector{first}, "another leak").value();
  EXPECT_EQ(in(a).people().at("kou"), 8U);
  EXPECT_EQ(in(parted).people().at("kou"), 6U);
  // An incident that was taken out can be merged back.
  ASSERT_TRUE(service->merge(lead, a, parted, "the same after all"));
  EXPECT_EQ(in(a).people().at("kou"), 10U);
  expect_consistent();
}

TEST_F(Moves, OnlyACoordinatorMovesWithAReasonWhatGoesOn) {
  two_incidents();
  EXPECT_EQ(service->merge(party("kou"), a, b, "x").error().code, Errc::kForbidden);
  EXPECT_EQ(service->merge(lead, a, b, "").error().code, Errc::kBadInput);
  EXPECT_EQ(service->merge(lead, a, a, "x").error().code, Errc::kBadInput);
  EXPECT_EQ(service->merge(lead, a, "INC-20200101-0001", "x").error().code, Errc::kNotFound);
  EXPECT_EQ(service->unmerge(lead, a, b, {}, "x").error().code, Errc::kNotFound);
  ASSERT_TRUE(service->merge(lead, a, b, "x"));
  EXPECT_EQ(service->merge(lead, a, b, "again").error().code, Errc::kConflict);
  EXPECT_EQ(service->unmerge(lead, a, b, std::vector<std::string>{"exp-none"}, "x").error().code,
            Errc::kNotFound);
  ASSERT_TRUE(incidents->advance(lead, a, State::kDismissed, "nothing"));
  EXPECT_EQ(service->unmerge(lead, a, b, {}, "x").error().code, Errc::kConflict);
}

TEST_F(Moves, ALockedDatabaseIsWaitedForOnceAndWhoIsOvertakenReadsAgain) {
  two_incidents();
  BusyMoves busy(*moves);
  busy.locked = true;
  EXPECT_EQ(with(busy).merge(lead, a, b, "x").error().code, Errc::kUnavailable);
  EXPECT_EQ(busy.tries, 1);
  busy.locked = false;
  busy.tries = 0;
  busy.before_it = [&] { ASSERT_TRUE(incidents->advance(lead, a, State::kTriaged, "meanwhile")); };
  ASSERT_TRUE(with(busy).merge(lead, a, b, "x"));
  EXPECT_EQ(busy.tries, 2);
  EXPECT_EQ(in(a).state, State::kTriaged);
  // A new number, where another incident is opened meanwhile.
  ASSERT_EQ(open(report("cap-a2", "kou", 2, 4)).incident, a);
  busy.tries = 0;
  std::string opened;
  busy.before_it = [&] { opened = open(report("cap-c", "otsu", 900, 4)).incident; };
  const auto parted = with(busy).split(lead, a, std::vector{in(a).exposures.back().id}, "old");
  ASSERT_TRUE(parted) << parted.error().detail;
  EXPECT_EQ(busy.tries, 2);
  EXPECT_NE(parted.value(), opened);
  EXPECT_TRUE(captures.kept.contains({"cap-a2", parted.value()}));
  EXPECT_FALSE(captures.kept.contains({"cap-a2", opened})) << "it was to have that number first";
  busy.always_behind = true;
  EXPECT_EQ(with(busy).unmerge(lead, a, b, {}, "x").error().code, Errc::kUnavailable);
  expect_consistent();
}

TEST_F(Moves, AnIncidentKeepsTheCapturesOfItsOwnExposuresAlone) {
  two_incidents();
  const Kept apart{{"cap-a", a}, {"cap-b", b}};
  ASSERT_EQ(captures.kept, apart);
  BusyMoves busy(*moves);
  busy.locked = true;
  EXPECT_FALSE(with(busy).merge(lead, a, b, "one"));
  EXPECT_EQ(captures.kept, apart) << "what was kept for the merge is let go when it fails";

  ASSERT_TRUE(service->merge(lead, a, b, "one"));
  EXPECT_EQ(captures.kept, (Kept{{"cap-a", a}, {"cap-b", a}, {"cap-b", b}}));
  EXPECT_FALSE(with(busy).unmerge(lead, a, b, {}, "two"));
  EXPECT_EQ(captures.kept, (Kept{{"cap-a", a}, {"cap-b", a}, {"cap-b", b}}));
  ASSERT_TRUE(service->unmerge(lead, a, b, {}, "two"));
  EXPECT_EQ(captures.kept, apart);

  ASSERT_EQ(open(report("cap-a2", "kou", 2, 4)).incident, a);
  EXPECT_FALSE(with(busy).split(lead, a, std::vector{in(a).exposures.back().id}, "an old list"));
  EXPECT_EQ(captures.kept, (Kept{{"cap-a", a}, {"cap-a2", a}, {"cap-b", b}}));
  const auto parted =
      service->split(lead, a, std::vector{in(a).exposures.back().id}, "an old list").value();
  EXPECT_EQ(captures.kept, (Kept{{"cap-a", a}, {"cap-a2", parted}, {"cap-b", b}}));
}

// A crash between the keeping and the transaction leaves a key too many, also of an incident that
// never came to be.
TEST_F(Moves, WhatACrashLeftIsLetGoByTheNextMoveWhateverBecomesOfThat) {
  two_incidents();
  const auto c = open(report("cap-c", "otsu", 900, 4)).incident;
  const Kept apart = captures.kept;
  captures.kept.emplace("cap-b", c);
  captures.kept.emplace("cap-b", "INC-20260401-0099");
  BusyMoves busy(*moves);
  busy.locked = true;
  EXPECT_FALSE(with(busy).merge(lead, a, b, "one"));
  EXPECT_EQ(captures.kept, apart);
}

TEST_F(Moves, AnEarlierMergeIsUndoneOnlyAfterALaterOne) {
  two_incidents();
  const auto c = open(report("cap-c", "otsu", 900, 4)).incident;
  ASSERT_TRUE(service->merge(lead, a, b, "one"));
  ASSERT_TRUE(service->merge(lead, a, c, "two"));
  EXPECT_EQ(service->unmerge(lead, a, b, {}, "x").error().code, Errc::kConflict);
  ASSERT_TRUE(service->unmerge(lead, a, c, {}, "x"));
  ASSERT_TRUE(service->unmerge(lead, a, b, {}, "x"));
  EXPECT_EQ(people(a), 4U);
  EXPECT_EQ(people(b), 9U);
  EXPECT_EQ(people(c), 4U);
  expect_consistent();
}

TEST_F(Moves, WhatWasTakenOutOfAMergedPartStaysOutWhenTheMergeIsUndone) {
  two_incidents();
  ASSERT_EQ(open(report("cap-b2", "otsu", 502, 6)).incident, b);
  ASSERT_TRUE(service->merge(lead, a, b, "one"));
  const auto exposure = in(b).exposures[1].id;
  const auto parted = service->split(lead, a, std::vector{exposure}, "old").value();
  ASSERT_TRUE(service->unmerge(lead, a, b, {}, "x"));
  EXPECT_EQ(in(b).exposures.size(), 1U);
  EXPECT_EQ(people(b), 9U);
  EXPECT_EQ(people(parted), 6U);
  expect_consistent();
}

// Whoever came while the two were one stays a person of the part whose capture it is.
TEST_F(Moves, AnExposureThatIsSeenAgainWithNewPeopleTakesThemAlongWhenTheMergeIsUndone) {
  two_incidents();
  ASSERT_TRUE(service->merge(lead, a, b, "one"));
  clock.advance(hours{1});
  auto again = report("cap-b", "otsu", 500, 7);
  for (std::uint32_t i = 0; i < 4; ++i) again.subjects.push_back(subject("kou", 101 + i, 10 + i));
  const auto seen = open(again);
  ASSERT_EQ(seen.incident, a);
  ASSERT_EQ(seen.new_subjects, 2U);
  const auto exposure = exposure_id(again);
  ASSERT_TRUE(contributions->put(a, exposure, sealed_contribution(a, exposure, "newer")));
  ASSERT_TRUE(service->unmerge(lead, a, b, {}, "two leaks"));
  EXPECT_EQ(in(b).people(), (std::map<std::string, std::uint64_t>{{"kou", 4}, {"otsu", 7}}));
  EXPECT_EQ(people(b), 11U) << "the sealed subjects are those that are counted";
  EXPECT_EQ(people(a), 4U);
  EXPECT_EQ(contribution_of(b, exposure), "newer");
  expect_consistent();
  ASSERT_TRUE(store->rebuild());
  expect_consistent();
  // And once more around.
  ASSERT_TRUE(service->merge(lead, a, b, "one after all"));
  EXPECT_EQ(people(a), 15U);
  ASSERT_TRUE(service->unmerge(lead, a, b, {}, "two"));
  EXPECT_EQ(people(b), 11U);
  expect_consistent();
}

// A verdict over all exposures is gone when one leaves; that a contractor knows is not.
TEST_F(Moves, WhoKnowsByTheVerdictOverAllExposuresKnowsSinceThenAfterASplit) {
  a = open(report("cap-a", "kou", 1, 6)).incident;
  ASSERT_EQ(open(report("cap-x", "kou", 3, 8)).incident, a);
  clock.advance(hours{1});
  const auto judged = clock.now();
  ExposureRecord together;
  together.id = std::string(kTogether);
  together.verdict = matcher::Verdict::kNamed;
  auto& printer = together.holders.emplace_back();
  printer.party = "printer";
  printer.nameable = true;
  auto& snapshot = printer.snapshots.emplace_back();
  snapshot.id = "S3";
  snapshot.controller = "kou";
  snapshot.above = {"kou"};
  together.controllers.push_back({"kou", 0, {}});
  together.delegates = {{"printer", "kou", "kou"}};
  together.known = {"printer"};
  IncidentChange change;
  change.incident = a;
  change.revision = in(a).revision;
  change.event = {"t", stream_of(a), "incident.attributed", encode_exposure(together)};
  ASSERT_TRUE(store->commit(change, clock.now()));
  ASSERT_EQ(in(a).known_at().at("printer"), judged);
  ASSERT_TRUE(incidents->clock_done(lead, a, "appi-delegate", "printer", "told kou"));
  clock.advance(hours{48});
  ASSERT_TRUE(service->split(lead, a, std::vector{in(a).exposures[1].id}, "an old list"));
  EXPECT_EQ(in(a).known_at().at("printer"), judged);
  EXPECT_EQ(in(a).done.size(), 1U);
  EXPECT_EQ(incidents->show(party("printer"), a).error().code, Errc::kNotFound)
      << "it is no party of what stays until that is judged again";
  expect_consistent();
}

}  // namespace
}  // namespace hitokoe::incident
