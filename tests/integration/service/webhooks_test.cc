// Webhooks against a real server in another language, which checks the signatures by itself.
#include "service/webhooks.h"

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <fstream>

#include "hitokoe/incident/alert_found.h"
#include "hitokoe/storage/duties.h"
#include "hitokoe/storage/outbox_targets.h"
#include "service/webhook_body.h"
#include "service/webhook_feed.h"
#include "tests/integration/campaign/script_server.h"
#include "tests/integration/incident/incident_world.h"

namespace hitokoe::service {
namespace {

namespace json = boost::json;
using incident::OutChannel;
using incident::OutMessage;
using incident::OutState;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kSecret = "made-up-secret-of-a-test";

class WebhooksTest : public incident::IncidentWorld {
 protected:
  void SetUp() override {
    IncidentWorld::SetUp();
    const auto secret = folder.path() / "hook.secret";
    std::ofstream(secret) << kSecret << "\n";
    hooks.emplace("../service/hook_server.py",
                  std::vector<std::string>{(folder.path() / "hooks.log").string(), kSecret});
    ASSERT_NE(0, hooks->port());
    outbox = storage::make_outbox(db);
    resolver = net::make_system_resolver(io.get_executor());
    fetcher = net::make_fetcher(io.get_executor(), *resolver, clock, {});
    options.attempts = 3;
    options.backoff_least = seconds(10);
    options.backoff_most = seconds(60);
    options.timeout = seconds(10);
    options.idle = milliseconds(5);
  }
  void TearDown() override {
    webhooks.reset();
    fetcher.reset();
    resolver.reset();
    IncidentWorld::TearDown();
  }

  WebhookEndpoint endpoint(const std::string& name, const std::string& path) {
    WebhookEndpoint e;
    e.name = name;
    e.url = "http://127.0.0.1:" + std::to_string(hooks->port()) + path;
    e.secret_file = folder.path() / "hook.secret";
    e.events = {"incident.*", "report.*", "escalation.*"};
    e.allow_networks = {net::IpNetwork::parse("127.0.0.1/32").value()};
    return e;
  }
  // As a new process has it. The endpoints are known from here on: what comes is told.
  void make() {
    auto secrets = Webhooks::load_secrets(options);
    ASSERT_TRUE(secrets) << secrets.error().detail;
    webhooks.emplace(Webhooks::Parts{*outbox, *log, *incidents, *fetcher, clock, sleeper, random,
                                     pool, metrics, Logger::silent()},
                     options, std::move(secrets.value()));
    for (const auto& e : options.endpoints) ASSERT_TRUE(outbox->cursor(e.name));
  }
  static Task<void> once(Webhooks& w, std::size_t i, std::optional<Result<void>>& told) {
    told.emplace(co_await w.tell(i));
  }
  void tell(std::size_t i = 0) {
    std::optional<Result<void>> told;
    asio::co_spawn(io, once(*webhooks, i, told), asio::detached);
    io.restart();
    while (!told) io.run_one_for(seconds(10));
    EXPECT_TRUE(*told) << told->error().detail;
  }
  std::string open_incident(const std::string& capture = "cap-1") {
    return open(incident::report(capture, "kou", 0, 5)).incident;
  }
  std::vector<json::object> received(const std::string& path = {}) {
    std::vector<json::object> out;
    std::ifstream in(folder.path() / "hooks.log");
    for (std::string line; std::getline(in, line);) {
      auto one = json::parse(line).as_object();
      if (path.empty() || one.at("path").as_string() == path) out.push_back(std::move(one));
    }
    return out;
  }
  std::vector<OutMessage> messages(std::optional<OutState> state = std::nullopt) {
    return outbox->list(lead, OutChannel::kWebhook, state, 100).value();
  }

  asio::io_context io{1};
  SystemSleeper sleeper;
  MetricsRegistry metrics;
  std::optional<testing::ScriptServer> hooks;
  std::unique_ptr<incident::Outbox> outbox;
  std::unique_ptr<net::Resolver> resolver;
  std::unique_ptr<net::Fetcher> fetcher;
  WebhookOptions options;
  std::optional<Webhooks> webhooks;
  CpuPool pool{2};  // after the io_context: what it posts back to outlives it
};

TEST_F(WebhooksTest, WhatWaitsForAnEndpointThatWasTakenOutIsGivenUpWithTheReason) {
  options.endpoints = {endpoint("desk", "/busy"), endpoint("ops", "/busy")};
  make();
  open_incident();
  tell(0);
  tell(1);
  const auto waiting = messages(OutState::kWaiting).size();
  ASSERT_GE(waiting, 2U);
  const std::vector<std::string> kept{"ops"};
  const auto targets = storage::make_outbox_targets(db);
  const auto n = targets->retire(OutChannel::kWebhook, kept, "not_configured", clock.now()).value();
  EXPECT_GT(n, 0U);
  EXPECT_LT(n, waiting);
  for (const auto& m : messages()) {
    EXPECT_EQ(m.state, m.target == "ops" ? OutState::kWaiting : OutState::kDead) << m.target;
    if (m.target == "desk") {
      EXPECT_EQ(m.last, "not_configured");
    }
  }
  EXPECT_EQ(log->read("outbox").value().back().kind, "outbox.target_removed");
  EXPECT_EQ(targets->retire(OutChannel::kWebhook, kept, "not_configured", clock.now()).value(), 0U);
  // It can be sent anew where the endpoint comes back.
  EXPECT_TRUE(outbox->retry(lead, messages(OutState::kDead).front().id, clock.now()));
}

TEST_F(WebhooksTest, SignsWhatAnotherLanguageCanVerify) {
  options.endpoints = {endpoint("ops", "/ok")};
  make();
  const auto id = open_incident();
  tell();
  const auto got = received("/ok");
  ASSERT_EQ(1U, got.size());
  EXPECT_TRUE(got[0].at("verified").as_bool());
  EXPECT_EQ("application/json", got[0].at("type").as_string());
  EXPECT_EQ("incident.opened", got[0].at("event").as_string());
  const auto body = json::parse(got[0].at("body").as_string()).as_object();
  EXPECT_EQ(id, body.at("incident").as_string());
  EXPECT_EQ(body.at("delivery"), got[0].at("delivery"));
  EXPECT_EQ(OutState::kSent, messages().at(0).state);
  EXPECT_EQ("204", messages().at(0).last);
  // Another secret would not do.
  EXPECT_NE(webhook_signature(as_bytes("another secret of it"), clock.now(), "x"),
            webhook_signature(as_bytes(kSecret), clock.now(), "x"));
}

TEST_F(WebhooksTest, TellsEachEventOnceWhateverRestarts) {
  options.endpoints = {endpoint("ops", "/ok")};
  make();
  const auto id = open_incident();
  tell();
  tell();
  make();  // a new process
  tell();
  ASSERT_TRUE(incidents->advance(lead, id, incident::State::kTriaged, ""));
  make();
  tell();
  tell();
  ASSERT_EQ(2U, received("/ok").size());
  EXPECT_EQ("incident.advanced", received("/ok")[1].at("event").as_string());
}

TEST_F(WebhooksTest, BeginsWithWhatComesAfterItWasConfigured) {
  open_incident();
  options.endpoints = {endpoint("ops", "/ok")};
  make();
  tell();
  EXPECT_TRUE(received().empty());
}

TEST_F(WebhooksTest, TriesAgainLaterAndNotBefore) {
  options.endpoints = {endpoint("ops", "/flaky/2")};
  make();
  open_incident();
  tell();
  EXPECT_EQ(1U, received().size());
  tell();  // its time has not come
  EXPECT_EQ(1U, received().size());
  auto m = messages().at(0);
  EXPECT_EQ("500", m.last);
  EXPECT_GE(m.next - clock.now(), seconds(5));
  EXPECT_LE(m.next - clock.now(), seconds(10));
  clock.advance(seconds(10));
  tell();
  m = messages().at(0);
  EXPECT_GE(m.next - clock.now(), seconds(10));  // doubled, a half of it at least
  clock.advance(seconds(20));
  tell();
  EXPECT_EQ(OutState::kSent, messages().at(0).state);
  const auto got = received();
  ASSERT_EQ(3U, got.size());
  EXPECT_EQ(got[0].at("body"), got[2].at("body"));
  EXPECT_EQ(got[0].at("delivery"), got[2].at("delivery"));
}

TEST_F(WebhooksTest, SetsADeliveryAsideAfterItsLastAttemptUntilAPersonRetries) {
  options.endpoints = {endpoint("ops", "/flaky/3")};
  make();
  open_incident();
  for (int i = 0; i < 5; ++i) {
    tell();
    clock.advance(seconds(60));
  }
  EXPECT_EQ(3U, received().size());
  const auto dead = messages(OutState::kDead);
  ASSERT_EQ(1U, dead.size());
  EXPECT_EQ(3U, dead[0].attempts);
  EXPECT_EQ(1U, outbox->counts(OutChannel::kWebhook).value().dead);
  // Not by everybody, and not what was not given up.
  EXPECT_EQ(Errc::kForbidden, outbox->retry(party("kou"), dead[0].id, clock.now()).error().code);
  EXPECT_TRUE(outbox->list(party("kou"), OutChannel::kWebhook, std::nullopt, 10).value().empty());
  EXPECT_EQ(Errc::kNotFound, outbox->retry(lead, "MSG-0", clock.now()).error().code);
  ASSERT_TRUE(outbox->retry(lead, dead[0].id, clock.now()));
  EXPECT_EQ(Errc::kConflict, outbox->retry(lead, dead[0].id, clock.now()).error().code);
  tell();
  EXPECT_EQ(OutState::kSent, messages().at(0).state);
  expect_consistent();
}

TEST_F(WebhooksTest, AnEndpointThatHangsHoldsUpNobodyElse) {
  options.endpoints = {endpoint("hangs", "/hang"), endpoint("drips", "/drip"),
                       endpoint("ops", "/ok")};
  options.timeout = seconds(5);
  make();
  open_incident();
  TaskGroup group(io.get_executor());
  for (std::size_t i = 0; i < 3; ++i) group.spawn("webhook", webhooks->run(i));
  const auto begun = std::chrono::steady_clock::now();
  io.restart();
  while (received("/ok").empty()) io.run_one_for(milliseconds(20));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, seconds(5));  // before the first gives up
  group.stop();
  bool ended = false;
  asio::co_spawn(io, group.join(), [&](const std::exception_ptr&) { ended = true; });
  while (!ended) io.run_one_for(seconds(10));
}

TEST_F(WebhooksTest, GivesUpWaitingForOneThatHangsOrDrips) {
  options.endpoints = {endpoint("hangs", "/hang"), endpoint("drips", "/drip")};
  make();
  open_incident();
  tell(0);
  tell(1);
  for (const auto& m : messages()) {
    EXPECT_EQ(OutState::kWaiting, m.state);
    EXPECT_EQ("timeout", m.last) << m.target;
    EXPECT_EQ(1U, m.attempts);
  }
}

TEST_F(WebhooksTest, FollowsNoRedirectAndHeedsGoneAndRetryAfter) {
  options.endpoints = {endpoint("moved", "/redirect"), endpoint("gone", "/gone"),
                       endpoint("busy", "/busy")};
  options.backoff_most = std::chrono::hours(6);
  make();
  open_incident();
  for (std::size_t i = 0; i < 3; ++i) tell(i);
  std::map<std::string, OutMessage> by;
  for (const auto& m : messages()) by[m.target] = m;
  EXPECT_EQ("too_many_redirects", by["moved"].last);
  EXPECT_TRUE(received("/ok").empty());
  EXPECT_TRUE(received("GET /ok").empty());
  EXPECT_EQ(OutState::kDead, by["gone"].state);
  EXPECT_EQ("503", by["busy"].last);
  EXPECT_EQ(by["busy"].next, clock.now() + std::chrono::hours(1));
}

TEST_F(WebhooksTest, KeepsAwayFromInnerAddressesThatNobodyConfigured) {
  options.endpoints = {endpoint("inner", "/ok")};
  options.endpoints[0].allow_networks.clear();
  make();
  open_incident();
  tell();
  EXPECT_TRUE(received().empty());
  EXPECT_EQ("address", messages().at(0).last);
}

TEST_F(WebhooksTest, SaysNothingThatPeopleWrote) {
  options.endpoints = {endpoint("ops", "/ok")};
  make();
  const auto id = open_incident();
  ASSERT_TRUE(incidents->advance(lead, id, incident::State::kTriaged, "山田太郎さんの件"));
  ASSERT_TRUE(incidents->set_fact(lead, id, incident::Fact::kSensitive, 1, "kou", "病歴があった"));
  tell();
  const auto got = received("/ok");
  ASSERT_EQ(3U, got.size());
  for (const auto& one : got) {
    const std::string body(one.at("body").as_string());
    EXPECT_THAT(body, Not(HasSubstr("山田")));
    EXPECT_THAT(body, Not(HasSubstr("病歴")));
    EXPECT_THAT(body, Not(HasSubstr("cap-1")));
  }
  EXPECT_THAT(std::string(got[1].at("body").as_string()), HasSubstr("\"to\":\"triaged\""));
}

TEST_F(WebhooksTest, TellsAPartyWhatItMayKnowAndNoMore) {
  options.endpoints = {endpoint("kou", "/kou"), endpoint("otsu", "/otsu")};
  options.endpoints[0].party = "kou";
  options.endpoints[1].party = "otsu";
  make();
  const auto id = open_incident();  // kou's alone
  ASSERT_TRUE(incidents->set_fact(lead, id, incident::Fact::kSensitive, 1, "kou", "r"));
  ASSERT_TRUE(log->append({"t", "report/" + id + "/kou", "report.submitted", R"({"version":1})"},
                          clock.now()));
  ASSERT_TRUE(log->append({"t", "escalation/" + id, "escalation.raised",
                           R"({"party":"kou","rule":"appi-preliminary","step":"due"})"},
                          clock.now()));
  tell(0);
  tell(1);
  EXPECT_EQ(4U, received("/kou").size());
  EXPECT_TRUE(received("/otsu").empty());
}

TEST(WebhookBody, SpeaksSlackAndTeams) {
  const std::string neutral =
      R"({"delivery":"MSG-1","event":"incident.opened","seq":4,"at":"2026-04-01T00:00:00Z",)"
      R"("incident":"INC-1","text":{"ja":"事案が発生しました","en":"An incident was opened"}})";
  EXPECT_EQ(neutral, webhook_body(neutral, WebhookFormat::kJson));
  const auto slack = json::parse(webhook_body(neutral, WebhookFormat::kSlack)).as_object();
  EXPECT_THAT(std::string(slack.at("text").as_string()),
              ::testing::AllOf(HasSubstr("事案が発生しました / An incident was opened"),
                               HasSubstr("incident: INC-1")));
  const auto teams = json::parse(webhook_body(neutral, WebhookFormat::kTeams)).as_object();
  const auto& card = teams.at("attachments").as_array().at(0).as_object().at("content").as_object();
  EXPECT_EQ("AdaptiveCard", card.at("type").as_string());
}

// RFC 4231, test case 2: key "Jefe". Here over "t.body".
TEST(WebhookBody, SignsWithHmacSha256OverTimeAndBody) {
  const auto at = UtcTime(seconds(1775000000));
  const auto expected = to_hex(crypto::Hmac(as_bytes("Jefe")).mac(as_bytes("1775000000.{}")));
  EXPECT_EQ("t=1775000000,v1=" + expected, webhook_signature(as_bytes("Jefe"), at, "{}"));
}

TEST(WebhookEvents, AreOnlyThoseThatMayBeTold) {
  for (const char* good : {"incident.opened", "incident.*", "report.submitted", "campaign.sent"}) {
    EXPECT_TRUE(webhook_pattern_known(good)) << good;
  }
  for (const char* bad :
       {"*", "account.*", "keys.*", "registry.applied", "incident.unknown", ".*"}) {
    EXPECT_FALSE(webhook_pattern_known(bad)) << bad;
  }
}

TEST(WebhookEvents, TellThatAWatchTermWasSeenToItsCarriersAndNothingOfTheText) {
  incident::Alert alert;
  alert.id = "ALR-1";
  alert.term = "kou-name";
  alert.carriers = {"kou"};
  alert.source = "pastes";
  alert.capture = "cap-1";
  alert.term_note = "what an operator wrote";
  alert.places = {{1, 2, "what stands there"}};
  const auto draft = incident::alert_found(alert);
  const auto event = incident::chain_event(draft, UtcTime{}, std::nullopt);
  WebhookEndpoint endpoint;
  endpoint.name = "e";
  endpoint.events = {"alert.found"};
  const SeesIncident nothing = [](const std::string&) { return false; };
  const auto told = webhook_message(event, endpoint, nothing);
  ASSERT_TRUE(told);
  EXPECT_THAT(told->body, HasSubstr("kou-name"));
  EXPECT_THAT(told->body, Not(HasSubstr("stands there")));
  EXPECT_THAT(told->body, Not(HasSubstr("operator wrote")));
  endpoint.party = "kou";
  EXPECT_TRUE(webhook_message(event, endpoint, nothing));
  endpoint.party = "otsu";
  EXPECT_FALSE(webhook_message(event, endpoint, nothing));
}

TEST_F(WebhooksTest, RefusesASecretThatIsMissingOrShort) {
  options.endpoints = {endpoint("ops", "/ok")};
  options.endpoints[0].secret_file = folder.path() / "none";
  EXPECT_EQ(Errc::kUsage, Webhooks::load_secrets(options).error().code);
  std::ofstream(folder.path() / "short") << "short\n";
  options.endpoints[0].secret_file = folder.path() / "short";
  const auto refused = Webhooks::load_secrets(options);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().detail,
              ::testing::AllOf(HasSubstr("ops"), Not(HasSubstr("short\n"))));
}

}  // namespace
}  // namespace hitokoe::service
