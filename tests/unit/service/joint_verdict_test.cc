// The daemon's way to a verdict over all captures of an incident: in any order, over any crash, and
// against older leaks.
#include <algorithm>

#include "tests/unit/service/joint_verdict_world.h"

namespace hitokoe::service {
namespace {

TEST_F(JointVerdict, AnyOrderOfCapturesSaysTheSame) {
  std::vector<std::string> order = {"a", "b", "c", "d"};
  std::optional<json::object> first;
  do {
    Daemon daemon(pages_);
    for (const auto& capture : order) ASSERT_TRUE(daemon.match(capture));
    ASSERT_EQ(daemon.all().size(), 1U) << order[0] << order[1] << order[2] << order[3];
    const auto said = daemon.said(daemon.all()[0]);
    if (!first) first = said;
    EXPECT_EQ(said, *first) << order[0] << order[1] << order[2] << order[3];
  } while (std::ranges::next_permutation(order).found);
  EXPECT_EQ(first->at("holders").at(0).at("party"), "shop");
  EXPECT_EQ(first->at("exposures"), 4);
  EXPECT_EQ(first->at("whole").at("matched_subjects"), 180);
}

TEST_F(JointVerdict, TwiceIsOnceAndWritesNothing) {
  Daemon daemon(pages_);
  for (const auto* capture : {"a", "b"}) ASSERT_TRUE(daemon.match(capture));
  const auto id = daemon.all()[0];
  const auto before = daemon.why(id);
  const auto revision = daemon.store->revision().value();
  for (const auto* capture : {"b", "a", "b"}) ASSERT_TRUE(daemon.match(capture));
  EXPECT_EQ(daemon.why(id), before);
  EXPECT_EQ(daemon.store->revision().value(), revision);
}

TEST_F(JointVerdict, ACrashAtAnyStepLosesNothingAndCountsNothingTwice) {
  Daemon whole(pages_);
  for (const auto* capture : {"a", "b", "c"}) ASSERT_TRUE(whole.match(capture));
  const auto expected = whole.said(whole.all()[0]);
  int crashes = 0;
  for (const bool after : {false, true}) {
    for (int at = 0; at < 12; ++at) {
      Daemon daemon(pages_);
      daemon.faults = {at, after};
      for (const auto* capture : {"a", "b", "c"}) {
        if (daemon.match(capture)) continue;
        ++crashes;
        daemon.faults.left = 1 << 30;  // the next life
        ASSERT_TRUE(daemon.match(capture)) << "the queue gives it again";
      }
      ASSERT_EQ(daemon.all().size(), 1U) << at;
      EXPECT_EQ(daemon.said(daemon.all()[0]), expected) << at << after;
      EXPECT_FALSE(incident::verify_incidents(*daemon.store, *daemon.log).value()) << at;
    }
  }
  EXPECT_GT(crashes, 10);
}

TEST_F(JointVerdict, TheIncidentShowsIt) {
  Daemon daemon(pages_);
  for (const auto* capture : {"a", "d"}) ASSERT_TRUE(daemon.match(capture));
  const auto id = daemon.all()[0];
  const auto view = daemon.incidents.show(kLead, id).value();
  const auto said = daemon.said(id);
  EXPECT_EQ(view.holders[0].party, "shop");
  EXPECT_DOUBLE_EQ(view.holders[0].probability,
                   said.at("holders").at(0).at("probability").as_double());
  EXPECT_EQ(view.exposures.size(), 2U);
  ASSERT_TRUE(daemon.store->rebuild());
  EXPECT_EQ(daemon.said(id), said) << "the log is the truth";
  EXPECT_FALSE(incident::verify_incidents(*daemon.store, *daemon.log).value());
}

TEST_F(JointVerdict, APartySeesWhatIsSaidOfItselfAlone) {
  Daemon daemon(pages_);
  ASSERT_TRUE(daemon.match("a"));
  const auto id = daemon.all()[0];
  const registry::Viewer shop("u", registry::Role::kParty, "shop");
  const auto seen = json::parse(daemon.why(id, shop)).as_object();
  EXPECT_TRUE(seen.at("whole").is_null());
  for (const auto& h : seen.at("holders").as_array()) EXPECT_EQ(h.at("party"), "shop");
  ASSERT_EQ(seen.at("holders").as_array().size(), 1U);
  EXPECT_TRUE(seen.at("holders").at(0).at("explanation").is_object());
  EXPECT_EQ(daemon.why(id, shop).find("callco"), std::string::npos);
  // The carrier is told of a holder once it may be named, and never why: that counts others' rows.
  const registry::Viewer kou("u", registry::Role::kParty, "kou");
  const auto carriers = json::parse(daemon.why(id, kou));
  for (const auto& h : carriers.at("holders").as_array()) {
    EXPECT_TRUE(h.at("party") == "kou" || h.at("explanation").is_null());
  }
  const registry::Viewer night("u", registry::Role::kParty, "night");
  EXPECT_EQ(daemon.incidents.attribution(night, id).error().code, Errc::kNotFound);
}

TEST_F(JointVerdict, AClosedIncidentsDumpThatComesAgainIsKnown) {
  Daemon daemon(pages_);
  ASSERT_TRUE(daemon.match("d"));
  const auto first = daemon.all()[0];
  using incident::State;
  for (const auto state :
       {State::kTriaged, State::kConfirmed, State::kContained, State::kNotified, State::kClosed}) {
    ASSERT_TRUE(daemon.incidents.advance(kLead, first, state, ""));
  }
  pages_.rows["again"] = people(0, 540, 3);
  std::ranges::reverse(pages_.rows["again"]);
  ASSERT_TRUE(daemon.match("again"));
  ASSERT_EQ(daemon.all().size(), 2U);
  const auto said = daemon.said(daemon.all()[1]);
  const auto& again = said.at("whole").at("recirculation");
  ASSERT_TRUE(again.is_object());
  EXPECT_EQ(again.at("kind"), "same");
  EXPECT_EQ(again.at("new_subjects"), 0);
  EXPECT_EQ(said.at("whole").at("known_leaks").at(0).at("incident").as_string(), first);
  EXPECT_NE(said.at("verdict"), "named") << "nobody leaked anew";
  // Of the first nothing was known before.
  EXPECT_TRUE(daemon.said(first).at("whole").at("known_leaks").as_array().empty());
}

// "e" is another leak, whose customers lie damaged: what comes in is judged without it, and says
// so.
TEST_F(JointVerdict, ADamagedOlderIncidentIsNamedAndHoldsUpNoCapture) {
  pages_.rows["e"] = people(500, 900, 2);
  Daemon daemon(pages_);
  ASSERT_TRUE(daemon.match("e"));
  const auto damaged = daemon.all()[0];
  using incident::State;
  for (const auto state :
       {State::kTriaged, State::kConfirmed, State::kContained, State::kNotified, State::kClosed}) {
    ASSERT_TRUE(daemon.incidents.advance(kLead, damaged, state, ""));
  }
  daemon.damaged = damaged;
  ASSERT_TRUE(daemon.match("a"));
  ASSERT_TRUE(daemon.match("d"));
  ASSERT_EQ(daemon.all().size(), 2U);
  const auto said = daemon.said(daemon.all()[1]);
  EXPECT_EQ(said.at("holders").at(0).at("party"), "shop");
  const auto notes = json::serialize(said.at("whole").at("notes"));
  EXPECT_NE(notes.find(damaged), std::string::npos) << notes;
  EXPECT_NE(json::serialize(said.at("whole").at("notes_ja")).find(damaged), std::string::npos);
  const auto about = [&] {
    return std::ranges::count_if(daemon.lines, [&](const std::string& line) {
      return line.find("older_leak.unread") != std::string::npos &&
             line.find(damaged) != std::string::npos;
    });
  };
  EXPECT_EQ(about(), 1) << "once, whatever comes in";
  EXPECT_NE(daemon.metrics.render().find("hitokoe_older_leaks_unread 1"), std::string::npos);
  // Put back from a backup, it is taken up again, though no incident has changed.
  const auto unread = [&] {
    return daemon.older.current(daemon.index.current().value()).value().leaks.unread.size();
  };
  EXPECT_EQ(unread(), 1U);
  daemon.damaged.clear();
  EXPECT_EQ(unread(), 1U) << "it is not read for every capture";
  daemon.clock.advance(std::chrono::minutes(11));
  EXPECT_EQ(unread(), 0U);
  EXPECT_NE(daemon.metrics.render().find("hitokoe_older_leaks_unread 0"), std::string::npos);
}

}  // namespace
}  // namespace hitokoe::service
