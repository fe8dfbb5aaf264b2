// vCard and LDIF.
#include <gtest/gtest.h>

#include "matcher/decode/document.h"
#include "tests/unit/matcher/formats/made.h"
#include "tests/unit/matcher/people.h"

namespace hitokoe::matcher::test {
namespace {

TEST(Vcard, OfFeaturePhonesInShiftJis) {
  const auto card = to_cp932(
      "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=SHIFT_JIS:表;能美子;;;\r\nFN;CHARSET=SHIFT_JIS:"
      "表　能美子\r\n"
      "SOUND;X-IRMC-N;CHARSET=SHIFT_JIS:ｵﾓﾃ;ﾉﾐｺ;;;\r\nTEL;CELL:09012345678\r\nTEL;HOME;VOICE:03-"
      "1234-5678\r\n"
      "EMAIL;CELL:n.omote@docomo.ne.jp\r\n"
      "ADR;HOME;CHARSET=SHIFT_JIS:;;豊洲1-2-27;江東区;東京都;135-0061;日本\r\nBDAY:19800102\r\nEND:"
      "VCARD\r\n");
  EXPECT_EQ(read_in_pieces(card).rows,
            Rows{"email=n.omote@docomo.ne.jp;phone=09012345678;phone=03-1234-5678;"
                 "address=東京都江東区豊洲1-2-27;name=表 能美子;name=表　能美子;kana=ｵﾓﾃ ﾉﾐｺ;"
                 "postal=135-0061;birthdate=19800102;"});
}

TEST(Vcard, QuotedPrintableOverSeveralLines) {
  const std::string card =
      "BEGIN:VCARD\nVERSION:2.1\nFN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E5=B1=B1=E7=94=B0=\n"
      "=E5=A4=AA=E9=83=8E\nTEL;CELL:090-1234-5678\nNOTE;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:"
      "=E4=BC=9A=E5=93=A1=0D=0A\nEND:VCARD\n";
  const auto got = read_in_pieces(card);
  EXPECT_EQ(got.rows, Rows{"phone=090-1234-5678;name=山田太郎;"});
  EXPECT_TRUE(got.warnings.empty());
}

TEST(Vcard, OfPresentPrograms) {
  const std::string cards =
      "BEGIN:VCARD\r\nVERSION:3.0\r\nN:山田;太郎;;;\r\nFN:山田 "
      "太郎\r\nX-PHONETIC-FIRST-NAME:タロウ\r\n"
      "X-PHONETIC-LAST-NAME:ヤマダ\r\nitem1.EMAIL;type=INTERNET;type=pref:taro@exam\r\n ple.jp\r\n"
      "TEL;type=CELL:+81 90-1234-5678\r\nPHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRgAB\r\n "
      "AQEASABIAAD\r\nEND:VCARD\r\n"
      "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Hanako "
      "Tanaka\r\nN;SORT-AS=\"タナカ,ハナコ\":田中;花子;;;\r\n"
      "TEL;VALUE=uri;TYPE=\"voice,cell\":tel:+81-90-8765-4321;ext=1\r\n"
      "ADR;LABEL=\"x: y\":;;六本木6-10-1\\, 33F;港区;東京都;106-0032;\r\nBDAY:--0102\r\n"
      "NOTE:携帯は 080-1111-2222\r\nEND:VCARD\r\n";
  EXPECT_EQ(read_in_pieces(cards).rows,
            (Rows{"email=taro@example.jp;phone=+81 90-1234-5678;name=山田 太郎;kana=ヤマダタロウ;",
                  "phone=+81-90-8765-4321;phone=+818011112222;address=東京都港区六本木6-10-1, 33F;"
                  "name=Hanako Tanaka;name=田中 花子;kana=タナカ ハナコ;postal=106-0032;"}));
}

TEST(Vcard, ACardThatIsCutAndLinesThatAreNoneAreRead) {
  const auto got = read_in_pieces(
      "BEGIN:VCARD\nFN:山田太郎\nTEL:0901\n;;;\nBEGIN:VCARD\nFN:田中花子\nEMAIL:h@example.jp\nTEL:"
      "09");
  EXPECT_EQ(got.rows,
            (Rows{"phone=0901;name=山田太郎;", "email=h@example.jp;phone=09;name=田中花子;"}));
  const auto endless = read_back("BEGIN:VCARD\nNOTE:" + std::string(3 << 20, 'x') +
                                 "\nFN:山田太郎\nTEL:0901\nEND:VCARD\n");
  EXPECT_EQ(endless.rows, Rows{"phone=0901;name=山田太郎;"});
}

TEST(Ldif, FoldedAndEncodedEntries) {
  const std::string ldif =
      "version: 1\n\n# made up\ndn: uid=taro,ou=people,dc=example,dc=jp\nobjectClass: "
      "inetOrgPerson\n"
      "cn:: 5bGx55SwIOWkqumDjg==\nsn:: 5bGx55Sw\ngivenName:: 5aSq6YOO\n"
      "sn;lang-ja;phonetic:: 44Ok44Oe44OA\ngivenName;lang-ja;phonetic:: 44K/44Ot44Km\n"
      "mail: taro@exam\n ple.jp\ntelephoneNumber: +81 3 1234 5678\nmobile: 090-1234-5678\n"
      "postalCode: 135-0061\nst: 東京都\nl: 江東区\nstreet: 豊洲1-2-27\nuid: K00000016\n"
      "jpegPhoto:< file:///etc/passwd\n\n"
      "dn:: dWlkPWhhbmFrbw==\r\ndisplayName: 田中花子\r\nmail: hanako@example.jp\r\n"
      "homePostalAddress: 106-0032$東京都港区六本木6-10-1\r\n";
  const auto got = read_in_pieces(ldif);
  EXPECT_EQ(got.rows,
            (Rows{"ref=K00000016;email=taro@example.jp;phone=+81 3 1234 5678;phone=090-1234-5678;"
                  "address=東京都江東区豊洲1-2-27;name=山田 太郎;name=山田太郎;kana=ヤマダタロウ;"
                  "postal=135-0061;",
                  "email=hanako@example.jp;address=106-0032 東京都港区六本木6-10-1;"
                  "address=東京都|港区|六本木|6-10-1;name=田中花子;postal=1060032;"}));
  EXPECT_EQ(got.warnings, Rows{"doc: 1 values stand in other files and were not fetched"});
}

// Terms look for names of companies and projects: those stand where no record is made of.
TEST(Cards, WhatMakesNoRecordIsSeenAllTheSame) {
  class Seen final : public TextObserver {
   public:
    void text(std::string_view utf8) override { all += utf8; }
    void end() override {}
    std::string all;
  };
  const auto seen_in = [](std::string_view document) {
    Seen seen;
    std::vector<Warning> warnings;
    Reading reading([](std::span<const identity::FieldValue>) { return Result<void>(ok()); },
                    warnings);
    reading.set_observer(&seen);
    DocumentReader reader(reading, "doc", {});
    EXPECT_TRUE(reader.feed(as_bytes(document)));
    EXPECT_TRUE(reader.finish());
    return seen.all;
  };
  const auto card = seen_in(
      "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:山田太郎\r\nORG:丙コール;夜間\r\nTITLE:青空計画\r\n"
      "X-PHONETIC-ORG:ヘイコール\r\nCATEGORIES:顧客\r\nSOUND:http://kou.example/x.wav\r\n"
      "BDAY:--0102\r\nPHOTO;ENCODING=b:/9j/4AAQ\r\nEND:VCARD\r\n");
  for (const char* text : {"山田太郎", "丙コール;夜間", "青空計画", "ヘイコール", "顧客",
                           "http://kou.example/x.wav", "--0102"}) {
    EXPECT_NE(card.find(text), std::string::npos) << text;
  }
  EXPECT_EQ(card.find("/9j/"), std::string::npos);
  const auto entry = seen_in(
      "# 丙コールの名簿\ndn: uid=taro,o=aozora\ncn: 山田太郎\no: 丁サポート\nou: 青空計画\ntitle: "
      "課長\n"
      "userPassword: kore\njpegPhoto:< http://kou.example/x.jpg\nproxyAddresses: x500:/o=kou\n");
  for (const char* text : {"丙コールの名簿", "o=aozora", "山田太郎", "丁サポート", "青空計画",
                           "課長", "kore", "http://kou.example/x.jpg", "/o=kou"}) {
    EXPECT_NE(entry.find(text), std::string::npos) << text;
  }
}

TEST(Ldif, ChangesAreReadToo) {
  const auto got = read_in_pieces(
      "dn: cn=x,dc=example,dc=jp\nchangetype: modify\nadd: mail\nmail: a@example.jp\n-\nreplace: "
      "telephoneNumber\ntelephoneNumber: 090-1234-5678\n-\n");
  EXPECT_EQ(got.rows, Rows{"email=a@example.jp;phone=090-1234-5678;"});
}

}  // namespace
}  // namespace hitokoe::matcher::test
