// Escalation on a real database: once each, with its mails, whatever restarts.
#include "service/escalator.h"

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "hitokoe/storage/duties.h"
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
    Escalator escalator({*incidents, *campaigns, *escalations, *outbox, holidays, clock, sleeper,
                         pool, metrics, Logger::silent()},
                        options, std::chrono::minutes(1));
    const auto raised = escalator.look();
    EXPECT_TRUE(raised) << raised.error().detail;
    return raised.value();
  }
  static Task<void> once(OutboxMail& mail, std::optional<Result<void>>& told) {
    told.emplace(co_await mail.tell());
  }
  void send() {
    OutboxMail mail({*outbox, &relay, clock, sleeper, random, pool, metrics, Logger::silent()},
                    options);
    std::optional<Result<void>> told;
    asio::co_spawn(io, once(mail, told), asio::detached);
    io.restart();
    while (!told) io.run_one_for(std::chrono::seconds(10));
    EXPECT_TRUE(*told) << told->error().detail;
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
  EXPECT_EQ(1U, look());
  EXPECT_THAT(steps("appi-preliminary"), ElementsAre("before-24h", "due", "late-1"));
  expect_consistent();
}

TEST_F(EscalatorTest, RaisesOnlyTheNewestStepAfterASleep) {
  until("2026-04-06T16:00:00Z");
  EXPECT_EQ(1U, look());
  EXPECT_THAT(steps("appi-preliminary"), ElementsAre("late-3"));
}

TEST_F(EscalatorTest, StopsWhenTheDutyIsDone) {
  until("2026-04-03T16:00:00Z");
  look();
  ASSERT_TRUE(incidents->clock_done(lead, id, "appi-preliminary", "kou", ""));
  until("2026-04-05T16:00:00Z");
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
