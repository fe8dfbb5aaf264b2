// What mails that came back do to the persons of a campaign.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <istream>
#include <set>

#include "hitokoe/incident/campaign_bounces.h"
#include "hitokoe/net/bounce.h"
#include "hitokoe/net/mailbox.h"
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

TEST(Bounces, AMaildirThatIsReadTwiceBecauseOfAFailureLosesNobodyAndCountsEachOnce) {
  Sent s(9, 60);
  const ScratchFolder folder;
  for (const char* sub : {"new", "cur", "tmp"})
    std::filesystem::create_directories(folder.path() / sub);
  constexpr std::size_t kMails = 150;  // everybody twice, and some three times
  for (std::size_t i = 0; i < kMails; ++i) {
    const auto p = i % s.recipients.size();
    const auto mail = i % 2 == 0 ? bounce(s.person(p), s.message_id(p))
                                 : "Delivered-To: bounce+" + s.person(p) + "@" + kDomain +
                                       "\r\nFrom: MAILER-DAEMON@relay.test\r\nSubject: Mail System "
                                       "Error - Returned Mail\r\nContent-Type: text/plain; "
                                       "charset=UTF-8\r\n\r\n<x@x.test>: 宛先不明\r\n";
    std::ofstream(folder.path() / "new" / std::to_string(i), std::ios::binary) << mail;
  }
  const auto read_until = [&](int groups) {
    auto desk = BounceDesk::open({*s.w.store, s.w.clock}, s.w.lead, "", kDomain).value();
    const auto read = net::read_maildir(
        folder.path(), net::kMostBounce, 20, [&](ByteView mail) { return desk.take(mail); },
        [&]() -> Result<void> {
          TRYV(desk.flush());
          if (groups-- == 0) return fail(Errc::kIo, "cut off", "中断");
          return ok();
        });
    return std::pair(read.has_value(), desk.finish().value());
  };
  const auto [whole, first] = read_until(2);
  EXPECT_FALSE(whole);
  // What was kept of the group that was cut off is read again, and known by then.
  const auto [rest, second] = read_until(-1);
  EXPECT_TRUE(rest);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path() / "new"));
  EXPECT_EQ(first.hard + second.hard, s.recipients.size());
  EXPECT_EQ(first.messages + second.messages, kMails + 20);
  EXPECT_EQ(first.hard + first.repeated + second.hard + second.repeated, kMails + 20);
  EXPECT_EQ(count_of(s.w, s.id, DeliveryState::kBounced), s.recipients.size());
  testing::expect_counts_of_the_rows(s.w, s.id);
}

TEST(Proofs, OfEverybodyAreThoseOfEach) {
  Sent s(10);
  read(s.w, s.id, {bounce(s.person(1), "")});
  auto service = s.w.service();
  const registry::Viewer kou("k", registry::Role::kParty, "kou");
  for (const auto& viewer : {s.w.lead, kou}) {
    std::string before;
    std::size_t several = 0;
    for (const auto& p : must(service.proof(viewer, s.id, ""))) {
      EXPECT_GT(p.person, before);
      before = p.person;
      const auto alone = must(service.proof(viewer, s.id, p.person)).at(0);
      EXPECT_EQ(p.controllers, alone.controllers);
      EXPECT_EQ(p.message_id, alone.message_id);
      EXPECT_EQ(p.state, alone.state);
      EXPECT_EQ(p.settled_by, alone.settled_by);
      if (p.controllers.size() > 1) ++several;
    }
    EXPECT_EQ(several > 0, viewer.sees_all_parties()) << "a party sees itself only";
  }
  EXPECT_EQ(must(service.proof(s.w.lead, s.id, "")).size(), s.recipients.size());
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

// Bounces and persons. HITOKOE_BOUNCES="1000000 5000" for a million: ops/soak bounces.
struct Flood {
  std::uint64_t mails = 5000, persons = 200;
};
Flood size_of_flood() {
  Flood flood;
  if (const char* given = std::getenv("HITOKOE_BOUNCES")) {
    if (std::sscanf(given, "%lu %lu", &flood.mails, &flood.persons) != 2) std::abort();
  }
  return flood;
}

// An mbox that is made as it is read. `mail(n)`: the n-th.
class MadeMbox final : public std::streambuf {
 public:
  MadeMbox(std::uint64_t mails, std::function<std::string(std::uint64_t)> mail)
      : left_(mails), mail_(std::move(mail)) {}

 protected:
  int_type underflow() override {
    if (next_ == left_) return traits_type::eof();
    now_ = "From MAILER-DAEMON Thu Jul  2 09:00:00 2026\n" + mail_(next_++) + "\n";
    std::erase(now_, '\r');
    setg(now_.data(), now_.data(), now_.data() + now_.size());
    return traits_type::to_int_type(now_.front());
  }

 private:
  std::uint64_t left_, next_ = 0;
  std::function<std::string(std::uint64_t)> mail_;
  std::string now_;
};

std::uint64_t resident_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stoull(line.substr(6));
  }
  return 0;
}

TEST(Bounces, AFloodAtOnceIsCountedToTheLastOneInLittleMemory) {
  const auto flood = size_of_flood();
  Sent s(7, flood.persons);
  // Of ten mails: seven hard ones, a soft one, one of nobody's, an answer of a person.
  std::set<std::uint64_t> gone;
  std::uint64_t hard = 0;
  for (std::uint64_t n = 0; n < flood.mails; ++n) {
    if (n % 10 >= 7) continue;
    ++hard;
    gone.insert(n / 3 % flood.persons);
  }
  const auto mail = [&](std::uint64_t n) {
    const auto who = n / 3 % flood.persons;
    if (n % 10 == 7) return bounce(s.person(who), "", false);
    if (n % 10 == 8) return bounce("P00000000000000000000", "");
    if (n % 10 == 9)
      return std::string("From: c@x.test\r\nSubject: Re: your notice\r\n\r\nThank you.\r\n");
    return n % 2 == 0 ? bounce(s.person(who), s.message_id(who)) : bounce("", s.message_id(who));
  };
  MadeMbox box(flood.mails, mail);
  std::istream in(&box);
  auto desk = BounceDesk::open({*s.w.store, s.w.clock}, s.w.lead, s.id, kDomain).value();
  std::uint64_t read = 0, early = 0;
  const auto begun = std::chrono::steady_clock::now();
  const auto mails = net::read_mbox(in, net::kMostBounce, [&](ByteView m) -> Result<bool> {
    if (++read == flood.mails / 10) early = resident_kib();
    return desk.take(m);
  });
  ASSERT_TRUE(mails) << mails.error().detail;
  const auto counts = desk.finish().value();
  const auto seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  const auto grown = resident_kib() - std::min(early, resident_kib());
  std::cout << flood.mails << " bounces of " << flood.persons << " persons: "
            << static_cast<std::uint64_t>(static_cast<double>(flood.mails) / seconds)
            << " a second, memory grew by " << grown << " KiB after the first tenth\n";
  EXPECT_EQ(mails.value(), flood.mails);
  EXPECT_EQ(counts.messages, flood.mails) << "none is lost";
  EXPECT_EQ(counts.hard, gone.size());
  EXPECT_EQ(counts.repeated, hard - gone.size()) << "a person bounces once";
  const auto tenth = flood.mails / 10;
  EXPECT_EQ(counts.soft, tenth);
  EXPECT_EQ(counts.foreign, tenth);
  EXPECT_EQ(counts.no_bounce, tenth);
  EXPECT_EQ(count_of(s.w, s.id, DeliveryState::kBounced), gone.size());
  EXPECT_LT(grown, 48U << 10);
}

}  // namespace
}  // namespace hitokoe::incident
