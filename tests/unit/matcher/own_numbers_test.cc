// Contract numbers that only the carrier's own pattern tells: in prose, in a column whose name says
// nothing, in JSON, from the registry to the report.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>

#include "hitokoe/identity/record_keys.h"
#include "tests/unit/matcher/people.h"

namespace hitokoe::matcher::test {
namespace {

constexpr unsigned kCustomers = 120;

std::string registry(bool with_numbers) {
  return std::string("parties:\n  - {id: kou, name: 甲通信") +
         (with_numbers ? ", numbers: {contract: '[A-Z]/20[0-9]{2}[.][0-9]{4}'}" : "") + "}\n" + R"(
  - {id: callco, name: 丙コール}
delegations:
  - {id: D1, controller: kou, from: kou, to: callco, type: A, purposes: [受付], items: [ref, name, contract], begins: 2024-04-01}
snapshots:
  - {id: K0, controller: kou, holder: kou, own: true, as_of: 2025-01-31, records: 120, items: [ref, name, contract]}
  - {id: S1, holder: callco, delegation: D1, source: K0, as_of: 2025-01-31, on: 2025-02-01, records: 120, items: [ref, name, contract], medium: sftp, encrypted: true, confirmed: [kou, callco]}
)";
}

// Odd enough that nothing but the pattern knows it.
std::string number(unsigned n) {
  std::array<char, 32> out{};
  std::snprintf(out.data(), out.size(), "%c/20%02u.%04u", static_cast<char>('A' + n % 26), n % 25,
                1000 + n * 7);
  return out.data();
}

class OwnNumbers : public testing::TestWithParam<bool> {
 protected:
  OwnNumbers() : world_(registry(GetParam())) {
    const std::vector<FieldId> columns = {FieldId::kRef, FieldId::kName, FieldId::kContract};
    identity::RecordEncoder encoder(identity::Side::kHolder);
    std::vector<MadeRecord> records;
    for (unsigned n = 0; n < kCustomers; ++n) {
      const Person p = person(n);
      const std::string contract = number(n);
      const auto& keys = encoder.encode(std::vector<identity::FieldValue>{
          {FieldId::kRef, p.ref}, {FieldId::kName, p.name}, {FieldId::kContract, contract}});
      MadeRecord& r = records.emplace_back();
      r.ref = keys.ref;
      for (const auto& k : keys.index) r.keys.emplace_back(k.field, k.value);
      for (const auto& k : keys.checks) r.checks.emplace_back(k.field, k.value);
    }
    world_.add("K0", records, {.columns = columns});
    world_.add("S1", records, {.columns = columns});
  }

  ScanReport scan(std::string_view text) {
    auto exposure = Exposure::begin(world_.index(), world_.shared_registry(), world_.keys(), {});
    EXPECT_TRUE(exposure->add("dump", as_bytes(text), {}));
    return std::move(exposure->finish().value());
  }
  // All of them where the registry has the pattern, nobody where it has not.
  void expect_found(std::string_view text, std::uint64_t customers) {
    EXPECT_EQ(scan(text).matched_subjects, GetParam() ? customers : 0U);
  }

  World world_;
};

TEST_P(OwnNumbers, AreFoundInProse) {
  std::string text;
  for (unsigned n = 0; n < 20; ++n) {
    text += "氏名：" + person(n).name + "\nご契約 " + number(n) + " の件で連絡済み。\n\n";
  }
  expect_found(text, 20);
}

TEST_P(OwnNumbers, AreFoundInAColumnWhoseNameSaysNothing) {
  std::string text = "氏名,col2,memo\r\n";
  for (unsigned n = 0; n < 20; ++n) text += person(n).name + "," + number(n) + ",済\r\n";
  expect_found(text, 20);
}

TEST_P(OwnNumbers, AreFoundInATableWithoutAHeader) {
  std::string text;
  for (unsigned n = 0; n < 20; ++n) {
    text += number(n) + "," + person(n).name + "," + std::to_string(n % 3) + "\n";
  }
  expect_found(text, 20);
}

TEST_P(OwnNumbers, AreFoundInAColumnThatBeginsEmpty) {
  std::string text = "氏名,col2\r\n";
  for (unsigned n = 0; n < 60; ++n) text += person(n).name + "," + (n < 50 ? "" : number(n)) + "\n";
  expect_found(text, 10);
}

TEST_P(OwnNumbers, AreFoundUnderAnUnknownNameInJson) {
  std::string text;
  for (unsigned n = 0; n < 20; ++n) {
    text += R"({"name":")" + person(n).name + R"(","x1":")" + number(n) + "\"}\n";
  }
  expect_found(text, 20);
}

TEST_P(OwnNumbers, AreFoundInAPage) {
  std::string text = "<html><body><table><tr><th>氏名<th>col2</tr>";
  for (unsigned n = 0; n < 20; ++n) {
    text += "<tr><td>" + person(n).name + "<td>" + number(n) + "</tr>\n";
  }
  expect_found(text + "</table></body></html>", 20);
}

INSTANTIATE_TEST_SUITE_P(WithAndWithoutThePattern, OwnNumbers, testing::Bool());

}  // namespace
}  // namespace hitokoe::matcher::test
