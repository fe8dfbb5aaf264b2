// Messages and mailboxes.
#include <gtest/gtest.h>

#include "hitokoe/base/bytes.h"
#include "matcher/decode/formats/mail_document.h"
#include "tests/unit/matcher/formats/made.h"
#include "tests/unit/matcher/people.h"

namespace hitokoe::matcher::test {
namespace {

std::string base64(std::string_view bytes) { return to_base64(as_bytes(bytes)); }

const char* const kHead =
    "Received: from mx.example.jp by mail.example.jp; Thu, 01 Jan 2026 00:00:00 +0900\r\n"
    "Date: Thu, 01 Jan 2026 00:00:00 +0900\r\nMessage-ID: <1@example.jp>\r\n";

TEST(Mail, AddressesOfHeadersAreRecords) {
  const auto got = read_in_pieces(
      std::string(kHead) + "From: =?UTF-8?B?" + base64("山田太郎") +
      "?= <taro@example.jp>\r\n"
      "To: \"Tanaka, Hanako\" <hanako@example.jp>,\r\n =?Shift_JIS?Q?=8D=B2=93=A1?= "
      "<sato@example.jp>\r\n"
      "Cc: Team: a@example.jp, b@example.jp;\r\nReply-To: c@example.jp\r\n"
      "Subject: =?ISO-2022-JP?B?GyRCRUVPQxsoQg==?= 090-1234-5678\r\n\r\nこんにちは\r\n");
  EXPECT_EQ(got.rows, (Rows{"email=taro@example.jp;name=山田太郎;",
                            "email=hanako@example.jp;name=Tanaka, Hanako;",
                            "email=sato@example.jp;name=佐藤;", "email=a@example.jp;",
                            "email=b@example.jp;", "email=c@example.jp;", "phone=+819012345678;"}));
  EXPECT_TRUE(got.warnings.empty());
}

TEST(Mail, WordsCutInTheMiddleOfACharacterAreJoined) {
  const std::string name = "株式会社髙橋";  // 3 bytes a character
  const auto got = read_back(std::string(kHead) + "From: =?UTF-8?B?" + base64(name.substr(0, 7)) +
                             "?=\r\n =?UTF-8?B?" + base64(name.substr(7)) +
                             "?= <t@example.jp>\r\nSubject: x\r\n\r\n");
  EXPECT_EQ(got.rows, Rows{"email=t@example.jp;name=" + name + ";"});
}

TEST(Mail, RawJapaneseHeadersAndBodiesAreRead) {
  const auto got = read_back(to_cp932(std::string(kHead) +
                                      "From: \"山田太郎\" <taro@example.jp>\r\nSubject: 連絡\r\n"
                                      "Content-Type: text/plain; charset=Shift_JIS\r\n\r\n"
                                      "氏名：表能美子\r\n電話：090-1234-5678\r\n"));
  EXPECT_EQ(got.rows,
            (Rows{"email=taro@example.jp;name=山田太郎;", "name=表能美子;phone=090-1234-5678;"}));
}

TEST(Mail, BodiesAndAttachmentsAreDocuments) {
  const std::string sheet = "氏名,メール\n田中花子,h@example.jp\n";
  const std::string iso = "\x1b$B;aL>\x1b(B: \x1b$B;3EDB@O:\x1b(B\r\nTEL: 090-1234-5678\r\n";
  const auto got = read_in_pieces(
      std::string(kHead) +
      "From: a@example.jp\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; "
      "boundary=\"=b=\"\r\n\r\npreamble\r\n--=b=\r\nContent-Type: text/plain; "
      "charset=ISO-2022-JP\r\n"
      "Content-Transfer-Encoding: 7bit\r\n\r\n" +
      iso +
      "--=b=\r\nContent-Type: text/csv; charset=Shift_JIS; name=list.csv\r\n"
      "Content-Disposition: attachment; filename=list.csv\r\nContent-Transfer-Encoding: "
      "base64\r\n\r\n" +
      base64(to_cp932(sheet)) + "\r\n--=b=\r\nContent-Type: message/rfc822\r\n\r\n" +
      "From: inner@example.jp\r\nTo: a@example.jp\r\nSubject: y\r\nContent-Type: text/html; "
      "charset=UTF-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
      "<table><tr><th>=E6=B0=8F=E5=90=8D<th>TEL<tr><td>=E4=BD=90=E8=97=A4<td>080-1111-2222</table>"
      "\r\n--=b=--\r\n");
  EXPECT_EQ(got.rows, (Rows{"email=a@example.jp;", "name=山田太郎;phone=090-1234-5678;",
                            "email=h@example.jp;name=田中花子;", "email=inner@example.jp;",
                            "email=a@example.jp;", "phone=080-1111-2222;name=佐藤;"}));
  EXPECT_TRUE(got.warnings.empty());
}

TEST(Mail, AnArchiveOrAPictureInsideIsNamedByItsFile) {
  const auto got =
      read_back(std::string(kHead) +
                "From: a@example.jp\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
                "--b\r\nContent-Type: image/png; name=card.png\r\n"
                "Content-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n--b--\r\n");
  ASSERT_EQ(got.warnings.size(), 1U);
  EXPECT_EQ(got.warnings[0].substr(0, 15), "doc > card.png:");
}

TEST(Mail, AMailboxIsManyMessages) {
  std::string mbox;
  Rows wanted;
  for (int i = 0; i < 50; ++i) {
    const auto n = std::to_string(i);
    mbox += "From taro@example.jp Thu Jan  1 00:00:0" + std::to_string(i % 10) + " 2026\nFrom: u" +
            n + "@example.jp\nDate: x\nSubject: s\n\n>From here on\nFrom now\n\n";
    wanted.push_back("email=u" + n + "@example.jp;");
  }
  const auto got = read_in_pieces(mbox);
  EXPECT_EQ(got.rows, wanted);
  EXPECT_TRUE(got.warnings.empty());
}

TEST(Mail, WhatIsEncryptedIsTold) {
  const auto got =
      read_back(std::string(kHead) +
                "From: a@example.jp\r\nContent-Type: multipart/encrypted; "
                "protocol=\"application/pgp-encrypted\";"
                " boundary=b\r\n\r\n--b\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: "
                "1\r\n\r\n--b\r\nContent-Type: application/octet-stream\r\n\r\n-----BEGIN PGP "
                "MESSAGE-----\r\n\r\n--b--\r\n");
  EXPECT_TRUE(got.warns("an encrypted message"));
  EXPECT_TRUE(
      read_back(std::string(kHead) +
                "From: a@example.jp\r\nContent-Type: application/pkcs7-mime\r\n\r\nMIIB\r\n")
          .warns("S/MIME"));
}

TEST(Mail, NestingAndCutsAreHarmless) {
  std::string deep = std::string(kHead) + "From: a@example.jp\r\n";
  for (int i = 0; i < 60'000; ++i) {
    const auto b = std::to_string(i);
    deep += "Content-Type: multipart/mixed; boundary=\"b" + b + "\"\r\n\r\n--b" + b + "\r\n";
  }
  const auto got = read_back(deep);
  EXPECT_EQ(got.rows, Rows{"email=a@example.jp;"});
  const std::string whole = std::string(kHead) +
                            "From: a@example.jp\r\nContent-Type: multipart/mixed; "
                            "boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n電話 "
                            "090-1234-5678\r\nx@example.jp\r\n--b--\r\n";
  for (std::size_t n = 0; n <= whole.size(); ++n) (void)read_back(whole.substr(0, n));
  EXPECT_EQ(read_back(whole.substr(0, whole.size() - 12)).rows.size(), 2U);
}

TEST(Mail, AnOrdinaryListIsNoMail) {
  const auto kind = [](std::string_view text) { return mail_kind(as_bytes(text), ""); };
  EXPECT_EQ(kind("From: 東京\nTo: 大阪\n氏名: 山田太郎\nTEL: 090-1234-5678\n"), MailKind::kNone);
  EXPECT_EQ(kind("Subject: a\nFrom: b\nTo: c\n\nd"), MailKind::kNone);
  EXPECT_EQ(kind("Date: a\nFrom: b\nTo: c\n\nd"), MailKind::kMessage);
  EXPECT_EQ(kind("name,From: x\nDate: a\nFrom: b\nTo: c\n"), MailKind::kNone);
  EXPECT_EQ(kind("From a@b Thu Jan  1 00:00:00 2026\n"), MailKind::kMbox);
  EXPECT_EQ(kind("From here to there\n"), MailKind::kNone);
  EXPECT_EQ(kind(""), MailKind::kNone);
}

}  // namespace
}  // namespace hitokoe::matcher::test
