// Exactly one notice per person, whatever crashes: a campaign is sent by a process that dies again
// and again, to a relay that fails in every way. Every run prints its seed on failure and replays.
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <utility>

#include "hitokoe/incident/campaign_delivery.h"
#include "tests/integration/campaign/world.h"
#include "tests/property/campaign/simulated_crash.h"

namespace hitokoe::incident {
namespace {

using testing::CampaignWorld;
using testing::Crash;
using testing::CrashSwitch;
using testing::RelayMemory;

struct Life {
  std::optional<DeliveryReport> report;  // nothing: it died
  std::uint64_t points = 0;
};

struct Chances {
  std::uint64_t crash_after = 0;
  std::uint64_t faults = 0;  // per mille, at each step of a conversation
  std::size_t connections = 3;
  int runs_at_once = 1;
};

Task<void> into(CampaignDelivery& run, Life& life) {
  auto report = co_await run.run();
  if (report) life.report = report.value();
}

// One life of the sending process: from `campaign send` to its end or death.
Life live(CampaignWorld& w, const std::string& id, RelayMemory& memory, const Chances& c) {
  CrashSwitch power(c.crash_after);
  testing::CrashingStore store(*w.store, power);
  testing::SimulatedRelay relay(w.random, power, memory, c.faults);
  testing::SimulatedSleeper sleeper(w.clock);
  CampaignService::Parts parts{store, w.registry, *w.keys, w.clock, w.random};
  DeliveryOptions options;
  options.connections = c.connections;
  options.give_up_after = 1000;

  Life life;
  std::vector<std::unique_ptr<CampaignDelivery>> runs;
  asio::io_context io;
  try {
    CampaignService service(parts);
    if (!service.start(w.lead, id)) return life;
    for (int i = 0; i < c.runs_at_once; ++i) {
      auto run = CampaignDelivery::prepare(
          parts, "甲通信株式会社", w.lead, id,
          {store, relay, w.clock, sleeper, nullptr, Logger::silent()}, options);
      EXPECT_TRUE(run) << run.error().detail;
      runs.push_back(std::move(run.value()));
      asio::co_spawn(io, into(*runs.back(), life), [](std::exception_ptr) {});
    }
    io.run();
    if (!power.dead()) (void)service.finish(w.lead, id);
  } catch (const Crash&) {
  }
  if (power.dead()) life.report.reset();
  life.points = power.passed();
  return life;
}

// The states as the audit log tells them.
std::map<std::string, std::string> folded(CampaignWorld& w, const std::string& id) {
  std::map<std::string, std::string> out;
  const auto events = storage::make_audit_log(w.db)->read("campaign/" + id).value();
  for (const auto& e : events) {
    const auto body = boost::json::parse(e.body).as_object();
    if (e.kind == "campaign.delivery") {
      for (const auto& s : body.at("steps").as_array()) {
        auto& state = out[std::string(s.at("person").as_string())];
        EXPECT_EQ(state.empty() ? "pending" : state, s.at("from").as_string());
        state = std::string(s.at("to").as_string());
      }
    }
    if (e.kind == "campaign.recovered") {
      for (auto& [person, state] : out) {
        if (state == "sending") state = "pending";
      }
      for (const auto& p : body.at("held").as_array()) {
        EXPECT_EQ(out[std::string(p.as_string())], "committing");
        out[std::string(p.as_string())] = "unknown_held";
      }
    }
  }
  return out;
}

void expect_exactly_once(CampaignWorld& w, const std::string& id, const RelayMemory& memory,
                         bool finished, std::uint64_t most_held) {
  const auto row = w.store->load(id).value();
  const auto recipients = w.store->recipients(id, "").value();
  auto log = folded(w, id);
  std::uint64_t held = 0;
  for (const auto& r : recipients) {
    const auto it = memory.complete.find(notice_message_id(row, r.person, r.version));
    const int bodies = it == memory.complete.end() ? 0 : it->second;
    EXPECT_LE(bodies, 1) << "two whole mails to one person";
    if (r.state == DeliveryState::kAccepted) {
      EXPECT_EQ(bodies, 1);
    }
    if (r.state == DeliveryState::kRefused || r.state == DeliveryState::kPending ||
        r.state == DeliveryState::kSending || r.state == DeliveryState::kNoContact) {
      EXPECT_EQ(bodies, 0) << to_string(r.state);
    }
    if (r.state == DeliveryState::kUnknownHeld) ++held;
    const auto& told = log[r.person];
    if (r.state != DeliveryState::kNoContact && r.state != DeliveryState::kPending) {
      EXPECT_EQ(told, to_string(r.state));
    }
    if (finished) {
      EXPECT_TRUE(r.state == DeliveryState::kAccepted || r.state == DeliveryState::kRefused ||
                  r.state == DeliveryState::kUnknownHeld || r.state == DeliveryState::kNoContact)
          << to_string(r.state);
    }
  }
  EXPECT_LE(held, most_held);
  CampaignStore::Counts counted{};
  for (const auto& r : recipients) ++counted[static_cast<std::size_t>(r.state)];
  EXPECT_EQ(w.store->counts(id, "").value(), counted) << "the kept counts are those of the rows";
}

TEST(ExactlyOnce, WithoutFaultsEverybodyGetsOneMail) {
  CampaignWorld w(3);
  w.populate(20);
  const auto id = w.approved();
  RelayMemory memory;
  const auto life = live(w, id, memory, {});
  ASSERT_TRUE(life.report);
  EXPECT_EQ(life.report->end, DeliveryReport::End::kDone);
  EXPECT_EQ(life.report->accepted, 20U);
  EXPECT_EQ(memory.complete.size(), 20U);
  EXPECT_EQ(w.store->load(id).value().state, CampaignState::kSent);
  expect_exactly_once(w, id, memory, true, 0);
}

TEST(ExactlyOnce, ADeathAtEachPointOfTheWholeRunIsSurvived) {
  std::uint64_t points = 0;
  for (std::uint64_t at = 1; at == 1 || at <= points; ++at) {
    SCOPED_TRACE("death at point " + std::to_string(at));
    CampaignWorld w(5);
    w.populate(3);
    const auto id = w.approved();
    RelayMemory memory;
    if (points == 0) {  // once without a death, to count the points
      CampaignWorld count(5);
      count.populate(3);
      RelayMemory unused;
      points = live(count, count.approved(), unused, {0, 0, 2, 1}).points;
      ASSERT_GT(points, 20U);
    }
    EXPECT_FALSE(live(w, id, memory, {at, 0, 2, 1}).report && at <= points);
    expect_exactly_once(w, id, memory, false, 2);
    const auto second = live(w, id, memory, {0, 0, 2, 1});
    if (w.store->load(id).value().state != CampaignState::kSent) {
      ASSERT_TRUE(second.report);
      EXPECT_EQ(second.report->end, DeliveryReport::End::kDone);
    }
    expect_exactly_once(w, id, memory, true, 2);
  }
}

TEST(ExactlyOnce, SeededDeathsAndFaultsUntilEverybodyIsSettled) {
  for (std::uint64_t seed = 1; seed <= 15; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    CampaignWorld w(seed);
    w.populate(15);
    const auto id = w.approved();
    SeededRandom dice(seed * 1000);
    RelayMemory memory;
    std::uint64_t deaths = 0;
    Chances c;
    for (int lives = 0; lives < 200; ++lives) {
      c.connections = 1 + dice.below(4);
      c.crash_after = lives < 100 ? 1 + dice.below(60) : 0;
      c.faults = lives < 100 ? 20 + dice.below(200) : 0;
      const auto life = live(w, id, memory, c);
      if (!life.report) ++deaths;
      expect_exactly_once(w, id, memory, false, deaths * 4 + memory.unknown);
      if (w.store->load(id).value().state == CampaignState::kSent) break;
    }
    EXPECT_EQ(w.store->load(id).value().state, CampaignState::kSent);
    expect_exactly_once(w, id, memory, true, deaths * 4 + memory.unknown);
    EXPECT_FALSE(
        storage::make_audit_log(w.db)->verify(w.keys->service_sign().value().public_key).value());
  }
}

// Somebody else writes into the database from the moment at which the relay has the first mail.
class LockingRelay final : public net::MailRelay {
 public:
  LockingRelay(net::MailRelay& real, CrashSwitch& power, std::uint64_t locked)
      : real_(real), power_(power), locked_(locked) {}
  Task<net::SendOutcome> send(const net::Mail& mail,
                              std::function<Result<void>()> before_end) override {
    auto outcome = co_await real_.send(mail, std::move(before_end));
    power_.lock(std::exchange(locked_, 0));
    co_return outcome;
  }

 private:
  net::MailRelay& real_;
  CrashSwitch& power_;
  std::uint64_t locked_;
};

// The database is locked, with a campaign of millions that is frozen, once the relay has a mail.
struct LockedRun {
  CampaignWorld w{17};
  std::string id;
  RelayMemory memory;
  std::optional<Result<DeliveryReport>> end;
  Duration took{};

  // `locked`: deliveries in a row that fail; `stop_after`: the run is stopped then.
  LockedRun(std::uint64_t locked, std::optional<Duration> stop_after) {
    w.populate(6);
    id = w.approved();
    CrashSwitch power(0);
    testing::CrashingStore store(*w.store, power);
    testing::SimulatedRelay real(w.random, power, memory, 0);
    LockingRelay relay(real, power, locked);
    testing::SimulatedSleeper sleeper(w.clock);
    const CampaignService::Parts parts{store, w.registry, *w.keys, w.clock, w.random};
    DeliveryOptions options;
    options.connections = 1;
    if (!CampaignService(parts).start(w.lead, id)) return;
    auto run = CampaignDelivery::prepare(
                   parts, "甲通信株式会社", w.lead, id,
                   {store, relay, w.clock, sleeper, nullptr, Logger::silent()}, options)
                   .value();
    asio::io_context io;
    const auto begun = w.clock.steady();
    asio::co_spawn(io, keep(*run), [](std::exception_ptr) {});
    if (stop_after) asio::co_spawn(io, stop(*run, sleeper, *stop_after), [](std::exception_ptr) {});
    io.run();
    took = std::chrono::duration_cast<Duration>(w.clock.steady() - begun);
    (void)CampaignService(parts).finish(w.lead, id);
  }
  Task<void> keep(CampaignDelivery& run) { end.emplace(co_await run.run()); }
  Task<void> stop(CampaignDelivery& run, Sleeper& sleeper, Duration after) {
    const auto until = w.clock.steady() + after;
    while (w.clock.steady() < until) (void)co_await sleeper.sleep_for(std::chrono::milliseconds(1));
    run.stop();
  }
  std::uint64_t count(DeliveryState state) {
    return w.store->counts(id, "").value()[static_cast<std::size_t>(state)];
  }
};

TEST(ExactlyOnce, ADatabaseThatIsLockedForMinutesLosesNoOutcome) {
  LockedRun run(40, std::nullopt);
  ASSERT_TRUE(run.end && *run.end) << (run.end ? run.end->error().detail : "");
  EXPECT_EQ(run.end->value().end, DeliveryReport::End::kDone);
  EXPECT_EQ(run.end->value().accepted, 6U);
  EXPECT_EQ(run.count(DeliveryState::kAccepted), 6U);
  EXPECT_GT(run.took, std::chrono::minutes(2));
  expect_exactly_once(run.w, run.id, run.memory, true, 0);
}

TEST(ExactlyOnce, ADatabaseThatStaysLockedEndsTheRunAfterTenMinutes) {
  LockedRun run(1'000'000, std::nullopt);
  ASSERT_TRUE(run.end && !*run.end);
  EXPECT_EQ(run.end->error().code, Errc::kUnavailable);
  EXPECT_GE(run.took, std::chrono::minutes(10));
  EXPECT_LT(run.took, std::chrono::minutes(11));
}

TEST(ExactlyOnce, AStopIsHeardWhileTheDatabaseIsLocked) {
  LockedRun run(1'000'000, std::chrono::seconds(30));
  ASSERT_TRUE(run.end && !*run.end);
  EXPECT_EQ(run.end->error().code, Errc::kUnavailable);
  EXPECT_LT(run.took, std::chrono::minutes(2));
}

TEST(ExactlyOnce, TwoRunsAtOnceNeverSendOneMailTwice) {
  for (std::uint64_t seed = 1; seed <= 15; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    CampaignWorld w(seed);
    w.populate(12);
    const auto id = w.approved();
    SeededRandom dice(seed);
    RelayMemory memory;
    for (int lives = 0; lives < 50; ++lives) {
      (void)live(w, id, memory, {lives < 5 ? 5 + dice.below(80) : 0, 100, 2, 2});
      // What one run holds of the other may be on its way: it may end as accepted there.
      expect_exactly_once(w, id, memory, false, 1000);
      if (w.store->load(id).value().state == CampaignState::kSent) break;
    }
    EXPECT_EQ(w.store->load(id).value().state, CampaignState::kSent);
    expect_exactly_once(w, id, memory, true, 1000);
  }
}

TEST(ExactlyOnce, TheSameSeedTellsTheSameStory) {
  std::string stories[2];
  for (auto& story : stories) {
    CampaignWorld w(9);
    w.populate(10);
    const auto id = w.approved();
    RelayMemory memory;
    for (std::uint64_t life = 1; life < 6; ++life)
      (void)live(w, id, memory, {life * 11, 150, 3, 1});
    const auto recipients = w.store->recipients(id, "").value();
    for (const auto& r : recipients)
      story += std::string(to_string(r.state)) + std::to_string(r.attempts) + r.reply + ";";
  }
  EXPECT_EQ(stories[0], stories[1]);
}

}  // namespace
}  // namespace hitokoe::incident
