#include <gtest/gtest.h>

#include "tests/unit/matcher/rows_spelled.h"

namespace hitokoe::matcher::test {
namespace {

const Rows kTwo = {"ref=1;phone=09012345678;name=山田太郎;",
                   "ref=2;phone=08023456789;name=鈴木花子;"};

TEST(JsonRows, ReadsLinesAndArraysOfObjects) {
  EXPECT_EQ(rows_of(R"({"id":1,"name":"山田太郎","tel":"09012345678"}
{"id":2,"name":"鈴木花子","tel":"08023456789"}
)"),
            kTwo);
  EXPECT_EQ(rows_of(R"([{"id":1,"name":"山田太郎","tel":"09012345678"},
 {"id":2,"name":"鈴木花子","tel":"08023456789"}])"),
            kTwo);
  EXPECT_EQ(
      rows_of("[\n  {\n    \"id\": 1,\n    \"name\": \"山田太郎\",\n    \"tel\": \"09012345678\"\n"
              "  },\n  {\n    \"id\": 2,\n    \"name\": \"鈴木花子\",\n    \"tel\": "
              "\"08023456789\"\n  }\n]\n"),
      kTwo);
}

TEST(JsonRows, ObjectsWithinAnObjectAreOneRecord) {
  EXPECT_EQ(rows_of(R"({"customerNo":"C1","name":{"last":"山田","first":"太郎","lastKana":"ヤマダ",
 "firstKana":"タロウ"},"contact":{"email":"a@b.jp","phones":["0312345678","09012345678"]},
 "address":{"postal":"135-0061","prefecture":"東京都","city":"江東区","line1":"豊洲1-2-27"},
 "birth":{"year":1980,"month":1,"day":2}})"),
            Rows{"ref=C1;email=a@b.jp;phone=0312345678;phone=09012345678;"
                 "address=東京都江東区豊洲1-2-27;name=山田太郎;kana=ヤマダタロウ;postal=135-0061;"
                 "birthdate=1980年1月2日;"});
}

TEST(JsonRows, ReadsDumpsOfDatabases) {
  // Elasticsearch
  EXPECT_EQ(rows_of(R"({"took":3,"hits":{"total":2,"hits":[
{"_index":"u","_id":"1","_source":{"name":"山田太郎","tel":"09012345678"}},
{"_index":"u","_id":"2","_source":{"name":"鈴木花子","tel":"08023456789"}}]}})"),
            kTwo);
  // Mongo
  EXPECT_EQ(rows_of(R"({ "_id" : ObjectId("0123456789abcdef01234567"), "name" : "山田太郎",
 "birthdate" : ISODate("1980-01-02T00:00:00Z"), "tel" : NumberLong("9012345678") }
)"),
            Rows{"ref=0123456789abcdef01234567;phone=9012345678;name=山田太郎;"
                 "birthdate=1980-01-02T00:00:00Z;"});
  EXPECT_EQ(
      rows_of(R"({"_id":{"$oid":"0123456789abcdef01234567"},"name":"山田太郎","tel":"0901"})"),
      Rows{"ref=0123456789abcdef01234567;phone=0901;name=山田太郎;"});
  // Firebase: a map of users
  EXPECT_EQ(rows_of(R"({"users":{"-Ka1":{"name":"山田太郎","tel":"09012345678","id":"1"},
"-Ka2":{"name":"鈴木花子","tel":"08023456789","id":"2"}}})"),
            kTwo);
  // DynamoDB
  EXPECT_EQ(
      rows_of(R"({"Item":{"id":{"S":"1"},"name":{"S":"山田太郎"},"tel":{"S":"09012345678"}}})"),
      Rows{kTwo[0]});
}

TEST(JsonRows, ElementsTakeWhatTheObjectAroundThemTells) {
  EXPECT_EQ(rows_of(R"({"customer_no":"C1","contracts":[{"contract_no":"K1","phone":"09012345678"},
{"contract_no":"K2","phone":"08023456789"}],"name":"山田太郎"})"),
            (Rows{"ref=C1;contract=K1;phone=09012345678;name=山田太郎;",
                  "ref=C1;contract=K2;phone=08023456789;name=山田太郎;"}));
}

TEST(JsonRows, AnotherNameIsAnotherPerson) {
  EXPECT_EQ(rows_of(R"({"ref":"C1","name":"山田太郎","tel":"0901","family":[{"name":"山田花子",
"birthdate":"1981-02-03"}],"guardian":{"name":"山田一郎","tel":"0902"}})"),
            (Rows{"name=山田花子;birthdate=1981-02-03;", "ref=C1;phone=0901;name=山田太郎;",
                  "phone=0902;name=山田一郎;"}));
}

TEST(JsonRows, CompaniesAndDevicesAreNotThePerson) {
  EXPECT_EQ(rows_of(R"({"name":"山田太郎","tel":"0901","company":{"name":"甲","tel":"0312345678"},
"device":{"name":"phone"},"plan":{"name":"S"}})"),
            Rows{"phone=0901;name=山田太郎;plan=S;"});
}

TEST(JsonRows, ReadsTables) {
  EXPECT_EQ(
      rows_of(R"([["id","name","tel"],[1,"山田太郎","09012345678"],[2,"鈴木花子","08023456789"]])"),
      kTwo);
  EXPECT_EQ(rows_of(R"({"columns":["id","name","tel"],"data":[[1,"山田太郎","09012345678"],
[2,"鈴木花子","08023456789"]]})"),
            kTwo);
  EXPECT_EQ(
      rows_of(
          R"({"id":["1","2"],"name":["山田太郎","鈴木花子"],"tel":["09012345678","08023456789"]})"),
      kTwo);
  EXPECT_EQ(rows_of("[\"id\",\"name\",\"tel\"]\n[1,\"山田太郎\",\"09012345678\"]\n"
                    "[2,\"鈴木花子\",\"08023456789\"]\n"),
            kTwo);
}

TEST(JsonRows, ReadsEscapes) {
  EXPECT_EQ(rows_of(R"({"name":"\u5c71\u7530 \ud842\udfb7","tel":"0901","mail":"a\u0040b.jp"})"),
            Rows{"email=a@b.jp;phone=0901;name=山田 𠮷;"});
  EXPECT_EQ(rows_of(R"({"name":"a\"b\\c\/d","tel":"0901\ud842"})"),
            Rows{"phone=0901\xEF\xBF\xBD;name=a\"b\\c/d;"});
}

TEST(JsonRows, ReadsWhatOnlyLooksLikeJson) {
  EXPECT_EQ(rows_of("{'id': 1, 'name': '山田太郎', 'tel': '09012345678', 'x': None}\n"
                    "{id: 2, name: \"鈴木花子\", tel: \"08023456789\",}\n"),
            kTwo);
  EXPECT_EQ(
      rows_of(
          "var users = [{\"id\":1,\"name\":\"山田太郎\",\"tel\":\"09012345678\"}];\n"
          "2026-01-02 INFO saved {\"id\":2,\"name\":\"鈴木花子\",\"tel\":\"08023456789\"} ok\n"),
      kTwo);
}

TEST(JsonRows, WhatIsBrokenOffIsGivenAsFarAsItGoes) {
  EXPECT_EQ(
      rows_of(R"([{"id":1,"name":"山田太郎","tel":"09012345678"},{"id":2,"name":"鈴木花子","te)"),
      (Rows{kTwo[0], "ref=2;name=鈴木花子;"}));
  // A quote that was never closed costs its line.
  EXPECT_EQ(rows_of("{\"id\":9,\"name\":\"開いたまま}\n"
                    "{\"id\":1,\"name\":\"山田太郎\",\"tel\":\"09012345678\"}\n"
                    "{\"id\":2,\"name\":\"鈴木花子\",\"tel\":\"08023456789\"}\n")
                .back(),
            kTwo[1]);
}

TEST(JsonRows, DeepNestingIsNoTrouble) {
  std::string text;
  for (int i = 0; i < 100000; ++i) text += "{\"a\":";
  text += "{\"name\":\"山田太郎\",\"tel\":\"09012345678\",\"id\":\"1\"}";
  EXPECT_EQ(rows_of(text + std::string(100000, '}')), Rows{kTwo[0]});
  EXPECT_EQ(rows_of(text), Rows{kTwo[0]});
  EXPECT_TRUE(rows_of(std::string(1000000, '[')).empty());
}

TEST(JsonRows, AMapOfNumbersIsNotOnePerson) {
  const Rows rows =
      rows_of(R"({"a":"09012345671","b":"09012345672","c":"09012345673","d":"09012345674",
"e":"09012345675","f":"09012345676"})");
  EXPECT_EQ(rows.size(), 6U);
}

TEST(JsonRows, MailAddressesAsKeys) {
  EXPECT_EQ(rows_of(R"({"taro@example.jp":{"name":"山田太郎","tel":"0901"},
"hana@example.jp":{"name":"鈴木花子","tel":"0902"}})"),
            (Rows{"email=taro@example.jp;phone=0901;name=山田太郎;",
                  "email=hana@example.jp;phone=0902;name=鈴木花子;"}));
}

TEST(JsonRows, MuchThatWaitsIsGivenInTime) {
  std::string text = R"({"export":"x","users":[)";
  constexpr int kUsers = 5000;
  for (int i = 0; i < kUsers; ++i) {
    text += R"({"id":)" + std::to_string(i) + R"(,"name":"山田太郎","tel":"09012345678"},)";
  }
  text += "]}";
  const Rows rows = rows_of(text, 1000);
  ASSERT_EQ(rows.size(), static_cast<std::size_t>(kUsers));
  EXPECT_EQ(rows[4999], "ref=4999;phone=09012345678;name=山田太郎;");
}

}  // namespace
}  // namespace hitokoe::matcher::test
