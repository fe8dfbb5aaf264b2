// What is told to whom, and to those who come back.
#include "service/live_events.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "hitokoe/base/simulated_clock.h"
#include "hitokoe/incident/clocks.h"
#include "hitokoe/storage/alerts.h"
#include "hitokoe/storage/memory.h"
#include "tests/database_under_test.h"
#include "tests/scratch_folder.h"

namespace hitokoe::service {
namespace {

using registry::Role;
using registry::Viewer;
using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr crypto::Argon2Cost kCheap{.ops = 1, .memory_bytes = 8192};

Task<Result<void>> put_next(LiveEvents& events, std::shared_ptr<LiveEvents::Listener> listener,
                            std::optional<std::string>& out, bool& done) {
  out = co_await events.next(std::move(listener));
  done = true;
  co_return ok();
}

class LiveEventsTest : public ::testing::Test {
 protected:
  LiveEventsTest() {
    const SecretText passphrase(std::string("correct horse battery"));
    EXPECT_TRUE(identity::KeyStore::init(folder_.path(), passphrase, clock_, random_, kCheap));
    keys_.emplace(identity::KeyStore::open(folder_.path(), passphrase, clock_, random_).value());
    auto db = testing::open_own_database().value();
    incident_store_ = storage::make_incident_store(db);
    audit_ = storage::make_audit_log(db);
    alerts_ = storage::make_alert_store(db);
    hunts_ = storage::make_hunt_store(db);
    incidents_.emplace(
        incident::IncidentService::Parts{*incident_store_, *keys_, nullptr, rules_.clocks,
                                         rules_.holidays, clock_, random_},
        incident::IncidentOptions{});
    make({.every = milliseconds(1), .heartbeat = std::chrono::seconds(60)});
  }
  ~LiveEventsTest() override { end(); }

  void make(LiveEventsOptions options) {
    end();
    tasks_.emplace(io_.get_executor());
    events_ = std::make_unique<LiveEvents>(
        LiveEvents::Parts{io_.get_executor(), *audit_, *alerts_, *hunts_, *incidents_, pool_,
                          sleeper_, random_, metrics_, Logger::silent()},
        options);
    tasks_->spawn("events", events_->run());
  }
  void end() {
    if (!tasks_) return;
    asio::post(io_, [this] { tasks_->stop(); });
    bool ended = false;
    asio::co_spawn(io_, tasks_->join(), [&](const std::exception_ptr&) { ended = true; });
    until(ended);
  }
  void until(const bool& done) {
    io_.restart();
    while (!done) io_.run_one_for(std::chrono::seconds(10));
  }
  // The next text; nothing where none came.
  std::string next(const std::shared_ptr<LiveEvents::Listener>& listener) {
    std::optional<std::string> out;
    bool done = false;
    tasks_->spawn("next", put_next(*events_, listener, out, done));
    until(done);
    return out.value_or("cancelled");
  }
  void change(const std::string& stream) {
    ASSERT_TRUE(audit_->append({"sato", stream, "incident.noted", "{}"}, clock_.now()));
  }
  void alert(const std::string& capture, const std::string& carrier) {
    incident::Alert a;
    a.term = "aozora";
    a.capture = capture;
    a.id = incident::alert_id(a.capture, a.term);
    a.carriers = {carrier};
    a.found = clock_.now();
    clock_.advance(std::chrono::seconds(1));
    ASSERT_TRUE(alerts_->add(a, {}));
  }
  static std::string last_id(const std::string& text) {
    const std::size_t at = text.rfind("id: ") + 4;
    return text.substr(at, text.find('\n', at) - at);
  }

  const Viewer coordinator_{"sato", Role::kCoordinator, ""};
  ScratchFolder folder_;
  SimulatedClock clock_{parse_utc("2026-11-25T00:00:00Z").value()};
  SystemRandom random_;
  SystemSleeper sleeper_;
  MetricsRegistry metrics_;
  asio::io_context io_;
  CpuPool pool_{1};  // its thread lets go of io_ last
  std::optional<identity::KeyStore> keys_;
  incident::LegalRules rules_ = incident::built_in_rules().value();
  std::unique_ptr<incident::IncidentStore> incident_store_;
  std::unique_ptr<incident::AuditLog> audit_;
  std::unique_ptr<incident::AlertStore> alerts_;
  std::unique_ptr<incident::HuntStore> hunts_;
  std::optional<incident::IncidentService> incidents_;
  std::optional<TaskGroup> tasks_;
  std::unique_ptr<LiveEvents> events_;
};

TEST_F(LiveEventsTest, BeginWithReadyAndTellWhatComesAfterIt) {
  change("incident/INC-1");
  const auto one = events_->listen(coordinator_, "");
  EXPECT_THAT(next(one), AllOf(StartsWith("retry: "), HasSubstr("event: ready\n"),
                               HasSubstr("data: {\"resumed\":false}\n\n")));
  change("incident/INC-2");
  EXPECT_THAT(next(one), AllOf(HasSubstr("event: incident\ndata: {\"id\":\"INC-2\"}\n\n"),
                               Not(HasSubstr("INC-1"))));
  alert("c1", "kou");
  EXPECT_THAT(next(one), HasSubstr("event: alert\ndata: {\"id\":\"ALR-"));
  ASSERT_TRUE(hunts_->start({}, {"c1"}, std::nullopt, "sato", clock_.now()));
  EXPECT_THAT(next(one), HasSubstr("event: hunt\ndata: {\"id\":\"HNT-1\"}"));
  ASSERT_TRUE(hunts_->settle("HNT-1", "c1", {}, clock_.now()));
  EXPECT_THAT(next(one), HasSubstr("event: hunt\ndata: {\"id\":\"HNT-1\"}"));
}

TEST_F(LiveEventsTest, TellAPartyOnlyOfWhatIsItsBusiness) {
  const auto kou = events_->listen(Viewer("tanaka", Role::kParty, "kou"), "");
  const auto desk = events_->listen(Viewer("mori", Role::kDesk, ""), "");
  ASSERT_THAT(next(kou), HasSubstr("ready"));
  ASSERT_THAT(next(desk), HasSubstr("ready"));
  change("incident/INC-9");
  change("keys");
  ASSERT_TRUE(hunts_->start({}, {"c1"}, std::nullopt, "sato", clock_.now()));
  alert("c1", "otsu");
  alert("c2", "kou");
  const auto told = next(kou);
  EXPECT_THAT(told, HasSubstr(incident::alert_id("c2", "aozora")));
  EXPECT_THAT(told, AllOf(Not(HasSubstr("INC-9")), Not(HasSubstr("HNT-1")),
                          Not(HasSubstr(incident::alert_id("c1", "aozora")))));
  EXPECT_THAT(next(desk), AllOf(HasSubstr("INC-9"), Not(HasSubstr("HNT-1"))));
}

TEST_F(LiveEventsTest, TellManyChangesOfOneThingOnce) {
  const auto one = events_->listen(coordinator_, "");
  ASSERT_THAT(next(one), HasSubstr("ready"));
  for (int i = 0; i < 50; ++i) change("incident/INC-1");
  std::string all;
  change("incident/INC-2");
  while (all.find("INC-2") == std::string::npos) all += next(one);
  std::size_t times = 0;
  for (std::size_t at = 0; (at = all.find("INC-1\"", at)) != std::string::npos; ++at) ++times;
  EXPECT_LT(times, 5U);
  EXPECT_GE(times, 1U);
}

TEST_F(LiveEventsTest, WhoComesBackMissesNothing) {
  const auto stays = events_->listen(coordinator_, "");
  ASSERT_THAT(next(stays), HasSubstr("ready"));
  change("incident/INC-1");
  const std::string id = last_id(next(stays));
  change("incident/INC-2");
  ASSERT_THAT(next(stays), HasSubstr("INC-2"));
  const auto back = events_->listen(coordinator_, id);
  EXPECT_THAT(next(back), HasSubstr("\"resumed\":true"));
  EXPECT_THAT(next(back), AllOf(HasSubstr("INC-2"), Not(HasSubstr("INC-1"))));
  // Of another run, or no number: everything may be new.
  for (const std::string wrong : {"17-1", "nonsense", "-1"}) {
    EXPECT_THAT(next(events_->listen(coordinator_, wrong)), HasSubstr("\"resumed\":false"))
        << wrong;
  }
  EXPECT_THAT(next(events_->listen(coordinator_, id + "9999")), HasSubstr("\"resumed\":false"));
}

TEST_F(LiveEventsTest, WhoWasAwayTooLongBeginsAnew) {
  make({.every = milliseconds(1), .heartbeat = std::chrono::seconds(60), .kept = 3});
  const auto slow = events_->listen(coordinator_, "");
  const auto quick = events_->listen(coordinator_, "");
  ASSERT_THAT(next(slow), HasSubstr("ready"));
  const std::string id = last_id(next(quick));
  for (int i = 0; i < 10; ++i) {
    const std::string which = "INC-" + std::to_string(i);
    change("incident/" + which);
    ASSERT_THAT(next(quick), HasSubstr(which));
  }
  EXPECT_THAT(next(slow), HasSubstr("\"resumed\":false"));
  EXPECT_THAT(next(events_->listen(coordinator_, id)), HasSubstr("\"resumed\":false"));
}

TEST_F(LiveEventsTest, SayNowAndThenThatTheyAreThere) {
  make({.every = milliseconds(1), .heartbeat = milliseconds(20)});
  const auto one = events_->listen(coordinator_, "");
  std::string text = next(one);
  while (text.starts_with(":")) text = next(one);  // before the store was seen
  EXPECT_THAT(text, HasSubstr("ready"));
  EXPECT_THAT(next(one), StartsWith(":"));
}

TEST_F(LiveEventsTest, ArePromisedToNoMoreThanAreAllowed) {
  make({.every = milliseconds(1), .listeners = 2});
  auto one = events_->listen(coordinator_, "");
  const auto two = events_->listen(coordinator_, "");
  EXPECT_EQ(events_->listen(coordinator_, ""), nullptr);
  one.reset();
  EXPECT_NE(events_->listen(coordinator_, ""), nullptr);
  EXPECT_THAT(metrics_.render(), HasSubstr("hitokoe_api_event_listeners 1"));
}

}  // namespace
}  // namespace hitokoe::service
