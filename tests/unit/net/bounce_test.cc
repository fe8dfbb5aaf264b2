#include "hitokoe/net/bounce.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hitokoe/text/encode.h"

namespace hitokoe::net {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Kind = Bounce::Kind;

constexpr const char* kTag = "bounce+p0123456789abcdef0123@b.lead.example";

Bounce read(const std::string& mail) { return read_bounce(as_bytes(mail)).value(); }

std::string report(const std::string& action, const std::string& status,
                   const std::string& diagnostic, const std::string& note = "It did not arrive.") {
  return "Delivered-To: " + std::string(kTag) +
         "\r\nFrom: MAILER-DAEMON@relay.example\r\nSubject: Undelivered Mail Returned to Sender\r\n"
         "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; "
         "boundary=\"=b\"\r\n\r\n--=b\r\nContent-Type: text/plain\r\n\r\n" +
         note +
         "\r\n--=b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; "
         "relay.example\r\n\r\nFinal-Recipient: rfc822; hanako@a.example\r\nAction: " +
         action + "\r\nStatus: " + status + "\r\nDiagnostic-Code: smtp; " + diagnostic +
         "\r\n--=b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: "
         "<CMP-0011223344.P0123456789abcdef0123.v2@kou.example>\r\nTo: hanako@a.example\r\n"
         "Subject: x\r\n\r\n一通\r\n--=b--\r\n";
}

// As a carrier's server writes: no report, ISO-2022-JP.
std::string plain(const std::string& from, const std::string& subject, const std::string& text) {
  return "X-Original-To: " + std::string(kTag) + "\r\nFrom: " + from + "\r\nSubject: " + subject +
         "\r\nContent-Type: text/plain; charset=ISO-2022-JP\r\nContent-Transfer-Encoding: 7bit\r\n"
         "\r\n" +
         text::encode(text, text::Charset::kIso2022Jp);
}

TEST(Bounce, ReadsAReportWithItsStatusItsTagAndWhatCameBack) {
  const auto b = read(report("failed", "5.1.1", "550 5.1.1 <hanako@a.example>: User unknown"));
  EXPECT_EQ(b.kind, Kind::kHard);
  EXPECT_EQ(b.status, "5.1.1");
  EXPECT_THAT(b.came_to, ElementsAre(kTag));
  EXPECT_THAT(b.message_ids, ElementsAre("CMP-0011223344.P0123456789abcdef0123.v2@kou.example"));
  EXPECT_THAT(b.words, HasSubstr("User unknown"));
  EXPECT_THAT(b.words, Not(HasSubstr("hanako"))) << "no address in what is kept";
}

TEST(Bounce, TellsForATimeFromForGood) {
  EXPECT_EQ(read(report("failed", "5.2.2", "552 5.2.2 Mailbox full")).kind, Kind::kSoft);
  EXPECT_EQ(read(report("failed", "5.0.0", "552 over quota")).kind, Kind::kSoft);
  EXPECT_EQ(read(report("failed", "4.4.7", "delivery time expired")).kind, Kind::kSoft);
  EXPECT_EQ(read(report("delayed", "4.4.1", "try again")).kind, Kind::kSoft);
  EXPECT_EQ(read(report("failed", "5.7.1", "554 policy")).kind, Kind::kHard);
  EXPECT_EQ(read(report("delivered", "2.0.0", "ok")).kind, Kind::kNone);
  // The words around a report are a template's; only its fields count.
  EXPECT_EQ(read(report("failed", "5.1.1", "550 no such user",
                        "Temporary or not, your mailbox is full of mails."))
                .kind,
            Kind::kHard);
}

TEST(Bounce, ReadsWhatJapaneseCarriersWriteInPlainWords) {
  struct Case {
    const char *from, *subject, *text;
    Kind kind;
  };
  const Case cases[] = {
      {"mailer-daemon@docomo.example", "Mail System Error - Returned Mail",
       "次のあて先へのメッセージはエラーのため送信できませんでした。\r\n  "
       "<hanako@docomo.example>\r\n  550 Unknown user\r\n",
       Kind::kHard},
      {"Postmaster@ezweb.example", "Mail System Error - Returned Mail",
       "Each of the following recipients was rejected by a remote mail server.\r\n\r\n    "
       "Recipient: <hanako@ezweb.example>\r\n    Reason:    5.1.1 <hanako@ezweb.example>... User "
       "unknown\r\n",
       Kind::kHard},
      {"MAILER-DAEMON@softbank.example", "Returned mail: see transcript for details",
       "宛先のメールアドレスが見つかりませんでした。\r\n宛先不明\r\n", Kind::kHard},
      {"mailer-daemon@docomo.example", "Mail System Error - Returned Mail",
       "次のあて先へのメッセージはエラーのため送信できませんでした。\r\n"
       "相手先のメールボックスが容量を超えています。\r\n",
       Kind::kSoft},
      {"postmaster@carrier.example", "お知らせ", "しばらくしてから送り直してください。\r\n",
       Kind::kSoft},
      {"mailer-daemon@carrier.example", "Delivery report", "Something that nobody knows.\r\n",
       Kind::kSoft},
  };
  for (const auto& c : cases) {
    const auto b = read(plain(c.from, c.subject, c.text));
    EXPECT_EQ(b.kind, c.kind) << c.text;
    EXPECT_THAT(b.came_to, ElementsAre(kTag));
    EXPECT_THAT(b.words, Not(HasSubstr("hanako")));
  }
}

TEST(Bounce, FindsTheIdInHeadersThatAPlainReportQuotes) {
  const auto b =
      read(plain("mailer-daemon@old.example", "failure notice",
                 "<hanako@a.example>: no such user\r\n\r\n--- Below this line is a copy of "
                 "the message.\r\n\r\nReceived: from x\r\nMessage-ID: "
                 "<CMP-0011223344.P0123456789abcdef0123.v1@kou.example>\r\n"));
  EXPECT_EQ(b.kind, Kind::kHard);
  EXPECT_THAT(b.message_ids, Contains("CMP-0011223344.P0123456789abcdef0123.v1@kou.example"));
}

TEST(Bounce, AnAnswerOfAPersonOrAVacationIsNoBounce) {
  EXPECT_EQ(
      read(plain("hanako@a.example", "Re: notice", "User unknown? What does this mean?")).kind,
      Kind::kNone);
  EXPECT_EQ(read("Auto-Submitted: auto-replied\r\n" +
                 plain("hanako@a.example", "Undeliverable until Monday", "I am away."))
                .kind,
            Kind::kNone);
}

TEST(Bounce, RefusesWhatIsNoMail) { EXPECT_EQ(read_bounce({}).error().code, Errc::kBadInput); }

TEST(Bounce, StaysSmallWhereAMailWantsToBeLarge) {
  // Parts within parts, without end; and headers without number.
  std::string nested = "From: mailer-daemon@x.example\r\n";
  for (int i = 0; i < 3000; ++i)
    nested += "Content-Type: multipart/mixed; boundary=b" + std::to_string(i) + "\r\n\r\n--b" +
              std::to_string(i) + "\r\n";
  EXPECT_EQ(read(nested).kind, Kind::kSoft);
  std::string many = "From: mailer-daemon@x.example\r\n";
  for (int i = 0; i < 20000; ++i) many += "To: a" + std::to_string(i) + "@x.example\r\n";
  EXPECT_LE(read(many + "\r\nx").came_to.size(), 64U);
}

TEST(Bounce, EveryCutOfAReportIsReadWithoutHarm) {
  const auto whole = report("failed", "5.1.1", "550 User unknown");
  std::size_t hard = 0;
  for (std::size_t n = 0; n < whole.size(); ++n) {
    const auto b = read_bounce(as_bytes(whole.substr(0, n)));
    if (b && b.value().kind == Kind::kHard) ++hard;
  }
  EXPECT_GT(hard, 0U);
  EXPECT_LT(hard, whole.size() / 2) << "a report without its fields is believed";
}

}  // namespace
}  // namespace hitokoe::net
