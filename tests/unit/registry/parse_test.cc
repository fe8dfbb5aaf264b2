#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "hitokoe/registry/model.h"
#include "tests/unit/registry/example.h"

namespace hitokoe::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// `from` occurs once in the example; what is said then.
std::string refusal_after(std::string_view from, std::string_view to) {
  std::string text(kExample);
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  EXPECT_EQ(text.find(from, at + 1), std::string::npos) << from << " is there twice";
  text.replace(at, from.size(), to);
  const auto parsed = parse_registry(text, "r.yaml");
  return parsed ? "accepted" : parsed.error().detail;
}

TEST(ParseRegistry, ReadsEverythingOfTheExample) {
  const auto parsed = parse_registry(kExample, "r.yaml");
  ASSERT_TRUE(parsed) << parsed.error().detail;
  const auto& r = parsed.value();
  ASSERT_EQ(r.parties().size(), 4U);
  EXPECT_EQ(r.party("kou")->name, "甲通信株式会社");
  const auto* d2 = r.delegation("D2");
  ASSERT_NE(d2, nullptr);
  EXPECT_EQ(d2->controller, "kou");
  EXPECT_EQ(d2->from, "callco");
  EXPECT_EQ(d2->to, "nightdesk");
  EXPECT_EQ(d2->under, "D1");
  EXPECT_EQ(d2->type, ContractType::kB);
  EXPECT_THAT(d2->purposes, ElementsAre("夜間受付"));
  EXPECT_THAT(d2->items, ElementsAre(FieldId::kRef, FieldId::kName, FieldId::kPhone));
  ASSERT_TRUE(d2->consent);
  EXPECT_EQ(d2->consent->by, "kou");
  EXPECT_EQ(format_day(d2->consent->on), "2024-05-10");
  EXPECT_EQ(d2->consent->ref, "承諾書12");
  EXPECT_EQ(format_day(d2->begins), "2024-06-01");
  EXPECT_EQ(format_day(*d2->ends), "2026-03-31");
  EXPECT_EQ(format_day(d2->returned->on), "2026-04-05");
  EXPECT_EQ(d2->returned->ref, "確認書3");
  const auto* s0 = r.snapshot("S0");
  ASSERT_NE(s0, nullptr);
  EXPECT_TRUE(s0->own);
  EXPECT_EQ(s0->on, s0->as_of);
  const auto* s2 = r.snapshot("S2");
  ASSERT_NE(s2, nullptr);
  EXPECT_EQ(s2->controller, "kou") << "of its delegation";
  EXPECT_EQ(s2->holder, "nightdesk");
  EXPECT_EQ(s2->delegation, "D2");
  EXPECT_EQ(s2->source, "S1");
  EXPECT_EQ(format_day(s2->as_of), "2026-06-30");
  EXPECT_EQ(format_day(s2->on), "2026-07-10");
  EXPECT_EQ(s2->records, 60'000U);
  EXPECT_EQ(s2->medium, "sftp");
  EXPECT_TRUE(s2->encrypted);
  EXPECT_THAT(s2->confirmed, ElementsAre("callco", "nightdesk"));
  EXPECT_THAT(r.chain(*s2), ElementsAre("nightdesk", "callco", "kou"));
  EXPECT_THAT(r.chain(*s0), ElementsAre("kou"));
}

TEST(ParseRegistry, TwoPartiesMayDelegateToEachOther) {
  const auto parsed = parse_registry(
      "parties: [{id: a, name: 甲}, {id: b, name: 乙}]\n"
      "delegations:\n"
      "  - {id: D1, controller: a, from: a, to: b, type: A, purposes: [x], items: [ref], "
      "begins: 2024-04-01}\n"
      "  - {id: D2, controller: b, from: b, to: a, type: A, purposes: [x], items: [ref], "
      "begins: 2024-04-01}\n"
      "  - {id: D3, controller: a, from: b, to: a, under: D1, type: A, purposes: [x], items: [ref],"
      " begins: 2024-04-01}\n",
      "r.yaml");
  EXPECT_TRUE(parsed) << parsed.error().detail;
}

TEST(ParseRegistry, AnEmptyRegistryNamesItsParties) {
  EXPECT_TRUE(parse_registry("parties: []\n", "r.yaml"));
  EXPECT_EQ(parse_registry("", "r.yaml").error().detail, "r.yaml:1: the registry is missing");
  EXPECT_EQ(parse_registry("delegations: []\n", "r.yaml").error().detail,
            "r.yaml:1: parties is missing");
}

TEST(ParseRegistry, SaysWhatIsWrongInJapaneseWithTheSameLines) {
  EXPECT_EQ(parse_registry("", "r.yaml").error().detail_ja, "r.yaml:1: 台帳 がありません");
  const auto refused = parse_registry(
      "parties:\n  - {id: kou, name: 甲, colour: red}\n  - {id: kou, name: 乙}\n"
      "delegations:\n  - {id: D1, controller: kou, from: kou, to: ghost, type: C, purposes: [x],\n"
      "     items: [phone, phone], begins: 2026-13-01}\n",
      "r.yaml");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().text(Language::kJapanese),
            "r.yaml:2: 知らないキー \"colour\"（使えるもの: id, name, numbers）\n"
            "r.yaml:3: party kou が重複しています（最初は 2行目）\n"
            "r.yaml:5: delegation D1: type: A（業務委託契約）または B（外部サービス利用）\n"
            "r.yaml:5: delegation D1: to: 事業者 \"ghost\" がありません\n"
            "r.yaml:6: delegation D1: items: \"phone\" が重複しています\n"
            "r.yaml:6: delegation D1: begins: 2026-04-01 の形の日付を指定");
}

struct Case {
  const char* name;
  const char* from;
  const char* to;
  const char* told;
};

class Refuses : public ::testing::TestWithParam<Case> {};

TEST_P(Refuses, WithTheLineAndTheRule) {
  EXPECT_THAT(refusal_after(GetParam().from, GetParam().to), HasSubstr(GetParam().told));
}

// The lines are those of kExample.
constexpr Case kCases[] = {
    {"UnknownTopKey", "parties:\n", "partys: []\nparties:\n", "r.yaml:1: unknown key \"partys\""},
    {"UnknownPartyKey", "name: 甲通信株式会社", "nmae: x, name: y",
     "r.yaml:2: unknown key \"nmae\""},
    {"UnknownDelegationKey", "to: callco", "to: callco, too: 1", "r.yaml:7: unknown key \"too\""},
    {"UnknownSnapshotKey", "medium: sftp, encrypted: true, given_by: 田中",
     "medium: sftp, encryptd: true, given_by: 田中", "r.yaml:11: unknown key \"encryptd\""},
    {"UnknownConsentKey", "ref: 承諾書12", "ref: 承諾書12, x: 1", "r.yaml:8: unknown key \"x\""},
    {"DuplicateKey", "to: nightdesk", "to: nightdesk, to: callco",
     "r.yaml:8: key \"to\" is there twice"},
    {"DuplicateParty", "{id: otsu,", "{id: kou,",
     "r.yaml:5: party kou is there twice (first in line 2)"},
    {"DuplicateDelegation", "{id: D2,", "{id: D1,", "r.yaml:8: delegation D1 is there twice"},
    {"DuplicateSnapshot", "{id: S1,", "{id: S0,", "r.yaml:11: snapshot S0 is there twice"},
    {"BadId", "{id: otsu,", "{id: 乙,", "r.yaml:5: party no. 4: id: an id has"},
    {"IdWithSlash", "{id: otsu,", "{id: ../x,", "r.yaml:5: party no. 4: id: an id has"},
    {"NoController", "controller: kou, from: kou", "controller: nobody, from: kou",
     "r.yaml:7: delegation D1: controller: there is no party \"nobody\""},
    {"NoFrom", "from: callco", "from: nobody", "delegation D2: from: there is no party"},
    {"NoTo", "to: nightdesk", "to: nobody", "r.yaml:8: delegation D2: to: there is no party"},
    {"NoUnder", "under: D1", "under: D9",
     "r.yaml:8: delegation D2: under: there is no delegation \"D9\""},
    {"NoConsenter", "by: kou", "by: nobody",
     "r.yaml:8: delegation D2: consent: by: there is no party"},
    {"ToItself", "to: callco", "to: kou",
     "r.yaml:7: delegation D1: to: a party cannot delegate to itself"},
    {"UnderItself", "under: D1", "under: D2", "r.yaml:8: under: a cycle: D2 → D2"},
    {"FirstLevelNotFromController", "from: kou, to: callco", "from: otsu, to: callco",
     "r.yaml:7: delegation D1: from: the first delegation comes from the controller kou"},
    {"UnderAnothersDelegation", "from: callco", "from: otsu",
     "r.yaml:8: delegation D2: from: D1 goes to callco"},
    {"UnderAnotherController", "controller: kou, from: callco", "controller: otsu, from: callco",
     "r.yaml:8: delegation D2: controller: that of D1 is kou"},
    {"UnknownType", "type: B", "type: C", "r.yaml:8: delegation D2: type: A"},
    {"NoPurposes", "purposes: [夜間受付]", "purposes: []",
     "r.yaml:8: delegation D2: purposes: at least one"},
    {"PurposesNotAList", "purposes: [夜間受付]", "purposes: 夜間",
     "r.yaml:8: delegation D2: purposes: expected a list"},
    {"UnknownItem", "items: [ref, name, phone], consent", "items: [ref, nome], consent",
     "r.yaml:8: delegation D2: items: \"nome\": no such field"},
    {"LinkageIsNoItem", "items: [ref, name, phone], consent", "items: [ref-token], consent",
     "r.yaml:8: delegation D2: items: \"ref-token\": no such field"},
    {"ItemTwice", "items: [ref, name, phone], consent", "items: [ref, ref], consent",
     "r.yaml:8: delegation D2: items: \"ref\" is there twice"},
    {"ItemNotAllowedAbove", "items: [ref, name, phone], consent", "items: [ref, email], consent",
     "r.yaml:8: delegation D2: items: D1 does not allow email"},
    {"NotADay", "on: 2024-05-10", "on: 2024-05-32",
     "r.yaml:8: delegation D2: consent: on: expected a day"},
    {"NoBegin", "begins: 2024-06-01, ", "", "r.yaml:8: delegation D2: begins is missing"},
    {"EndsBeforeItBegins", "ends: 2026-03-31", "ends: 2024-05-31",
     "r.yaml:8: delegation D2: ends: before it begins (2024-06-01)"},
    {"ReturnedBeforeItBegins", "on: 2026-04-05", "on: 2024-05-31",
     "r.yaml:8: delegation D2: returned: on: before it begins"},
    {"BeginsBeforeTheOneAbove", "begins: 2024-06-01", "begins: 2024-03-31",
     "r.yaml:8: delegation D2: begins: before D1 begins (2024-04-01)"},
    {"BeginsAfterTheOneAboveEnded", "begins: 2024-04-01", "begins: 2024-04-01, ends: 2024-05-31",
     "r.yaml:8: delegation D2: begins: after D1 ended (2024-05-31)"},
    {"NoHolder", "holder: kou", "holder: nobody",
     "r.yaml:10: snapshot S0: holder: there is no party"},
    {"OwnByAnother", "holder: kou", "holder: otsu",
     "r.yaml:10: snapshot S0: holder: only the controller kou has data of its own"},
    {"OwnWithHandover", "own: true", "own: true, medium: sftp",
     "r.yaml:10: snapshot S0: own: it was not handed over"},
    {"OwnWithoutController", "controller: kou, holder: kou, own", "holder: kou, own",
     "r.yaml:10: snapshot S0: controller is missing"},
    {"NeitherOwnNorHandover", "own: true, ", "", "r.yaml:10: snapshot S0: delegation is missing"},
    {"NoSuchDelegation", "delegation: D2", "delegation: D9",
     "r.yaml:12: snapshot S2: delegation: there is no delegation \"D9\""},
    {"NoSuchSource", "source: S1", "source: S9",
     "r.yaml:12: snapshot S2: source: there is no snapshot \"S9\""},
    {"SourceOfItself", "source: S1", "source: S2", "r.yaml:12: source: a cycle: S2 → S2"},
    {"HolderIsNotTheDelegate", "holder: nightdesk", "holder: otsu",
     "r.yaml:12: snapshot S2: holder: D2 goes to nightdesk"},
    {"SourceIsWithAnother", "source: S1", "source: S0",
     "r.yaml:12: snapshot S2: source: S0 is with kou, but D2 comes from callco"},
    {"AnotherControllersSnapshot", "holder: nightdesk", "controller: otsu, holder: nightdesk",
     "r.yaml:12: snapshot S2: controller: that of D2 is kou"},
    {"OnBeforeItsState", "on: 2026-07-01", "on: 2026-06-29",
     "r.yaml:11: snapshot S1: on: before its state (as_of) (2026-06-30)"},
    {"OnBeforeItsSource", "on: 2026-07-10", "on: 2026-06-30",
     "r.yaml:12: snapshot S2: on: before its source S1 was there (2026-07-01)"},
    {"StateBeforeItsSource", "source: S1, as_of: 2026-06-30", "source: S1, as_of: 2026-06-29",
     "r.yaml:12: snapshot S2: as_of: before that of its source S1 (2026-06-30)"},
    {"OnBeforeTheDelegation", "begins: 2024-04-01", "begins: 2026-07-02",
     "r.yaml:11: snapshot S1: on: before D1 begins"},
    {"SnapshotItemNotAllowed", "records: 60000, items: [ref, name, phone]",
     "records: 60000, items: [ref, kana]", "r.yaml:12: snapshot S2: items: D2 does not allow kana"},
    {"NegativeRecords", "records: 60000", "records: -1",
     "r.yaml:12: snapshot S2: records: expected a whole number"},
    {"RecordsInWords", "records: 60000", "records: many",
     "r.yaml:12: snapshot S2: records: expected a whole number"},
    {"ConfirmedByNobody", "confirmed: [callco, nightdesk]", "confirmed: [callco, nobody]",
     "r.yaml:12: snapshot S2: confirmed: there is no party \"nobody\""},
    {"ConfirmedByAThird", "confirmed: [callco, nightdesk]", "confirmed: [callco, otsu]",
     "r.yaml:12: snapshot S2: confirmed: otsu is not a side of D2"},
    {"EncryptedInWords", "encrypted: true, confirmed: [callco",
     "encrypted: yes, confirmed: [callco",
     "r.yaml:12: snapshot S2: encrypted: expected true or false"},
};

INSTANTIATE_TEST_SUITE_P(Rules, Refuses, ::testing::ValuesIn(kCases),
                         [](const auto& c) { return std::string(c.param.name); });

TEST(ParseRegistry, TellsAMissingPartyOnceHoweverManyRefer) {
  EXPECT_EQ(refusal_after("to: callco", "to: ghost"),
            "r.yaml:7: delegation D1: to: there is no party \"ghost\"");
}

TEST(ParseRegistry, TellsALongCycleOnceAtItsFirstEntry) {
  const std::string start = "parties: [{id: a, name: 甲}, {id: b, name: 乙}]\ndelegations:\n";
  const auto entry = [](const std::string& id, const std::string& from, const std::string& to,
                        const std::string& under) {
    return "  - {id: " + id + ", controller: a, from: " + from + ", to: " + to +
           ", under: " + under + ", type: A, purposes: [x], items: [ref], begins: 2024-04-01}\n";
  };
  const auto parsed = parse_registry(start + entry("D0", "a", "b", "D2") +
                                         entry("D1", "b", "a", "D0") + entry("D2", "b", "a", "D3") +
                                         entry("D3", "a", "b", "D1") + entry("D4", "b", "a", "D3"),
                                     "r.yaml");
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().detail, "r.yaml:3: under: a cycle: D0 → D2 → D3 → D1 → D0");
}

TEST(ParseRegistry, TellsEveryProblemOfAFile) {
  const auto parsed = parse_registry(
      "parties:\n"
      "  - {id: kou, name: 甲, colour: red}\n"
      "delegations:\n"
      "  - {id: D1, controller: kou, from: kou, to: ghost, type: A, purposes: [x], items: [ref], "
      "begins: 2024-13-01}\n"
      "snapshots:\n"
      "  - {id: S1, holder: kou, delegation: D7, source: S8, as_of: 2026-06-30, on: 2026-07-01, "
      "records: x, items: [ref]}\n"
      "  - 5\n",
      "r.yaml");
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().code, Errc::kBadInput);
  EXPECT_EQ(parsed.error().detail,
            "r.yaml:2: unknown key \"colour\" (known: id, name, numbers)\n"
            "r.yaml:4: delegation D1: begins: expected a day as in 2026-04-01\n"
            "r.yaml:4: delegation D1: to: there is no party \"ghost\"\n"
            "r.yaml:6: snapshot S1: records: expected a whole number from 0 to 1000000000000\n"
            "r.yaml:6: snapshot S1: delegation: there is no delegation \"D7\"\n"
            "r.yaml:6: snapshot S1: source: there is no snapshot \"S8\"\n"
            "r.yaml:7: snapshot no. 2: expected keys and values");
}

TEST(ParseRegistry, EveryCutOfTheExampleIsReadOrRefused) {
  for (std::size_t cut = 0; cut < kExample.size(); cut += 3) {
    const auto parsed = parse_registry(kExample.substr(0, cut), "r.yaml");
    EXPECT_TRUE(parsed || parsed.error().detail.starts_with("r.yaml:")) << cut;
  }
}

TEST(ParseRegistry, ReadsManyThousandHandoversInASecond) {
  std::string text(kExample);
  for (int i = 10; i < 10'010; ++i) {
    text += "  - {id: S" + std::to_string(i) +
            ", holder: callco, delegation: D1, source: S0, as_of: 2026-06-30, on: 2026-07-01, "
            "records: 200000, items: [ref, name, phone], medium: sftp, encrypted: true, "
            "confirmed: [kou, callco]}\n";
  }
  const auto parsed = parse_registry(text, "r.yaml");
  ASSERT_TRUE(parsed) << parsed.error().detail;
  EXPECT_EQ(parsed.value().snapshots().size(), 10'003U);
}

TEST(Parse, ACarriersNumbersArePatternsAndABadOneIsNamedByItsLine) {
  const auto good = parse_registry(
      "parties:\n  - {id: kou, name: 甲, numbers: {contract: 'K[0-9]{9}', ref: 'C-[0-9]{7}'}}\n"
      "delegations: []\nsnapshots: []\n",
      "r.yaml");
  ASSERT_TRUE(good) << good.error().detail;
  ASSERT_EQ(good.value().parties()[0].numbers.size(), 2u);
  EXPECT_EQ(good.value().parties()[0].numbers[0].field, identity::FieldId::kContract);
  const auto bad = parse_registry(
      "parties:\n  - id: kou\n    name: 甲\n    numbers:\n      contract: 'K[0-9'\n"
      "      phone: '1'\n",
      "r.yaml");
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code, Errc::kBadInput);
  EXPECT_NE(bad.error().detail.find("r.yaml:5: party kou: numbers: contract: "), std::string::npos)
      << bad.error().detail;
  EXPECT_NE(bad.error().detail.find("r.yaml:6"), std::string::npos) << bad.error().detail;
}

}  // namespace
}  // namespace hitokoe::registry
