// Somebody with the database file changes the past; `audit verify` names the first broken event.
#include <sqlite3.h>

#include "tests/integration/incident/incident_world.h"

namespace hitokoe::incident {
namespace {

using Kind = AuditFinding::Kind;

class Tampering : public IncidentWorld {
 protected:
  void SetUp() override {
    IncidentWorld::SetUp();
    auto r = report("cap-1", "kou", 1, 4);
    id = open(r).incident;                                                    // 1
    ASSERT_TRUE(incidents->advance(lead, id, State::kTriaged, "looked at"));  // 2
    ASSERT_TRUE(incidents->advance(lead, id, State::kConfirmed, "is ours"));  // 3
    checkpoint();
    ASSERT_TRUE(log->append({"local:t", "keys", "key.issued", "{}"}, clock.now()));    // 4
    ASSERT_TRUE(incidents->set_fact(lead, id, Fact::kEu, 1, "", "asked"));             // 5
    ASSERT_TRUE(incidents->clock_done(lead, id, "appi-preliminary", "kou", "no. 7"));  // 6
    checkpoint();
    ASSERT_TRUE(incidents->advance(lead, id, State::kContained, "taken down"));  // 7
  }
  void checkpoint() { ASSERT_TRUE(log->checkpoint(keys->service_sign().value(), clock.now())); }
  // As an attacker: the file itself, without the triggers that stop accidents.
  void attack(const std::string& sql) {
    sqlite3* file = nullptr;
    ASSERT_EQ(sqlite3_open((folder.path() / "hitokoe.db").c_str(), &file), SQLITE_OK);
    char* error = nullptr;
    const std::string all =
        "DROP TRIGGER IF EXISTS audit_event_update;"
        "DROP TRIGGER IF EXISTS audit_event_delete;" +
        sql;
    EXPECT_EQ(sqlite3_exec(file, all.c_str(), nullptr, nullptr, &error), SQLITE_OK) << error;
    sqlite3_free(error);
    sqlite3_close(file);
  }
  void expect(Kind kind, std::uint64_t seq) {
    reopen();
    const auto service = keys->service_sign().value();
    auto finding = log->verify(service.public_key).value();
    if (!finding) finding = verify_incidents(*store, *log).value();
    ASSERT_TRUE(finding.has_value());
    EXPECT_EQ(to_string(finding->kind), to_string(kind)) << finding->what;
    EXPECT_EQ(finding->seq, seq) << finding->what;
  }
  std::string id;
};

TEST_F(Tampering, NothingIsFoundWhereNothingWasDone) { expect_consistent(); }

TEST_F(Tampering, TheTriggersStopAccidents) {
  sqlite3* file = nullptr;
  ASSERT_EQ(sqlite3_open((folder.path() / "hitokoe.db").c_str(), &file), SQLITE_OK);
  EXPECT_NE(sqlite3_exec(file, "DELETE FROM audit_event WHERE seq = 7", nullptr, nullptr, nullptr),
            SQLITE_OK);
  EXPECT_NE(sqlite3_exec(file, "UPDATE audit_event SET actor = 'x' WHERE seq = 7", nullptr, nullptr,
                         nullptr),
            SQLITE_OK);
  sqlite3_close(file);
  expect_consistent();
}

TEST_F(Tampering, AnAlteredBody) {
  attack("UPDATE audit_event SET body = replace(body, 'triaged', 'dismissed') WHERE seq = 2");
  expect(Kind::kAltered, 2);
}

TEST_F(Tampering, AnAlteredActorOrTime) {
  attack("UPDATE audit_event SET actor = 'somebody else' WHERE seq = 5");
  expect(Kind::kAltered, 5);
}

TEST_F(Tampering, AnAlteredTimeOfTheFirst) {
  attack("UPDATE audit_event SET at = at - 1000000 WHERE seq = 1");
  expect(Kind::kAltered, 1);
}

TEST_F(Tampering, OneRemovedFromTheMiddle) {
  attack("PRAGMA foreign_keys = OFF; DELETE FROM audit_event WHERE seq = 4");
  expect(Kind::kMissing, 4);
}

TEST_F(Tampering, OneRemovedAndTheOthersNumberedAnew) {
  attack(
      "DELETE FROM audit_event WHERE seq = 4;"
      "UPDATE audit_event SET seq = seq - 1 WHERE seq = 5;"
      "UPDATE audit_event SET seq = seq - 1 WHERE seq = 6;"
      "UPDATE audit_event SET seq = seq - 1 WHERE seq = 7");
  expect(Kind::kReordered, 4);
}

TEST_F(Tampering, TwoThatChangedPlaces) {
  attack(
      "UPDATE audit_event SET seq = 100 WHERE seq = 5;"
      "UPDATE audit_event SET seq = 5 WHERE seq = 6;"
      "UPDATE audit_event SET seq = 6 WHERE seq = 100");
  expect(Kind::kReordered, 5);
}

TEST_F(Tampering, CutAtTheEndBeforeTheLastCheckpoint) {
  attack("DELETE FROM audit_event WHERE seq >= 5");
  expect(Kind::kCut, 5);
}

TEST_F(Tampering, ACutAfterTheLastCheckpointLeavesTheTablesAhead) {
  attack("DELETE FROM audit_event WHERE seq = 7");
  expect(Kind::kRows, 6);
}

TEST_F(Tampering, AForgedCheckpointOverARewrittenChain) {
  // The attacker rewrites event 5 and all hashes after it, and signs with a key of his own.
  auto events = std::vector<Event>();
  ASSERT_TRUE(log->for_each([&](const Event& e) -> Result<void> {
    events.push_back(e);
    return ok();
  }));
  SeededRandom thief_random(1);
  const auto thief = crypto::make_sign_keys(thief_random);
  std::string sql;
  for (std::size_t i = 4; i < events.size(); ++i) {
    if (i == 4) events[i].actor = "nobody";
    events[i].previous = events[i - 1].hash;
    events[i].hash = event_hash(events[i]);
    sql += "UPDATE audit_event SET actor = '" + events[i].actor + "', previous = x'" +
           to_hex(events[i].previous) + "', hash = x'" + to_hex(events[i].hash) +
           "' WHERE seq = " + std::to_string(i + 1) + ";";
  }
  const auto second = log->checkpoints().value().at(1);
  attack(sql);
  expect(Kind::kRewritten, 4);  // between checkpoint 1, at 3, and checkpoint 2, at 6

  const auto forged = sign_checkpoint(2, events[5], second.at, thief);
  attack("UPDATE audit_checkpoint SET hash = x'" + to_hex(forged.hash) + "', signature = x'" +
         to_hex(forged.signature) + "' WHERE number = 2");
  expect(Kind::kForgedCheckpoint, 6);
}

TEST_F(Tampering, ACheckpointTakenOut) {
  attack("DELETE FROM audit_checkpoint WHERE number = 1");
  expect(Kind::kMissingCheckpoint, 1);
}

TEST_F(Tampering, ATableThatSaysOtherwise) {
  attack("UPDATE incident SET state = 'closed'");
  expect(Kind::kRows, 7);
}

TEST_F(Tampering, AnIncidentTakenOutOfTheTables) {
  attack("DELETE FROM incident");
  expect(Kind::kRows, 7);
}

TEST_F(Tampering, AnIncidentThatOnlyTheTablesHave) {
  attack("INSERT INTO incident (id, state, opened, revision) VALUES ('INC-X', 'open', 1, 7)");
  expect(Kind::kRows, 0);
}

TEST_F(Tampering, SealedSubjectsAlteredTakenOutOrPutIn) {
  attack("UPDATE incident_subjects SET people = people - 1");
  expect(Kind::kRows, 1);
}

TEST_F(Tampering, SealedSubjectsTakenOut) {
  attack("DELETE FROM incident_subjects");
  expect(Kind::kRows, 1);
}

TEST_F(Tampering, SealedSubjectsMovedToAnotherIncidentDoNotOpen) {
  const auto other = open(report("cap-2", "kou", 100, 4)).incident;
  attack("UPDATE incident_subjects SET incident = '" + other + "', number = 1 WHERE incident = '" +
         id + "'");
  reopen();
  EXPECT_EQ(incidents->subjects(other).error().code, Errc::kCorrupt);
}

TEST_F(Tampering, RebuildingMakesTheTablesWhatTheEventsSay) {
  const auto before = store->load(lead, id).value();
  attack(
      "UPDATE incident SET state = 'open'; DELETE FROM incident_holder;"
      "DELETE FROM incident_count; UPDATE incident_fact SET value = 0;"
      "DELETE FROM incident_party; DELETE FROM incident_capture");
  expect(Kind::kRows, 7);
  ASSERT_TRUE(store->rebuild());
  EXPECT_EQ(store->load(lead, id).value(), before);
  EXPECT_EQ(incidents->list(party("kou")).value().size(), 1U);
  expect_consistent();
}

}  // namespace
}  // namespace hitokoe::incident
