#include <gtest/gtest.h>

#include <random>

#include "matcher/rows/header_names.h"
#include "matcher/rows/row_reader.h"
#include "matcher/rows/split.h"
#include "tests/unit/matcher/rows_spelled.h"

namespace hitokoe::matcher::test {
namespace {

using identity::FieldValue;

TEST(Rows, ReadsJapaneseHeadersInAnyOrder) {
  EXPECT_EQ(rows_of("電話番号,備考,お客様番号,氏名\n09012345678,x,C001,山田太郎\n"),
            Rows{"ref=C001;phone=09012345678;name=山田太郎;"});
  EXPECT_EQ(rows_of("ＴＥＬ（携帯）\tメールアドレス\tﾌﾘｶﾞﾅ\n090-1\ta@b.jp\tﾔﾏﾀﾞ\n"),
            Rows{"email=a@b.jp;phone=090-1;kana=ﾔﾏﾀﾞ;"});
}

TEST(Rows, ReadsEnglishHeaders) {
  EXPECT_EQ(rows_of("Customer_ID;Full Name;Phone Number;E-mail;Zip Code;Date of Birth\r\n"
                    "1;Taro;090;a@b.jp;135-0061;1980-01-02\r\n"),
            Rows{"ref=1;email=a@b.jp;phone=090;name=Taro;postal=135-0061;birthdate=1980-01-02;"});
}

TEST(Rows, JoinsThePartsOfNamesAndAddresses) {
  EXPECT_EQ(rows_of("番地,名,市区町村,姓,都道府県,電話番号,建物名\n"
                    "1-2-27,太郎,江東区豊洲,山田,東京都,09012345678,塔101\n"),
            Rows{"phone=09012345678;address=東京都江東区豊洲1-2-27塔101;name=山田太郎;"});
}

TEST(Rows, QuotesHoldDelimitersLineEndsAndQuotes) {
  EXPECT_EQ(rows_of("name,address,phone\n\"山田, 太郎\",\"東京都\n江東区\",\"09\"\"0\"\n"),
            Rows{"phone=09\"0;address=東京都\n江東区;name=山田, 太郎;"});
}

TEST(Rows, AnUnclosedQuoteCostsItsRowNotTheRest) {
  const auto rows = rows_of("name,phone\n\"山田,0901\n鈴木,0902\n佐藤,0903\n");
  EXPECT_EQ(rows.back(), "phone=0903;name=佐藤;");
}

TEST(Rows, FindsATableInTheMiddleOfAPost) {
  const auto rows = rows_of(
      "お宝公開\nパスは明日\n\n氏名,電話番号\n山田,09011112222\n鈴木,09033334444\n\nでは\n");
  EXPECT_EQ(rows, (Rows{"phone=09011112222;name=山田;", "phone=09033334444;name=鈴木;"}));
}

TEST(Rows, ALaterHeaderCounts) {
  const auto rows = rows_of("氏名,電話番号\n山田,0901\n電話番号,氏名\n0902,鈴木\n");
  EXPECT_EQ(rows, (Rows{"phone=0901;name=山田;", "phone=0902;name=鈴木;"}));
}

TEST(Rows, ReadsAMarkdownTable) {
  const auto rows = rows_of("| 氏名 | 電話番号 |\n|---|---|\n| 山田 | 0901 |\n");
  EXPECT_EQ(rows.back(), "phone=0901;name=山田;");
}

TEST(Rows, RecognisesColumnsWithoutAHeader) {
  const auto rows = rows_of(
      "K0000001,山田太郎,090-1234-5678,taro@example.jp\n"
      "K0000002,鈴木花子,080-2345-6789,hana@example.jp\n"
      "K0000003,佐藤次郎,070-3456-7890,jiro@example.jp\n");
  ASSERT_EQ(rows.size(), 3U);
  for (const auto* part :
       {"ref=K0000001;", "name=山田太郎;", "phone=090-1234-5678;", "email=taro@example.jp;"}) {
    EXPECT_NE(rows[0].find(part), std::string::npos) << rows[0];
  }
}

TEST(Rows, ALineOfAnotherWidthIsReadAsTextAndTheTableGoesOn) {
  const auto rows = rows_of(
      "氏名,電話番号\n山田,09011112222\n余計な,行,電話 090-5555-6666\n"
      "鈴木,09033334444\n");
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_NE(rows[1].find("phone=090-5555-6666"), std::string::npos) << rows[1];
  EXPECT_EQ(rows[2], "phone=09033334444;name=鈴木;");
}

TEST(Rows, ReadsBlocksOfLabels) {
  const auto rows = rows_of(
      "氏名：山田太郎\nTEL: 090-1234-5678\n住所＝東京都江東区豊洲1-2-27\n\n"
      "氏名：鈴木花子\nTEL: 080-1234-5678\n");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0], "phone=090-1234-5678;address=東京都江東区豊洲1-2-27;name=山田太郎;");
  EXPECT_EQ(rows[1], "phone=080-1234-5678;name=鈴木花子;");
}

TEST(Rows, ABlockEndsWhereAFieldComesAgain) {
  const auto rows = rows_of("氏名：山田\n電話：0901\n氏名：鈴木\n電話：0902\n----\n氏名：佐藤\n");
  EXPECT_EQ(rows, (Rows{"phone=0901;name=山田;", "phone=0902;name=鈴木;", "name=佐藤;"}));
}

TEST(Rows, DoesNotMixTheRecordsOfNeighbouringLines) {
  const auto rows = rows_of("090-1111-2222 a@example.jp\n090-3333-4444 b@example.jp\n");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_NE(rows[0].find("a@example.jp"), std::string::npos);
  EXPECT_EQ(rows[0].find("b@example.jp"), std::string::npos);
}

TEST(Rows, EmptyTextHasNoRows) {
  EXPECT_TRUE(rows_of("").empty());
  EXPECT_TRUE(rows_of("\n\n\r\n \t\n").empty());
}

TEST(Rows, ALongLineWithoutEndIsReadInParts) {
  std::string text(3 << 20, 'x');
  text.replace(100, 20, " a.long@example.jp; ");
  const auto rows = rows_of(text);
  ASSERT_FALSE(rows.empty());
  EXPECT_NE(rows[0].find("a.long@example.jp"), std::string::npos);
}

// Text of the kinds above, thrown together.
std::string made_up_text(std::mt19937& random) {
  const std::vector<std::string> parts = {
      "氏名,電話番号,メール\n",
      "山田太郎,090-1234-5678,taro@example.jp\n",
      "\"鈴木, 花子\",08012345678,\"hana@example.jp\"\r\n",
      "\"佐藤\n次郎\",0701234,x\n",
      "\"開いたまま,0901,y\n",
      "\n",
      "お名前：高橋\n",
      "電話　：　０９０－１２３４－５６７８\n",
      "-----\n",
      "ただの文章、連絡は 03-1234-5678 まで。\r",
      "a;b;c\n1;2;3\n4;5;6\n",
      "K1\t伊藤三郎\t09088887777\tsaburo@example.jp\n",
      "\x00\xff\xfe\n",
      "|氏名|住所|\n",
      std::string(3000, 'z') + ",",
  };
  std::string text;
  const auto n = 1 + random() % 40;
  for (std::size_t i = 0; i < n; ++i) text += parts[random() % parts.size()];
  return text;
}

TEST(Rows, DoNotDependOnHowTheTextWasCut) {
  for (unsigned seed = 0; seed < 25; ++seed) {
    std::mt19937 random(seed);
    const std::string text = made_up_text(random);
    const Rows whole = rows_of(text);
    for (const std::size_t piece : {1UL, 2UL, 7UL, 64UL, 1000UL}) {
      ASSERT_EQ(rows_of(text, piece), whole) << "seed " << seed << " piece " << piece;
    }
  }
  // Longer than the look-ahead.
  std::mt19937 random(99);
  std::string text;
  while (text.size() < (300U << 10)) text += made_up_text(random);
  const Rows whole = rows_of(text);
  for (const std::size_t piece : {997UL, 65536UL, 70001UL}) {
    ASSERT_EQ(rows_of(text, piece), whole) << "piece " << piece;
  }
}

TEST(Rows, AnErrorOfTheReceiverEndsTheReading) {
  RowReader reader([](std::span<const FieldValue>) -> Result<void> {
    return fail(Errc::kCancelled, "enough", "enough");
  });
  Result<void> done = reader.feed("氏名,電話番号\n山田,0901\n");
  if (done) done = reader.finish();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Errc::kCancelled);
}

TEST(HeaderNames, MeanWhatPeopleWrite) {
  const auto field = [](std::string_view name) {
    const auto m = meaning_of(name);
    return m ? std::string(identity::field_info(m->field).name) : std::string("-");
  };
  EXPECT_EQ(field("お客様番号"), "ref");
  EXPECT_EQ(field("顧客番号（必須）"), "ref");
  EXPECT_EQ(field("customer_id"), "ref");
  EXPECT_EQ(field("ご契約番号"), "contract");
  EXPECT_EQ(field("E-Mail"), "email");
  EXPECT_EQ(field("連絡先メールアドレス"), "email");
  EXPECT_EQ(field("携帯電話番号"), "phone");
  EXPECT_EQ(field("ＴＥＬ"), "phone");
  EXPECT_EQ(field("氏名（漢字）"), "name");
  EXPECT_EQ(field("氏名（カナ）"), "kana");
  EXPECT_EQ(field("ﾌﾘｶﾞﾅ"), "kana");
  EXPECT_EQ(field("契約者カナ"), "kana");
  EXPECT_EQ(field("〒郵便番号"), "postal");
  EXPECT_EQ(field("現住所"), "address");
  EXPECT_EQ(field("生年月日(西暦)"), "birthdate");
  EXPECT_EQ(field("担当者氏名"), "-");
  EXPECT_EQ(field("メール配信可否"), "-");
  EXPECT_EQ(field("備考"), "-");
  EXPECT_EQ(field(""), "-");
}

TEST(HeaderNames, OfManyDialects) {
  const auto field = [](std::string_view name) {
    const NameReading n = read_name(name);
    if (!n.meaning) return std::string(n.other ? "other" : "-");
    std::string out(identity::field_info(n.meaning->field).name);
    if (n.meaning->part != 0) out += std::to_string(n.meaning->part);
    constexpr const char* kPersons[] = {"", "@family", "@contact", "@recipient", "@user"};
    return out + kPersons[static_cast<int>(n.meaning->person)];
  };
  const std::pair<const char*, const char*> cases[] = {{"kokyaku_no", "ref"},
                                                       {"custPhoneNo", "phone"},
                                                       {"t_user.shimei_kana", "kana"},
                                                       {"CUST_NM", "name"},
                                                       {"userTel", "phone"},
                                                       {"kokyakutel", "phone"},
                                                       {"seinengappi", "birthdate"},
                                                       {"DOB", "birthdate"},
                                                       {"add1", "address3"},
                                                       {"yubin", "postal"},
                                                       {"msisdn", "phone"},
                                                       {"TEL1", "phone1"},
                                                       {"last_name_kana", "kana1"},
                                                       {"姓（カナ）", "kana1"},
                                                       {"氏名_カナ", "kana"},
                                                       {"名（漢字）", "name2"},
                                                       {"契約者住所", "address"},
                                                       {"お客様メールアドレス", "email"},
                                                       {"ＴＥＬ（自宅）", "phone"},
                                                       {"ﾒｰﾙｱﾄﾞﾚｽ", "email"},
                                                       {"保護者氏名", "name@family"},
                                                       {"guardian_phone", "phone@family"},
                                                       {"緊急連絡先", "phone@contact"},
                                                       {"請求先住所", "address@recipient"},
                                                       {"billing_zip_code", "postal@recipient"},
                                                       {"shippingAddress", "address@recipient"},
                                                       {"利用者氏名", "name@user"},
                                                       {"電話番号(保護者)", "phone@family"},
                                                       {"担当者電話番号", "other"},
                                                       {"company_name", "other"},
                                                       {"住所カナ", "other"},
                                                       {"last_login_ip", "other"},
                                                       {"phone_type", "other"},
                                                       {"郵便番号（上3桁）", "postal1"},
                                                       {"生年月日_年", "birthdate2"},
                                                       {"birth_month", "birthdate3"},
                                                       {"口座番号", "bank4"},
                                                       {"IMEI", "imei"},
                                                       {"契約電話番号", "phone"},
                                                       {"project_name", "-"},
                                                       {"備考", "other"},
                                                       {"foo", "-"},
                                                       {"家族カナ", "kana@family"},
                                                       {"acme_home_phone_number", "phone"},
                                                       {"user[email]", "email"},
                                                       {"顧客.氏名", "name"},
                                                       {"■氏名：", "name"}};
  for (const auto& [name, meaning] : cases) EXPECT_EQ(field(name), meaning) << name;
}

TEST(Split, KnowsWhenARowMayGoOn) {
  Splitter commas{Dialect{}};
  SplitRow row;
  EXPECT_FALSE(commas.split("a,b", 0, false, row));
  EXPECT_TRUE(commas.split("a,b", 0, true, row));
  EXPECT_EQ(row.cells, (std::vector<std::string_view>{"a", "b"}));
  EXPECT_FALSE(commas.split("a,b\r", 0, false, row)) << "an LF may follow";
  EXPECT_TRUE(commas.split("a,b\r\nc", 0, false, row));
  EXPECT_EQ(row.length, 5U);
  Splitter quotes{Dialect{}};
  EXPECT_FALSE(quotes.split("\"a\n", 0, false, row));
  EXPECT_TRUE(quotes.split("\"a\n", 0, true, row)) << "never closed: text";
  EXPECT_EQ(row.cells[0], "\"a");
}

}  // namespace
}  // namespace hitokoe::matcher::test
