// What the matcher is told of older leaks.
#include "hitokoe/incident/known_leaks.h"

#include <sqlite3.h>

#include <algorithm>

#include "tests/integration/incident/incident_world.h"

namespace hitokoe::incident {
namespace {

class KnownLeaks : public IncidentWorld {
 protected:
  std::shared_ptr<const matcher::KnownLeaks> known() {
    const auto read = incident::known_leaks(*store, *keys).value();
    EXPECT_TRUE(read.unread.empty());
    return read.leaks;
  }
  // As a disk or a stranger would, with nobody at it.
  void change_file(const std::string& statement) {
    incidents.reset();
    store.reset();
    log.reset();
    db.reset();
    sqlite3* file = nullptr;
    ASSERT_EQ(sqlite3_open((folder.path() / "hitokoe.db").c_str(), &file), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(file, statement.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(file);
    reopen();
  }
  void move_on(const std::string& id, std::initializer_list<State> states) {
    for (const auto state : states) ASSERT_TRUE(incidents->advance(lead, id, state, ""));
  }
  std::string opened(const std::string& capture, std::uint32_t first, std::uint32_t count) {
    return open(report(capture, "kou", first, count)).incident;
  }
};

TEST_F(KnownLeaks, NewestFirstWithEveryCustomerOnce) {
  EXPECT_TRUE(known()->empty());
  const auto first = opened("a", 0, 10);
  clock.advance(std::chrono::hours(1));
  const auto second = opened("b", 100, 5);
  // A second dump of the first: five of its customers again, five new.
  auto more = report("c", "kou", 5, 10);
  ASSERT_EQ(open(more).incident, first);
  const auto all = known();
  ASSERT_EQ(all->size(), 2U);
  EXPECT_EQ((*all)[0].id, second);
  EXPECT_EQ((*all)[1].id, first);
  EXPECT_EQ((*all)[0].subjects.at("kou").size(), 5U);
  EXPECT_EQ((*all)[1].subjects.at("kou").size(), 15U);
}

TEST_F(KnownLeaks, OnlyWhatIsOverMayBeASource) {
  const auto goes_on = opened("a", 0, 10);
  const auto closed = opened("b", 100, 10);
  const auto dismissed = opened("c", 200, 10);
  move_on(closed, {State::kTriaged, State::kConfirmed, State::kContained, State::kNotified,
                   State::kClosed});
  move_on(dismissed, {State::kDismissed});
  const auto all = known();
  ASSERT_EQ(all->size(), 2U) << "what was dismissed is no leak";
  for (const auto& leak : *all) EXPECT_EQ(leak.as_source, leak.id == closed) << leak.id;
  EXPECT_TRUE(std::ranges::any_of(*all, [&](const auto& leak) { return leak.id == goes_on; }));
}

TEST_F(KnownLeaks, FieldsOfAllReportsAndDecoysAreKept) {
  auto r = report("a", "kou", 0, 3);
  r.subjects[0].canary = true;
  const auto id = open(r).incident;
  auto again = report("b", "kou", 0, 3);
  for (auto& s : again.subjects) s.fields = {identity::FieldId::kEmail};
  ASSERT_EQ(open(again).incident, id);
  const auto all = known();
  ASSERT_EQ(all->size(), 1U);
  const auto& subjects = (*all)[0].subjects.at("kou");
  ASSERT_EQ(subjects.size(), 3U);
  EXPECT_EQ(std::ranges::count_if(subjects, [](const auto& s) { return s.canary; }), 1);
  for (const auto& s : subjects) {
    EXPECT_TRUE(s.fields.contains(identity::FieldId::kName));
    EXPECT_TRUE(s.fields.contains(identity::FieldId::kEmail));
  }
}

TEST_F(KnownLeaks, AnIncidentWhoseKeyWasDestroyedIsForgotten) {
  const auto gone = opened("a", 0, 10);
  const auto stays = opened("b", 100, 10);
  ASSERT_TRUE(keys->destroy(identity::KeyKind::kIncident, gone));
  const auto all = known();
  ASSERT_EQ(all->size(), 1U);
  EXPECT_EQ((*all)[0].id, stays);
}

// Of one that lies between two others.
TEST_F(KnownLeaks, OneThatIsDamagedIsNamedAndTheOthersGoOn) {
  const auto oldest = opened("a", 0, 10);
  const auto damaged = opened("b", 100, 20);
  const auto newest = opened("c", 200, 5);
  change_file("UPDATE incident_subjects SET sealed = zeroblob(length(sealed)) WHERE incident = '" +
              damaged + "'");
  const auto read = incident::known_leaks(*store, *keys).value();
  ASSERT_EQ(read.unread.size(), 1U);
  EXPECT_EQ(read.unread[0].incident, damaged);
  EXPECT_EQ(read.unread[0].why.code, Errc::kCorrupt);
  ASSERT_EQ(read.leaks->size(), 3U);
  EXPECT_EQ((*read.leaks)[0].id, newest);
  EXPECT_EQ((*read.leaks)[1].id, damaged);
  EXPECT_TRUE((*read.leaks)[1].subjects.empty()) << "or what is whole of it would seem to be all";
  EXPECT_EQ((*read.leaks)[2].id, oldest);
  EXPECT_EQ((*read.leaks)[2].subjects.at("kou").size(), 10U);
}

TEST_F(KnownLeaks, OneWhoseTableIsDamagedIsNamedToo) {
  const auto damaged = opened("a", 0, 10);
  const auto whole = opened("b", 100, 10);
  change_file("UPDATE incident SET state = 'nonsense' WHERE id = '" + damaged + "'");
  const auto read = incident::known_leaks(*store, *keys).value();
  ASSERT_EQ(read.unread.size(), 1U);
  EXPECT_EQ(read.unread[0].incident, damaged);
  ASSERT_EQ(read.leaks->size(), 2U);
  EXPECT_EQ((*read.leaks)[0].id, whole);
  EXPECT_TRUE((*read.leaks)[1].subjects.empty());
}

// What goes for all of them is no damage of one: nobody is to judge without older leaks unawares.
TEST_F(KnownLeaks, ADatabaseThatDoesNotAnswerIsAnErrorOfAll) {
  opened("a", 0, 10);
  change_file("DROP TABLE incident_subjects");
  const auto read = incident::known_leaks(*store, *keys);
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().code, Errc::kCorrupt);
}

}  // namespace
}  // namespace hitokoe::incident
