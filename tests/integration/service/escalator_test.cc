// Escalation on a real database: once each, with its mails, whatever restarts.
#include "service/escalator.h"

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "hitokoe/incident/casework_service.h"
#include "hitokoe/incident/move_service.h"
#include "hitokoe/storage/duties.h"
#include "hitokoe/storage/moves.h"
#include "service/outbox_mail.h"
#include "tests/integration/incident/incident_world.h"

namespace hitokoe::service {
namespace {

using incident::OutChannel;
using incident::OutState;
using registry::Viewer;
using std::chrono::hours;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// A relay that answers as it is told, and remembers.
class RelayOfATest final : public net::MailRelay {
 public:
  Task<net::SendOutcome> send(const net::Mail& mail, std::function<Result<void>()>) override {
    mails.push_back(mail);
    co_return answer;
  }
  net::SendOutcome answer{net::SendOutcome::Kind::kAccepted, 250, "ok"};
  std::vector<net::Mail> mails;
};

class EscalatorTest : public incident::IncidentWorld {
 protected:
  void SetUp() override {
    IncidentWorld::SetUp();
    campaigns = storage::make_campaign_store(db);
    escalations = storage::make_escalation_store(db);
    outbox = storage::make_outbox(db);
    options.mail_from = "hitokoe@ops.example";
    options.contacts = {{"", {"all@ops.example", "a@kou.example"}},
                        {"kou", {"a@kou.example", "b@kou.example"}},
                        {"otsu", {"a@otsu.example"}}};
    id = open(incident::report("cap-1", "kou", 0, 5)).incident;
  }
  // As a new process has it.
  std::size_t look() {
    Escalator escalator({*incidents, *campaigns, *escalations, *outbox, holidays, plan, clock,
                         sleeper, pool, metrics, Logger::silent()},
                        options, std::chrono::minutes(1));
    const auto raised = escalator.look();
    EXPECT_TRUE(raised) << raised.error().detail;
    return raised.value();
  }
  static Task<void> once(OutboxMail& mail, std::optional<Result<void>>& told) {
    told.emplace(co_await mail.tell());
  }
  PartyAlerts party_alerts() {
    return PartyAlerts({*outbox, *log, *incidents, clock, sleeper, pool, metrics, Logger::silent()},
                       options, std::chrono::minutes(1));
  }
  void send(PartyAlerts* alerts = nullptr) {
    OutboxMail mail(
        {*outbox, &relay, clock, sleeper, random, pool, metrics, Logger::silent(), alerts},
        options);
    std::optional<Result<void>> told;
    asio::co_spawn(io, once(mail, told), asio::detached);
    io.restart();
    while (!told) io.run_one_for(std::chrono::seconds(10));
    EXPECT_TRUE(*told) << told->error().detail;
  }
  UtcTime known(const std::string& incident) {
    return incidents->show(lead, incident).value().known_at.at("kou");
  }
  std::ptrdiff_t receipts(const std::string& incident) {
    const auto view = incidents->show(lead, incident).value();
    return std::ranges::count(view.knowledge, "alert", &incident::Knowledge::basis);
  }
  static incident::OutMessage webhook_of(const incident::Event& event) {
    incident::OutMessage m;
    m.channel = OutChannel::kWebhook;
    m.cause = "event/" + std::to_string(event.seq);
    return m;
  }
  std::vector<std::string> steps(const std::string& rule) {
    std::vector<std::string> out;
    const auto raised = escalations->list(lead, id).value();
    for (const auto& e : raised) {
      if (e.rule == rule) out.insert(out.begin(), e.step);
    }
    return out;
  }
  void until(const char* time) {
    const auto to = parse_utc(time).value();
    ASSERT_GT(to, clock.now());
    clock.advance(to - clock.now());
  }

  asio::io_context io{1};
  SystemSleeper sleeper;
  MetricsRegistry metrics;
  EscalationOptions options;
  incident::EscalationPlan plan = incident::EscalationPlan::built_in().value();
  RelayOfATest relay;
  std::unique_ptr<incident::CampaignStore> campaigns;
  std::unique_ptr<incident::EscalationStore> escalations;
  std::unique_ptr<incident::Outbox> outbox;
  std::string id;
  CpuPool pool{2};
};

// Known on 1 April 2026: day 3 ends at 3 April 14:59:59 UTC.
TEST_F(EscalatorTest, RaisesEachStepOfADeadlineOnce) {
  EXPECT_EQ(0U, look());
  until("2026-04-02T15:00:00Z");
  EXPECT_EQ(1U, look());
  EXPECT_EQ(0U, look());
  until("2026-04-03T15:00:00Z");
  EXPECT_EQ(1U, look());
  until("2026-04-03T20:00:00Z");
  EXPECT_EQ(0U, look());
  until("2026-04-04T15:00:00Z");
  EXPECT_EQ(2U, look());
  EXPECT_THAT(steps("appi-preliminary"), ElementsAre("before-24h", "due", "late-1"));
  // The notice to the person has no date in law: a guideline, day 5.
  EXPECT_THAT(steps("appi-notice"), ElementsAre("guideline-before-24h"));
  expect_consistent();
}

TEST_F(EscalatorTest, RaisesOnlyTheNewestStepAfterASleep) {
  until("2026-04-06T16:00:00Z");
  EXPECT_EQ(2U, look());
  EXPECT_THAT(steps("appi-preliminary"), ElementsAre("late-3"));
  EXPECT_THAT(steps("appi-notice"), ElementsAre("guideline-late-1"));
}

TEST_F(EscalatorTest, KeepsToTheStepsOfThePartyThatMustAct) {
  auto r = incident::report("cap-1", "kou", 0, 5);
  const auto more = incident::report("cap-1", "otsu", 50, 5);
  r.subjects.insert(r.subjects.end(), more.subjects.begin(), more.subjects.end());
  open(r);
  const auto clocks = incident::built_in_rules().value().clocks;
  plan = incident::EscalationPlan::parse(
             "version: 2026-11-27\ndefault: {before: [24h]}\n"
             "for: [{party: otsu, before: [36h], at: false}]\n",
             "escalation.yaml", clocks)
             .value();
  until("2026-04-02T03:00:00Z");
  EXPECT_EQ(1U, look());
  until("2026-04-02T15:00:00Z");
  EXPECT_EQ(1U, look());
  until("2026-04-03T15:00:00Z");
  EXPECT_EQ(1U, look());
  std::vector<std::string> raised;
  const auto all = escalations->list(lead, id).value();
  for (const auto& e : all) raised.push_back(e.party + e.step);
  EXPECT_THAT(raised, ::testing::UnorderedElementsAre("otsubefore-36h", "koubefore-24h", "koudue"));
}

TEST_F(EscalatorTest, AHolidayThatIsAddedMovesADueDayWhichHasStepsOfItsOwn) {
  ASSERT_TRUE(incidents->set_fact(lead, id, incident::Fact::kWrongful, 0, "", "a mistake"));
  ASSERT_TRUE(incidents->set_fact(lead, id, incident::Fact::kProperty, 1, "", "cards"));
  ASSERT_TRUE(incidents->clock_done(lead, id, "appi-preliminary", "kou", ""));
  until("2026-04-29T15:00:00Z");  // day 30 is Thursday, 30 April
  look();
  EXPECT_THAT(steps("appi-final-30"), ElementsAre("before-24h"));
  std::string more(incident::Holidays::kBuiltIn);
  const std::string before = "{on: 2026-04-29, name: 昭和の日}\n";
  const auto at = more.find(before);
  ASSERT_NE(std::string::npos, at);
  more.insert(at + before.size(), "  - {on: 2026-04-30, name: 休日}\n");
  holidays = incident::Holidays::parse(more, "holidays.yaml").value();
  look();  // due on Friday, 1 May, now
  EXPECT_THAT(steps("appi-final-30"), ElementsAre("before-24h", "before-72h"));
  until("2026-04-30T15:00:00Z");
  look();
  EXPECT_THAT(steps("appi-final-30"), ElementsAre("before-24h", "before-72h", "before-24h"));
  until("2026-05-01T15:00:00Z");
  look();
  look();
  EXPECT_THAT(steps("appi-final-30"), ElementsAre("before-24h", "before-72h", "before-24h", "due"));
}

TEST_F(EscalatorTest, StopsWhenTheDutyIsDone) {
  until("2026-04-03T16:00:00Z");
  look();
  ASSERT_TRUE(incidents->clock_done(lead, id, "appi-preliminary", "kou", ""));
  until("2026-04-05T16:00:00Z");
  EXPECT_EQ(1U, look());
  EXPECT_THAT(steps("appi-notice"), ElementsAre("guideline-due"));
  ASSERT_TRUE(incidents->clock_done(lead, id, "appi-notice", "kou", ""));
  until("2026-04-07T16:00:00Z");
  EXPECT_EQ(0U, look());
}

TEST_F(EscalatorTest, MailsTheContactsOfThePartyOnceEach) {
  until("2026-04-03T16:00:00Z");
  look();
  look();
  send();
  send();
  std::vector<std::string> to;
  for (const auto& m : relay.mails) to.push_back(m.to);
  EXPECT_THAT(to, ElementsAre("a@kou.example", "all@ops.example", "b@kou.example"));
  EXPECT_EQ(3U, escalations->list(lead, id).value().at(0).mails);
  EXPECT_THAT(relay.mails[0].rfc5322, HasSubstr("Message-ID: <MSG-"));
  EXPECT_EQ(3U, outbox->counts(OutChannel::kMail).value().sent);
}

TEST_F(EscalatorTest, LosesNoMailThatTheRelayPutsOffAndRepeatsItUnderOneMessageId) {
  until("2026-04-03T16:00:00Z");
  look();
  relay.answer = {net::SendOutcome::Kind::kNotSent, 451, "later"};
  send();
  send();  // too early for a second attempt
  EXPECT_EQ(3U, relay.mails.size());
  EXPECT_EQ(3U, outbox->counts(OutChannel::kMail).value().waiting);
  relay.answer = {net::SendOutcome::Kind::kAccepted, 250, "ok"};
  clock.advance(hours(1));
  send();
  ASSERT_EQ(6U, relay.mails.size());
  EXPECT_EQ(relay.mails[0].message_id, relay.mails[3].message_id);
  EXPECT_EQ(3U, outbox->counts(OutChannel::kMail).value().sent);
}

TEST_F(EscalatorTest, SetsAMailAsideThatIsRefusedForGood) {
  options.contacts = {{"", {"nobody@ops.example"}}};
  until("2026-04-03T16:00:00Z");
  look();
  relay.answer = {net::SendOutcome::Kind::kRefused, 550, "no such user"};
  send();
  EXPECT_EQ(1U, outbox->counts(OutChannel::kMail).value().dead);
  EXPECT_EQ("550", outbox->list(lead, OutChannel::kMail, OutState::kDead, 9).value().at(0).last);
}

// ---- the alert to the parties, and its receipt

TEST_F(EscalatorTest, APartyIsAlertedOnceAndKnowsSinceTheRelayTookTheMail) {
  auto alerts = party_alerts();
  EXPECT_EQ(0U, alerts.look().value()) << "what was there before is not told";
  clock.advance(hours(1));
  ASSERT_TRUE(alerts.begin());
  const auto other = open(incident::report("cap-2", "kou", 900, 5)).incident;
  ASSERT_NE(id, other);
  EXPECT_EQ(2U, alerts.look().value()) << "both contacts of kou, and nobody without a party";
  EXPECT_EQ(0U, alerts.look().value());
  const auto found = known(other);
  EXPECT_EQ(found, clock.now()) << "until there is a receipt, the finding counts";
  // The relay is away for two hours, and it is still the same day in Japan.
  relay.answer = {net::SendOutcome::Kind::kNotSent, 451, "later"};
  send(&alerts);
  EXPECT_EQ(found, known(other));
  clock.advance(hours(2));
  relay.answer = {net::SendOutcome::Kind::kAccepted, 250, "ok"};
  relay.mails.clear();
  send(&alerts);
  ASSERT_EQ(2U, relay.mails.size());
  EXPECT_THAT(relay.mails[0].rfc5322, HasSubstr("Message-ID: <MSG-"));
  const auto view = incidents->show(lead, other).value();
  EXPECT_EQ(view.known_at.at("kou"), clock.now());
  EXPECT_EQ(1, receipts(other)) << "the first receipt, once";
  EXPECT_EQ(view.knowledge.back().reason, "mail");
  // More of the same is no second alert; a word of a person counts before a receipt.
  open(incident::report("cap-3", "kou", 901, 6));
  EXPECT_EQ(0U, alerts.look().value());
  ASSERT_TRUE(incidents->set_known_at(lead, other, "kou", found, "told by phone"));
  EXPECT_EQ(found, known(other));
  expect_consistent();
}

// No deadline that counts days moves, however long the mail was on its way.
TEST_F(EscalatorTest, AReceiptOnAnotherDayOrOfAMessageThatWasGivenUpLeavesTheFinding) {
  auto alerts = party_alerts();
  ASSERT_TRUE(alerts.begin());
  const auto late = open(incident::report("cap-2", "kou", 900, 5)).incident;
  ASSERT_EQ(2U, alerts.look().value());
  const auto found = known(late);
  until("2026-04-01T15:00:00Z");  // midnight in Japan
  send(&alerts);
  ASSERT_EQ(2U, outbox->counts(OutChannel::kMail).value().sent);
  EXPECT_EQ(found, known(late));
  EXPECT_EQ(0, receipts(late));

  const auto refused = open(incident::report("cap-3", "kou", 2000, 5)).incident;
  ASSERT_EQ(2U, alerts.look().value());
  const auto found_later = known(refused);
  relay.answer = {net::SendOutcome::Kind::kRefused, 550, "no such user"};
  send(&alerts);
  const auto dead = outbox->list(lead, OutChannel::kMail, OutState::kDead, 9).value();
  ASSERT_EQ(2U, dead.size());
  for (const auto& m : dead) ASSERT_TRUE(outbox->retry(lead, m.id, clock.now()));
  clock.advance(hours(1));
  relay.answer = {net::SendOutcome::Kind::kAccepted, 250, "ok"};
  send(&alerts);
  ASSERT_EQ(4U, outbox->counts(OutChannel::kMail).value().sent);
  EXPECT_EQ(found_later, known(refused));
  EXPECT_EQ(0, receipts(refused));
}

TEST_F(EscalatorTest, AReceiptMovesNothingWhereThePartyDidSomethingOrAStepWasRaised) {
  auto alerts = party_alerts();
  ASSERT_TRUE(alerts.begin());
  const auto done = open(incident::report("cap-2", "kou", 900, 5)).incident;
  const auto raised = open(incident::report("cap-3", "kou", 2000, 5)).incident;
  const auto worked = open(incident::report("cap-4", "kou", 3000, 5)).incident;
  const auto found = known(done);
  ASSERT_EQ(6U, alerts.look().value());
  clock.advance(hours(1));
  ASSERT_TRUE(incidents->clock_done(lead, done, "appi-preliminary", "kou", ""));
  incident::Escalation step;
  step.incident = raised;
  step.rule = "gdpr-authority";
  step.party = "kou";
  step.step = "before-72h";
  step.due = clock.now() + hours(72);
  step.raised = clock.now();
  ASSERT_TRUE(escalations->raise(step, {}).value());
  const auto work = storage::make_casework_store(db);
  incident::CaseworkService tasks({*work, *store, rules, holidays, clock});
  ASSERT_TRUE(tasks.set_task(party("kou"), worked, {"kou", incident::TaskKind::kCause},
                             incident::TaskState::kWorking, {}, "ours"));
  clock.advance(hours(1));
  send(&alerts);
  for (const auto& incident : {done, raised, worked}) {
    EXPECT_EQ(found, known(incident)) << incident;
    EXPECT_EQ(0, receipts(incident)) << incident;
  }
}

TEST_F(EscalatorTest, AReceiptOfAMergedIncidentMovesTheOneThatGoesOnNoLater) {
  const auto work = storage::make_casework_store(db);
  const auto move_store = storage::make_move_store(db);
  incident::MoveService moves({*move_store, *store, *work, *contributions, *log, *keys, captures,
                               rules, holidays, clock, random});
  auto alerts = party_alerts();
  ASSERT_TRUE(alerts.begin());
  const auto into = open(incident::report("cap-2", "kou", 900, 5)).incident;
  const auto found = known(into);
  clock.advance(hours(1));
  const auto from = open(incident::report("cap-3", "kou", 2000, 5)).incident;
  const auto found_from = known(from);
  ASSERT_EQ(4U, alerts.look().value());
  ASSERT_TRUE(moves.merge(lead, into, from, "one dump"));
  clock.advance(hours(1));
  send(&alerts);  // of both
  EXPECT_EQ(found, known(into));
  EXPECT_EQ(0, receipts(into));
  ASSERT_TRUE(moves.unmerge(lead, into, from, {}, "two"));
  EXPECT_EQ(found, known(into));
  EXPECT_EQ(found_from, known(from));
  expect_consistent();
}

TEST_F(EscalatorTest, ACrashBetweenTheAlertsAndTheirPlaceInTheLogMakesNoneTwice) {
  (void)party_alerts().look();
  open(incident::report("cap-2", "kou", 900, 5));
  EXPECT_EQ(2U, party_alerts().look().value());
  reopen();
  outbox = storage::make_outbox(db);
  EXPECT_EQ(0U, party_alerts().look().value());
  EXPECT_EQ(2U, outbox->counts(OutChannel::kMail).value().waiting);
}

TEST_F(EscalatorTest, AnythingThatAPartysOwnWebhookTookOfTheIncidentIsAReceipt) {
  auto alerts = party_alerts();
  ASSERT_TRUE(alerts.begin());
  const auto other = open(incident::report("cap-2", "kou", 900, 5)).incident;
  ASSERT_EQ(2U, alerts.look().value());
  const auto found = known(other);
  clock.advance(hours(1));
  ASSERT_TRUE(incidents->advance(lead, other, incident::State::kTriaged, ""));
  const auto told = webhook_of(log->read(incident::stream_of(other)).value().back());
  clock.advance(hours(1));
  alerts.webhook_taken(told, "otsu", clock.now());  // it is not concerned
  alerts.webhook_taken(told, "", clock.now());      // the operator's endpoint is no party's
  EXPECT_EQ(known(other), found);
  alerts.webhook_taken(told, "kou", clock.now());
  const auto received = clock.now();
  EXPECT_EQ(known(other), received);
  // The mails come later, and so does more of the same.
  clock.advance(hours(1));
  send(&alerts);
  open(incident::report("cap-2b", "kou", 901, 6));
  alerts.webhook_taken(webhook_of(log->read(incident::stream_of(other)).value().back()), "kou",
                       clock.now());
  EXPECT_EQ(known(other), received);
  EXPECT_EQ(1, receipts(other));
  auto odd = told;
  odd.cause = "event/x";
  alerts.webhook_taken(odd, "kou", clock.now());
}

TEST_F(EscalatorTest, WhatWaitedForAWebhookBeforeReceiptsWereKeptIsNone) {
  auto alerts = party_alerts();
  const auto found = known(id);
  ASSERT_TRUE(alerts.begin());
  clock.advance(hours(2));
  alerts.webhook_taken(webhook_of(log->read(incident::stream_of(id)).value().at(0)), "kou",
                       clock.now());
  EXPECT_EQ(known(id), found);
  EXPECT_EQ(0, receipts(id));
}

TEST_F(EscalatorTest, BeginningIsNoConflictWithAnotherProcessThatAlerts) {
  auto one = party_alerts(), other = party_alerts();
  ASSERT_TRUE(one.begin());
  open(incident::report("cap-2", "kou", 900, 5));
  ASSERT_EQ(2U, one.look().value());
  EXPECT_TRUE(other.begin());
  EXPECT_EQ(0U, other.look().value());
}

TEST_F(EscalatorTest, RaisesWithoutAnybodyToTell) {
  options.contacts.clear();
  until("2026-04-03T16:00:00Z");
  EXPECT_EQ(1U, look());
  EXPECT_EQ(0U, escalations->list(lead, id).value().at(0).mails);
}

TEST_F(EscalatorTest, ShowsAPartyItsOwnStepsOnly) {
  auto r = incident::report("cap-1", "kou", 0, 5);
  const auto more = incident::report("cap-1", "otsu", 50, 5);
  r.subjects.insert(r.subjects.end(), more.subjects.begin(), more.subjects.end());
  open(r);
  until("2026-04-03T16:00:00Z");
  EXPECT_EQ(2U, look());
  EXPECT_EQ(2U, escalations->list(lead, id).value().size());
  const auto own = escalations->list(party("otsu"), id).value();
  ASSERT_EQ(1U, own.size());
  EXPECT_EQ("otsu", own[0].party);
  EXPECT_TRUE(escalations->list(party("nobody"), id).value().empty());
  EXPECT_TRUE(escalations->list(Viewer("o", registry::Role::kOperator, ""), id).value().empty());
}

TEST_F(EscalatorTest, ACrashBetweenEventAndMailsLeavesBothOrNone) {
  // What is raised is one transaction: the event, the row and the mails are there together.
  until("2026-04-03T16:00:00Z");
  look();
  const auto events = log->read("escalation/" + id).value();
  ASSERT_EQ(1U, events.size());
  EXPECT_EQ("escalation.raised", events[0].kind);
  EXPECT_THAT(events[0].body, HasSubstr("\"mails\":3"));
  EXPECT_THAT(events[0].body, Not(HasSubstr("@")));
  reopen();
  escalations = storage::make_escalation_store(db);
  outbox = storage::make_outbox(db);
  campaigns = storage::make_campaign_store(db);
  EXPECT_EQ(0U, look());
  send();
  EXPECT_EQ(3U, relay.mails.size());
}

TEST_F(EscalatorTest, SaysWhenTheHolidaysThatAreKnownEnd) {
  look();
  EXPECT_THAT(metrics.render(), HasSubstr("hitokoe_holiday_data_days 639"));  // from 1 April 2026
  EXPECT_EQ(std::nullopt, incidents->holiday_warning());
  until("2027-10-01T00:00:00Z");
  EXPECT_THAT(incidents->holiday_warning()->ja, HasSubstr("2027-12-31"));
}

TEST_F(EscalatorTest, NeedsARelayAndASenderForItsContacts) {
  SmtpSettings smtp;
  EXPECT_EQ(Errc::kUsage, OutboxMail::check(options, smtp).error().code);
  smtp.url = "smtp://relay.example:25";
  EXPECT_TRUE(OutboxMail::check(options, smtp));
  options.mail_from = "no address";
  EXPECT_EQ(Errc::kUsage, OutboxMail::check(options, smtp).error().code);
}

}  // namespace
}  // namespace hitokoe::service
