// The audit log's chain and its verifier, on values: what an attacker with the database can do to
// events and checkpoints, each named with the first broken event.
#include "hitokoe/incident/audit.h"

#include <gtest/gtest.h>

namespace hitokoe::incident {
namespace {

using Kind = AuditFinding::Kind;

class AuditChain : public ::testing::Test {
 protected:
  void SetUp() override {
    for (int i = 0; i < 10; ++i) append();
  }
  void append() {
    const Draft d{"local:a", "incident/INC-20260401-0001", "incident.joined",
                  "{\"n\":" + std::to_string(events.size()) + "}"};
    events.push_back(
        chain_event(d, UtcTime{Duration{1000000 * static_cast<std::int64_t>(events.size())}},
                    events.empty() ? std::nullopt : std::optional<Event>(events.back())));
  }
  void sign_at(std::size_t seq) {
    checkpoints.push_back(
        sign_checkpoint(checkpoints.size() + 1, events.at(seq - 1), UtcTime{Duration{7}}, service));
  }
  void rechain_from(std::size_t index) {
    for (std::size_t i = index; i < events.size(); ++i) {
      events[i].seq = i + 1;
      events[i].previous = i == 0 ? crypto::Digest{} : events[i - 1].hash;
      events[i].hash = event_hash(events[i]);
    }
  }
  std::optional<AuditFinding> verify() const {
    AuditVerifier v(checkpoints, service.public_key);
    for (const auto& e : events) v.add(e);
    return v.finish();
  }
  void expect(Kind kind, std::uint64_t seq) const {
    const auto f = verify();
    ASSERT_TRUE(f.has_value());
    EXPECT_EQ(to_string(f->kind), to_string(kind)) << f->what;
    EXPECT_EQ(f->seq, seq) << f->what;
  }

  SeededRandom random{7};
  crypto::SignKeyPair service = crypto::make_sign_keys(random);
  std::vector<Event> events;
  std::vector<Checkpoint> checkpoints;
};

TEST_F(AuditChain, HoldsAsWritten) {
  sign_at(4);
  sign_at(10);
  EXPECT_EQ(verify(), std::nullopt);
}

TEST_F(AuditChain, HoldsWithoutCheckpointsAndWhenEmpty) {
  EXPECT_EQ(verify(), std::nullopt);
  events.clear();
  EXPECT_EQ(verify(), std::nullopt);
}

TEST_F(AuditChain, NamesAnAlteredEventWhateverPartOfItWasAltered) {
  const auto original = events;
  const std::vector<std::function<void(Event&)>> alterations = {
      [](Event& e) { e.at += Duration{1}; },
      [](Event& e) { e.actor += "x"; },
      [](Event& e) { e.stream.back() = '2'; },
      [](Event& e) { e.kind = "incident.opened"; },
      [](Event& e) { e.body = "{\"n\":99}"; },
      [](Event& e) { e.hash[0] ^= 1; },
      // The same letters, split elsewhere.
      [](Event& e) {
        e.actor = "local:ai";
        e.stream = e.stream.substr(1);
      },
  };
  for (const auto& alter : alterations) {
    events = original;
    alter(events[4]);
    expect(Kind::kAltered, 5);
  }
}

TEST_F(AuditChain, NamesTheFirstOfTheEventsThatWereRemoved) {
  events.erase(events.begin() + 3, events.begin() + 5);
  expect(Kind::kMissing, 4);
}

TEST_F(AuditChain, NamesARemovalThatWasHiddenByNumberingAnew) {
  events.erase(events.begin() + 3);
  for (std::size_t i = 3; i < events.size(); ++i) events[i].seq = i + 1;
  expect(Kind::kReordered, 4);
}

TEST_F(AuditChain, NamesTheFirstOfTwoEventsThatChangedPlaces) {
  std::swap(events[3], events[6]);
  std::swap(events[3].seq, events[6].seq);
  expect(Kind::kReordered, 4);
}

TEST_F(AuditChain, NamesAnEventThatWasPutIn) {
  events.insert(events.begin() + 5, events[4]);
  expect(Kind::kReordered, 5);
}

TEST_F(AuditChain, NamesACutAtTheEndBeforeTheLastCheckpoint) {
  sign_at(3);
  sign_at(9);
  events.resize(7);
  expect(Kind::kCut, 8);
  events.clear();
  expect(Kind::kCut, 1);
}

TEST_F(AuditChain, ACutAfterTheLastCheckpointIsOnlySeenAgainstAHeadThatSomebodyKept) {
  sign_at(9);
  events.resize(9);
  EXPECT_EQ(verify(), std::nullopt);
}

TEST_F(AuditChain, NamesAChainThatWasRewrittenThroughout) {
  sign_at(3);
  sign_at(9);
  events[5].body = "{\"n\":99}";
  rechain_from(5);
  expect(Kind::kRewritten, 4);  // after checkpoint 1: which one of 4 to 9, the hash cannot tell
}

TEST_F(AuditChain, NamesAForgedCheckpoint) {
  sign_at(3);
  SeededRandom other(8);
  const auto thief = crypto::make_sign_keys(other);
  checkpoints.push_back(sign_checkpoint(2, events[5], UtcTime{}, thief));
  expect(Kind::kForgedCheckpoint, 6);
}

TEST_F(AuditChain, ARewrittenChainUnderAForgedCheckpointIsNamedToo) {
  events[5].body = "{\"n\":99}";
  rechain_from(5);
  SeededRandom other(8);
  checkpoints.push_back(sign_checkpoint(1, events[9], UtcTime{}, crypto::make_sign_keys(other)));
  expect(Kind::kForgedCheckpoint, 10);
}

TEST_F(AuditChain, NamesACheckpointThatWasTakenOut) {
  sign_at(3);
  sign_at(6);
  sign_at(9);
  checkpoints.erase(checkpoints.begin() + 1);
  expect(Kind::kMissingCheckpoint, 4);
}

TEST_F(AuditChain, ACheckpointMovedToAnotherEventIsForged) {
  sign_at(3);
  checkpoints[0].seq = 4;
  checkpoints[0].hash = events[3].hash;
  expect(Kind::kForgedCheckpoint, 4);
}

TEST_F(AuditChain, EveryFlippedBitOfAnEventIsFound) {
  // The encoding covers every byte: flip each bit of each text of one event.
  const auto original = events;
  for (auto part : {&Event::actor, &Event::stream, &Event::kind, &Event::body}) {
    for (std::size_t bit = 0; bit < (original[2].*part).size() * 8; ++bit) {
      events = original;
      auto& text = events[2].*part;
      text[bit / 8] = static_cast<char>(text[bit / 8] ^ (1 << (bit % 8)));
      expect(Kind::kAltered, 3);
    }
  }
}

TEST(AuditDraft, RefusesWhatWouldNotBeAnEvent) {
  const Draft good{"service", "keys", "key.issued", "{}"};
  EXPECT_TRUE(check_draft(good));
  auto bad = good;
  bad.actor = "";
  EXPECT_EQ(check_draft(bad).error().code, Errc::kBadInput);
  bad = good;
  bad.stream = std::string(201, 'x');
  EXPECT_EQ(check_draft(bad).error().code, Errc::kBadInput);
  for (const char* body : {"", "[]", "1", "{", "{\"a\":}", "{} {}"}) {
    bad = good;
    bad.body = body;
    EXPECT_EQ(check_draft(bad).error().code, Errc::kBadInput) << body;
  }
  bad = good;
  bad.body = "{\"a\":\"" + std::string(4 << 20, 'x') + "\"}";
  EXPECT_EQ(check_draft(bad).error().code, Errc::kLimit);
}

}  // namespace
}  // namespace hitokoe::incident
