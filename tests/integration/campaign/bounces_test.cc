// What mails that came back do to the persons of a campaign.
#include <gtest/gtest.h>

#include "hitokoe/incident/campaign_bounces.h"
#include "hitokoe/storage/sql.h"
#include "tests/integration/campaign/sent_world.h"

namespace hitokoe::incident {
namespace {

using testing::CampaignWorld;
using testing::count_of;
using testing::mail_everybody;
using testing::must;
using testing::state_of;

constexpr const char* kDomain = "bounces.kou.test";

// From a mail server that names the person by the tag, by the Message-ID, or by both.
std::string bounce(const std::string& tag, const std::string& message_id, bool hard = true) {
  std::string out = "From: MAILER-DAEMON@relay.test\r\nMIME-Version: 1.0\r\n";
  if (!tag.empty()) out += "Delivered-To: bounce+" + tag + "@" + kDomain + "\r\n";
  out +=
      "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n"
      "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; relay.test\r\n\r\n"
      "Final-Recipient: rfc822; x@x.test\r\nAction: failed\r\nStatus: " +
      std::string(hard ? "5.1.1" : "4.2.2") + "\r\nDiagnostic-Code: smtp; 550 no such x@x.test\r\n";
  if (!message_id.empty())
    out += "--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <" + message_id + ">\r\n";
  return out + "--b--\r\n";
}

BounceCounts read(CampaignWorld& w, const std::string& id, const std::vector<std::string>& mails,
                  const std::string& domain = kDomain) {
  auto desk = BounceDesk::open({*w.store, w.clock}, w.lead, id, domain).value();
  for (const auto& m : mails) EXPECT_TRUE(desk.take(as_bytes(m)));
  return desk.finish().value();
}

struct Sent {
  explicit Sent(std::uint64_t seed, std::size_t persons = 9) : w(seed) {
    w.populate(persons);
    id = w.approved();
    mail_everybody(w, id);
    row = w.store->load(id).value();
    recipients = must(w.store->recipients(id, ""));
  }
  std::string message_id(std::size_t i) const {
    return notice_message_id(row, recipients[i].person, recipients[i].version);
  }
  const std::string& person(std::size_t i) const { return recipients[i].person; }

  CampaignWorld w;
  std::string id;
  CampaignRow row;
  std::vector<RecipientRow> recipients;
};

TEST(Bounces, AHardOneTakesThePersonToTheNextChannelAndASoftOneIsOnlyCounted) {
  Sent s(1);
  const auto counts = read(
      s.w, s.id,
      {bounce(s.person(0), s.message_id(0)), bounce(s.person(1), ""), bounce("", s.message_id(2)),
       bounce(s.person(3), "", false), bounce(s.person(0), s.message_id(0))});
  EXPECT_EQ(counts.messages, 5U);
  EXPECT_EQ(counts.hard, 3U);
  EXPECT_EQ(counts.soft, 1U);
  EXPECT_EQ(counts.repeated, 1U);
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_EQ(state_of(s.w, s.id, s.person(i)), DeliveryState::kBounced);
  EXPECT_EQ(state_of(s.w, s.id, s.person(3)), DeliveryState::kAccepted);
  const auto kept = s.w.store->recipient(s.id, s.person(0)).value();
  EXPECT_EQ(kept.settled_by, "bounce");
  EXPECT_EQ(kept.reply.find('@'), std::string::npos);
  EXPECT_EQ(read(s.w, s.id, {bounce(s.person(0), s.message_id(0))}).repeated, 1U);
}

TEST(Bounces, ForgedAndForeignOnesChangeNothing) {
  Sent s(2);
  auto other_version = s.message_id(1);
  other_version.replace(other_version.find(".v1@"), 4, ".v2@");
  auto other_campaign = s.message_id(1);
  other_campaign.replace(0, 14, "CMP-ffffffffff");
  const std::vector<std::string> mails = {
      bounce("P00000000000000000000", ""),   // nobody has this tag
      bounce(s.person(0), s.message_id(1)),  // the tag of one, the mail of another
      bounce("", other_version),
      bounce("", other_campaign),
      bounce("", ""),
      "Delivered-To: bounce+" + s.person(1) + "@elsewhere.test\r\n" + bounce("", ""),
      bounce(s.person(1) + "0", ""),
      "Delivered-To: bounce+" + s.person(0) + "@" + kDomain + "\r\n" + bounce(s.person(1), "")};
  const auto counts = read(s.w, s.id, mails);
  EXPECT_EQ(counts.foreign, mails.size());
  EXPECT_EQ(counts.hard, 0U);
  EXPECT_EQ(count_of(s.w, s.id, DeliveryState::kBounced), 0U);
  // Without a domain of our own a tag says nothing.
  EXPECT_EQ(read(s.w, s.id, {bounce(s.person(1), "")}, "").foreign, 1U);
}

TEST(Bounces, WhoWasNeverMailedCannotBounce) {
  CampaignWorld w(3);
  w.populate(3);
  const auto id = w.approved();
  const auto recipients = must(w.store->recipients(id, ""));
  EXPECT_EQ(read(w, id, {bounce(recipients[0].person, "")}).foreign, 1U);
  EXPECT_EQ(count_of(w, id, DeliveryState::kPending), 3U);
}

TEST(Bounces, TheDaemonFindsTheCampaignByItself) {
  Sent s(4);
  EXPECT_EQ(read(s.w, "", {bounce(s.person(0), ""), bounce("", s.message_id(1))}).hard, 2U);
}

TEST(Bounces, OneWhoIsHeldAndBouncesWasTakenByTheRelay) {
  Sent s(5);
  const auto& p = s.person(0);
  const DeliveryStep held{p, DeliveryState::kAccepted, DeliveryState::kUnknownHeld, "", 0, "", "t"};
  ASSERT_TRUE(s.w.store->deliver(s.id, {&held, 1}, "t", s.w.clock.now()).value().front());
  EXPECT_EQ(read(s.w, s.id, {bounce(p, "")}).hard, 1U);
  EXPECT_EQ(state_of(s.w, s.id, p), DeliveryState::kBounced);
}

TEST(Bounces, EveryChangeIsInTheAuditLog) {
  Sent s(6);
  (void)read(s.w, s.id, {bounce(s.person(0), ""), bounce(s.person(1), "", false)});
  const auto events = storage::make_audit_log(s.w.db)->read("campaign/" + s.id).value();
  EXPECT_EQ(events.back().kind, "campaign.bounces");
  EXPECT_NE(events.back().body.find("\"hard\":1"), std::string::npos) << events.back().body;
  EXPECT_EQ(s.w.store->recipient(s.id, s.person(0)).value().event, events[events.size() - 2].seq);
}

}  // namespace
}  // namespace hitokoe::incident
