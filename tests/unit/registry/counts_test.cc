// The counting tables on a registry that was counted by hand.
//
// Carrier kou, fiscal year 2023 (2023-04-01 to 2024-03-31), as in the hearing:
//
//   id  to        under type  in force              in FY2023?   on 2024-03-31?
//   D1  agency    –     A     2020-04-01 …          yes          yes
//   D2  agency    –     B     2023-04-01 …          yes          yes
//   D3  callco    –     A     2022-01-01–2023-04-01 yes (1 day)  no
//   D4  oya       –     A     2024-03-31 …          yes (1 day)  yes
//   D5  night     D1    B     2023-05-01–2024-03-31 yes          yes
//   D6  kogai     D1    A     2023-06-01–2023-12-31 yes          no
//   D7  kogai     D6    A     2023-06-01–2023-12-31 (3rd level)  no     to kogai2: yes, no
//   D8  callco    –     B     2019-04-01–2023-03-31 no (1 day)   no
//   D9  callco    –     A     2024-04-01 …          no (1 day)   no
//   E1  agency    –     A     of carrier otsu       not kou's
//
//   2-11 delegations   A              B           total
//     delegates        D1 D3 D4 = 3   D2 = 1      4
//     sub-delegates    D6 D7    = 2   D5 = 1      3
//     total            5              2           7
//   companies
//     delegates        agency callco oya = 3   agency = 1   3 (agency is both)
//     sub-delegates    kogai kogai2      = 2   night  = 1   3
//     total            5                       2            6
//   on the last day    A: D1 D4 = 2, B: D2 = 1 / A: 0, B: D5 = 1 / total A 2, B 2, 4
//   parents (oya)      delegates A: D4 = 1; subsidiaries (kogai, kogai2): sub-delegates A: 2
//   of the B ones without a handover: D5 (D2 has S2) = 1
//
//   2-10, by day: 2023-04-01 and 2024-03-31 are in, 2023-03-31 and 2024-04-01 are not
//     on site:  D1 2023-04-01, D1 2024-03-31, D5 2024-02-29 = A delegate 2, B sub 1
//               and the visit before D6 on 2023-05-15 = A sub 1; total A 3, B 1, 4; before: 1
//               (not D1 2023-03-31, not D1 2024-04-01)
//     paper:    D2 2023-10-01 and the sheet before D2 on 2023-04-01 = B delegate 2; before: 1
//     remote:   D3 2023-09-01, after it had ended: A delegate 1
//     self:     D1 2023-07-01 = 1
//   2-12: audits of the year found D1 2 + 0, D5 1; told otherwise: D6 1 (2023-12-31), and D6 of
//         2024-04-01 is not of the year: A delegates 2, A sub 1, B sub 1, total 4; by audits 3
#include "hitokoe/registry/counts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "tests/unit/registry/supervised.h"

namespace hitokoe::registry {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::string_view kByHand = R"(parties:
  - {id: kou, name: 甲}
  - {id: otsu, name: 乙}
  - {id: agency, name: 代理店}
  - {id: callco, name: 丙}
  - {id: oya, name: 親}
  - {id: night, name: 丁}
  - {id: kogai, name: 子一}
  - {id: kogai2, name: 子二}
delegations:
  - {id: D1, controller: kou, from: kou, to: agency, type: A, purposes: [販売], items: [ref], begins: 2020-04-01}
  - {id: D2, controller: kou, from: kou, to: agency, type: B, purposes: [販売], items: [ref], begins: 2023-04-01}
  - {id: D3, controller: kou, from: kou, to: callco, type: A, purposes: [窓口], items: [ref], begins: 2022-01-01, ends: 2023-04-01}
  - {id: D4, controller: kou, from: kou, to: oya, type: A, purposes: [料金], items: [ref], begins: 2024-03-31}
  - {id: D5, controller: kou, from: agency, to: night, under: D1, type: B, purposes: [窓口], items: [ref], begins: 2023-05-01, ends: 2024-03-31}
  - {id: D6, controller: kou, from: agency, to: kogai, under: D1, type: A, purposes: [窓口], items: [ref], begins: 2023-06-01, ends: 2023-12-31}
  - {id: D7, controller: kou, from: kogai, to: kogai2, under: D6, type: A, purposes: [窓口], items: [ref], begins: 2023-06-01, ends: 2023-12-31}
  - {id: D8, controller: kou, from: kou, to: callco, type: B, purposes: [窓口], items: [ref], begins: 2019-04-01, ends: 2023-03-31}
  - {id: D9, controller: kou, from: kou, to: callco, type: A, purposes: [窓口], items: [ref], begins: 2024-04-01}
  - {id: E1, controller: otsu, from: otsu, to: agency, type: A, purposes: [販売], items: [ref], begins: 2020-04-01}
snapshots:
  - {id: S0, controller: kou, holder: kou, own: true, as_of: 2023-04-01, records: 9, items: [ref]}
  - {id: S2, holder: agency, delegation: D2, source: S0, as_of: 2023-04-01, on: 2023-04-02, records: 9, items: [ref], encrypted: true}
carriers:
  - {id: kou, parents: [oya], subsidiaries: [kogai, kogai2]}
services:
  - {id: V1, controller: kou, user: agency, provider: night, name: 地図, handles: false}
supervision:
  - delegation: D1
    audits: [{on: 2023-03-31, kind: on_site, result: passed}, {on: 2023-04-01, kind: on_site, result: improvement, violations: 2}, {on: 2024-03-31, kind: on_site, result: passed}, {on: 2024-04-01, kind: on_site, result: failed, violations: 7}]
    self_inspections: [{on: 2023-07-01, ref: 一}]
  - delegation: D2
    precheck: {on: 2023-04-01, kind: sheet, ref: 二}
    audits: [{on: 2023-10-01, kind: paper, result: passed}]
  - delegation: D3
    audits: [{on: 2023-09-01, kind: remote, result: passed}]
  - delegation: D5
    audits: [{on: 2024-02-29, kind: on_site, result: failed, violations: 1}]
  - delegation: D6
    precheck: {on: 2023-05-15, kind: visit, ref: 三}
    violations: [{on: 2023-12-31, what: 契約外の複写}, {on: 2024-04-01, what: 報告遅れ}]
)";

TEST(Counts, AreThoseThatWereWorkedOutByHand) {
  const auto registry = parsed(std::string(kByHand));
  const auto counted = count(registry, "kou", {2023});
  ASSERT_TRUE(counted);
  Counts c;
  c.carrier = "kou";
  c.fiscal_year = 2023;
  c.delegations = {{3, 1, 4}, {2, 1, 3}, {5, 2, 7}};
  c.companies = {{3, 1, 3}, {2, 1, 3}, {5, 2, 6}};
  c.delegations_at_end = {{2, 1, 3}, {0, 1, 1}, {2, 2, 4}};
  c.parents = {{1, 0, 1}, {0, 0, 0}, {1, 0, 1}};
  c.subsidiaries = {{0, 0, 0}, {2, 0, 2}, {2, 0, 2}};
  c.external_without_handover = 1;
  c.services_not_handling = 1;
  c.on_site = {{2, 0, 2}, {1, 1, 2}, {3, 1, 4}};
  c.on_site_before = {{0, 0, 0}, {1, 0, 1}, {1, 0, 1}};
  c.paper = {{0, 2, 2}, {0, 0, 0}, {0, 2, 2}};
  c.paper_before = {{0, 1, 1}, {0, 0, 0}, {0, 1, 1}};
  c.remote = {{1, 0, 1}, {0, 0, 0}, {1, 0, 1}};
  c.self_inspections = {{1, 0, 1}, {0, 0, 0}, {1, 0, 1}};
  c.violations = {{2, 0, 2}, {1, 1, 2}, {3, 1, 4}};
  c.violations_by_audit = {{2, 0, 2}, {0, 1, 1}, {2, 1, 3}};
  EXPECT_EQ(counted.value(), c) << counts_to_json({counted.value()}, {2023});
}

TEST(Counts, OfAnotherCarrierAndYearAreItsOwn) {
  const auto registry = parsed(std::string(kByHand));
  const auto otsu = count(registry, "otsu", {2023}).value();
  EXPECT_EQ(otsu.delegations.total, (ByType{1, 0, 1}));
  EXPECT_EQ(otsu.on_site.total, ByType{});
  const auto before = count(registry, "kou", {2022}).value();
  EXPECT_EQ(before.delegations.delegates, (ByType{2, 1, 3})) << "D1 D3, D8";
  EXPECT_EQ(before.on_site.total, (ByType{1, 0, 1}));
  EXPECT_THAT(carriers_of(registry), ::testing::ElementsAre("kou", "otsu"));
  EXPECT_EQ(count(registry, "ghost", {2023}).error().code, Errc::kNotFound);
}

TEST(FiscalYears, BeginOnTheFirstOfApril) {
  const auto year = [](std::string_view text) {
    return fiscal_year_of(parse_day(text).value()).year;
  };
  EXPECT_EQ(year("2024-03-31"), 2023);
  EXPECT_EQ(year("2024-04-01"), 2024);
  EXPECT_EQ(year("2024-02-29"), 2023);
  EXPECT_EQ(year("2024-12-31"), 2024);
  EXPECT_EQ(year("2025-01-01"), 2024);
  EXPECT_EQ(format_day(FiscalYear{2023}.first()), "2023-04-01");
  EXPECT_EQ(format_day(FiscalYear{2023}.last()), "2024-03-31");
}

TEST(CountTables, OpenInASpreadsheetInBothLanguages) {
  const auto registry = parsed(std::string(kByHand));
  const std::vector<Counts> all{count(registry, "kou", {2023}).value()};
  const auto ja = counts_to_csv(all, Language::kJapanese);
  EXPECT_THAT(ja, StartsWith("\xEF\xBB\xBF委託元,年度,項目,内容,区分,種別A,種別B,合計\r\n"));
  EXPECT_THAT(ja, HasSubstr("\r\nkou,2023,2-11,委託の件数（年度中に有効）,委託先,3,1,4\r\n"));
  EXPECT_THAT(ja, HasSubstr("\r\nkou,2023,2-11,うち外部サービスの利用,合計,,,2\r\n"));
  EXPECT_THAT(ja, HasSubstr("\r\nkou,2023,2-12,契約違反,合計,3,1,4\r\n"));
  const auto en = counts_to_csv(all, Language::kEnglish);
  EXPECT_THAT(en, StartsWith("\xEF\xBB\xBF"
                             "carrier,fiscal year,item,what,row,type A,type B,total\r\n"));
  EXPECT_THAT(en, HasSubstr("\r\nkou,2023,2-10,on-site inspections,total,3,1,4\r\n"));
  EXPECT_EQ(std::ranges::count(ja, '\n'), std::ranges::count(en, '\n'));
}

TEST(CountTables, GiveTheSameNumbersAsJson) {
  const auto registry = parsed(std::string(kByHand));
  const auto text = counts_to_json({count(registry, "kou", {2023}).value()}, {2023});
  const auto json = boost::json::parse(text).as_object();
  EXPECT_EQ(json.at("fiscal_year").as_int64(), 2023);
  EXPECT_EQ(json.at("from").as_string(), "2023-04-01");
  EXPECT_EQ(json.at("to").as_string(), "2024-03-31");
  const auto& kou = json.at("carriers").as_array().at(0).as_object();
  const auto& table = kou.at("2-11").as_object();
  EXPECT_EQ(table.at("delegations").at("sub_delegates").at("A").to_number<int>(), 2);
  EXPECT_EQ(table.at("external_services").to_number<int>(), 2);
  EXPECT_EQ(table.at("parents").at("total").at("total").to_number<int>(), 1);
  EXPECT_EQ(kou.at("2-10").at("on_site").at("total").at("total").to_number<int>(), 4);
  EXPECT_EQ(kou.at("2-12").at("violations").at("total").at("total").to_number<int>(), 4);
}

}  // namespace
}  // namespace hitokoe::registry
