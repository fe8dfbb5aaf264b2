// What people do with an incident: steps, duties done, knowledge, facts.
#include "tests/integration/incident/incident_world.h"

namespace hitokoe::incident {
namespace {

class Actions : public IncidentWorld {
 protected:
  void SetUp() override {
    IncidentWorld::SetUp();
    auto r = report("cap-1", "kou", 1, 4);
    r.subjects.push_back(subject("otsu", 500, 9));
    r.verdict = matcher::Verdict::kNamed;
    r.holders = {holder("nightdesk", 0.97, {"S2"})};
    id = open(r).incident;
  }
  ClockView clock_of(const std::string& rule, const std::string& party_id) {
    const auto v = incidents->show(lead, id).value();
    for (const auto& c : v.clocks) {
      if (c.rule == rule && c.controller == party_id) return c;
    }
    ADD_FAILURE() << "no clock " << rule << " of " << party_id;
    return {};
  }
  std::string id;
};

TEST_F(Actions, WalkTheWholeLife) {
  for (const State s :
       {State::kTriaged, State::kConfirmed, State::kContained, State::kNotified, State::kClosed}) {
    clock.advance(std::chrono::hours{1});
    ASSERT_TRUE(incidents->advance(lead, id, s, "step"));
    EXPECT_EQ(incidents->show(lead, id).value().state, s);
  }
  EXPECT_EQ(incidents->show(lead, id).value().transitions.size(), 5U);
  EXPECT_EQ(incidents->show(lead, id).value().transitions[0].by, "local:t");
  expect_consistent();
}

TEST_F(Actions, RefuseWhatIsNoStepAndChangeNothing) {
  const auto before = events();
  EXPECT_EQ(incidents->advance(lead, id, State::kConfirmed, "").error().code, Errc::kConflict);
  EXPECT_EQ(incidents->advance(lead, id, State::kOpen, "").error().code, Errc::kConflict);
  EXPECT_EQ(incidents->advance(lead, "INC-20260401-0009", State::kTriaged, "").error().code,
            Errc::kNotFound);
  EXPECT_EQ(incidents->advance(lead, id, State::kTriaged, std::string(2001, 'x')).error().code,
            Errc::kLimit);
  EXPECT_EQ(events(), before);
}

TEST_F(Actions, ADutyIsDoneOnceByTheOneWhoseItIs) {
  ASSERT_TRUE(incidents->clock_done(lead, id, "appi-preliminary", "kou", "sent, no. 7"));
  const auto at = clock.now();
  const auto before = events();
  clock.advance(std::chrono::hours{24 * 10});
  ASSERT_TRUE(incidents->clock_done(lead, id, "appi-preliminary", "kou", "again"));
  EXPECT_EQ(events(), before);
  EXPECT_EQ(clock_of("appi-preliminary", "kou").done, at);
  EXPECT_EQ(clock_of("appi-preliminary", "kou").status, ClockStatus::kDone);
  EXPECT_EQ(clock_of("appi-preliminary", "otsu").status, ClockStatus::kLate);
  EXPECT_EQ(incidents->clock_done(lead, id, "no-such-rule", "kou", "").error().code,
            Errc::kNotFound);
  EXPECT_EQ(incidents->clock_done(lead, id, "gdpr-authority", "kou", "").error().code,
            Errc::kNotFound);
  EXPECT_EQ(incidents->clock_done(lead, id, "appi-preliminary", "printer", "").error().code,
            Errc::kNotFound);
}

TEST_F(Actions, TheChainTellsUpwardLinkByLink) {
  EXPECT_EQ(clock_of("appi-delegate", "nightdesk").to_whom, "callco");
  EXPECT_EQ(clock_of("appi-delegate", "callco").to_whom, "kou");
}

TEST_F(Actions, AChangedTimeOfKnowledgeKeepsBoth) {
  const auto first = clock_of("appi-final-60", "kou").due;
  clock.advance(std::chrono::hours{48});
  const auto earlier = parse_utc("2026-03-28T00:00:00Z").value();
  EXPECT_EQ(incidents->set_known_at(lead, id, "kou", earlier, "").error().code, Errc::kBadInput);
  EXPECT_EQ(incidents->set_known_at(lead, id, "kou", clock.now() + Duration{1}, "r").error().code,
            Errc::kBadInput);
  EXPECT_EQ(incidents->set_known_at(lead, id, "shipper", earlier, "r").error().code,
            Errc::kNotFound);
  ASSERT_TRUE(incidents->set_known_at(lead, id, "kou", earlier, "a customer called"));
  EXPECT_LT(*clock_of("appi-final-60", "kou").due, *first);
  const auto v = incidents->show(lead, id).value();
  EXPECT_EQ(v.known_at.at("kou"), earlier);
  std::vector<std::string> of_kou;
  for (const auto& k : v.knowledge) {
    if (k.party == "kou") of_kou.push_back(k.basis + ":" + k.reason);
  }
  EXPECT_EQ(of_kou, (std::vector<std::string>{"opened:", "person:a customer called"}));
  expect_consistent();
}

TEST_F(Actions, TheReceiptOfAnAlertIsTheTimeOfKnowledgeUntilAPersonSaysOtherwise) {
  clock.advance(std::chrono::hours{2});
  const auto received = clock.now();
  ASSERT_TRUE(incidents->alert_received(id, "kou", received, "mail"));
  const auto before = events();
  ASSERT_TRUE(incidents->alert_received(id, "kou", received, "mail"));
  EXPECT_EQ(events(), before);
  EXPECT_EQ(incidents->show(lead, id).value().known_at.at("kou"), received);
  EXPECT_EQ(incidents->alert_received(id, "shipper", received, "mail").error().code,
            Errc::kNotFound);
  const auto earlier = parse_utc("2026-03-28T00:00:00Z").value();
  ASSERT_TRUE(incidents->set_known_at(lead, id, "kou", earlier, "phone"));
  ASSERT_TRUE(incidents->alert_received(id, "kou", clock.now() + Duration{5}, "mail"));
  EXPECT_EQ(incidents->show(lead, id).value().known_at.at("kou"), earlier);
}

TEST_F(Actions, AReceiptIsNotLaterThanTheDayOfTheFindingOrThanWhatThePartyDid) {
  const auto found = incidents->show(lead, id).value().known_at.at("kou");
  const auto before = events();
  const auto midnight = parse_utc("2026-04-01T15:00:00Z").value();
  ASSERT_GT(midnight, found);
  ASSERT_TRUE(incidents->alert_received(id, "kou", midnight, "mail"));
  EXPECT_EQ(events(), before);
  ASSERT_TRUE(incidents->set_fact(lead, id, Fact::kSecrecy, 1, "kou", "call records"));
  ASSERT_TRUE(incidents->alert_received(id, "kou", found + std::chrono::hours{1}, "mail"));
  EXPECT_EQ(events(), before + 1) << "the fact alone";
  ASSERT_TRUE(incidents->alert_received(id, "kou", found - std::chrono::hours{1}, "mail"));
  EXPECT_EQ(incidents->show(lead, id).value().known_at.at("kou"), found - std::chrono::hours{1})
      << "the safe side is earlier";
}

TEST_F(Actions, OfAReceiptThatIsTooLateOnRecordTheFindingCounts) {
  Incident in;
  const auto found = parse_utc("2026-04-01T14:00:00Z").value();
  in.knowledge.push_back({"kou", found, "opened", "", "service", found});
  in.knowledge.push_back({"kou", found + std::chrono::hours{2}, "alert", "mail", "service", found});
  EXPECT_EQ(in.known_at().at("kou"), found) << "a day later in Japan";
  in.knowledge.push_back(
      {"kou", found + std::chrono::minutes{30}, "alert", "mail", "service", found});
  EXPECT_EQ(in.known_at().at("kou"), found + std::chrono::minutes{30});
}

TEST_F(Actions, FactsStartAndEndClocksWithTheirReason) {
  EXPECT_EQ(incidents->set_fact(lead, id, Fact::kEu, 1, "", "").error().code, Errc::kBadInput);
  EXPECT_EQ(incidents->set_fact(lead, id, Fact::kEu, 2, "", "r").error().code, Errc::kBadInput);
  EXPECT_EQ(incidents->set_fact(lead, id, Fact::kEu, 1, "callco", "r").error().code,
            Errc::kNotFound);
  ASSERT_TRUE(incidents->set_fact(lead, id, Fact::kSecrecy, 1, "kou", "call records"));
  EXPECT_EQ(clock_of("mic-secrecy-details", "kou").status, ClockStatus::kRunning);
  const auto before = events();
  ASSERT_TRUE(incidents->set_fact(lead, id, Fact::kSecrecy, 1, "kou", "once more"));
  EXPECT_EQ(events(), before);
  clock.advance(std::chrono::hours{1});
  ASSERT_TRUE(incidents->set_fact(lead, id, Fact::kSecrecy, 0, "kou", "no call records"));
  EXPECT_EQ(clock_of("mic-secrecy-details", "kou").status, ClockStatus::kSuperseded);
  EXPECT_EQ(clock_of("mic-secrecy-details", "kou").reason, "no call records");
  expect_consistent();
}

TEST_F(Actions, OverdueIsToldInTheView) {
  EXPECT_FALSE(incidents->show(lead, id).value().overdue());
  clock.advance(std::chrono::hours{24 * 3});
  EXPECT_TRUE(incidents->show(lead, id).value().overdue());
}

TEST_F(Actions, TwoPeopleAtOnceMakeOneStep) {
  // Both saw "open"; the second is told that it is triaged already.
  IncidentChange change;
  change.incident = id;
  change.revision = store->load(lead, id).value().revision;
  change.event = {"a", stream_of(id), "incident.advanced", R"({"from":"open","to":"triaged"})"};
  ASSERT_TRUE(store->commit(change, clock.now()));
  EXPECT_EQ(store->commit(change, clock.now()).error().code, Errc::kConflict);
  expect_consistent();
}

TEST_F(Actions, AnEventThatTheFoldRefusesLeavesNoTrace) {
  IncidentChange change;
  change.incident = id;
  change.revision = store->load(lead, id).value().revision;
  change.event = {"a", stream_of(id), "incident.advanced", R"({"from":"open","to":"closed"})"};
  const auto before = events();
  EXPECT_EQ(store->commit(change, clock.now()).error().code, Errc::kCorrupt);
  EXPECT_EQ(events(), before);
  change.event.stream = "incident/INC-20260401-0009";
  EXPECT_EQ(store->commit(change, clock.now()).error().code, Errc::kInternal);
  expect_consistent();
}

TEST_F(Actions, SurviveReopeningTheFile) {
  ASSERT_TRUE(incidents->advance(lead, id, State::kTriaged, "note"));
  const auto before = store->load(lead, id).value();
  reopen();
  EXPECT_EQ(store->load(lead, id).value(), before);
  EXPECT_EQ(incidents->subjects(id).value().size(), 5U);
  expect_consistent();
}

}  // namespace
}  // namespace hitokoe::incident
