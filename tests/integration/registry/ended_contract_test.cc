// Data that a contractor had leak long after its contract is over (003 7-2 ④): they are recognised
// as long as the fingerprint key is there, and that goes only by a recorded choice.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/integration/campaign/programs_world.h"

namespace hitokoe::testing {
namespace {

using ::testing::HasSubstr;

// The contract of otsu with the contractor as it stands in the world's file, and over.
std::string ended(const std::string& file, const std::string& closed) {
  std::stringstream all;
  all << std::ifstream(file).rdbuf();
  auto text = all.str();
  const std::string d2 = "{id: D2,";
  const auto at = text.find("begins: 2024-04-01", text.find(d2));
  EXPECT_NE(at, std::string::npos);
  text.insert(at + 18, ", ends: 2026-07-31, returned: {on: 2026-08-05, ref: 廃棄証明1}");
  text += "carriers:\n  - {id: otsu}\n";  // under supervision
  if (!closed.empty()) text += "supervision:\n  - {delegation: D2, closed: " + closed + "}\n";
  return text;
}

TEST(EndedContracts, AreMatchedUntilTheChoiceAboutTheirKeyIsCarriedOut) {
  ProgramsWorld w(made_up_people(9));
  ASSERT_NO_FATAL_FAILURE(w.ceremony());
  std::string leaked = "氏名,電話番号,メール\n";
  for (const auto& p : w.people) {
    if (p.otsu && !p.kou) leaked += p.name + "," + p.phone + "," + p.email + "\n";
  }
  w.write("late.csv", leaked);
  const auto rows_of_callco = [&] {
    std::int64_t rows = 0;
    const auto found = w.told({"scan", w.file("late.csv"), "--fresh"});
    for (const auto& h : found.at("holders").as_array()) {
      const auto& holder = h.as_object();
      if (holder.at("party").as_string() == "callco")
        rows = holder.at("matched_rows").to_number<std::int64_t>();
    }
    return rows;
  };
  const auto apply = [&](const std::string& closed) {
    w.write("ended.yaml", ended(w.file("registry.yaml"), closed));
    EXPECT_LE(w.service({"registry", "apply", w.file("ended.yaml")}).code, 1);
  };
  EXPECT_EQ(rows_of_callco(), 3);
  apply("");
  EXPECT_EQ(rows_of_callco(), 3) << "the contract is over, and nobody has chosen";
  auto refused = w.service({"key", "destroy", "--delegation", "D2", "--yes"});
  EXPECT_EQ(refused.code, 3);
  EXPECT_THAT(refused.err, HasSubstr("nobody has chosen"));
  apply("{on: 2026-08-10, by: otsu, key: keep, until: 9000-03-31, ref: 終了票1}");
  EXPECT_EQ(rows_of_callco(), 3) << "kept";
  refused = w.service({"key", "destroy", "--delegation", "D2", "--yes"});
  EXPECT_EQ(refused.code, 3);
  EXPECT_THAT(refused.err, HasSubstr("kept until 9000-03-31"));
  EXPECT_EQ(rows_of_callco(), 3);
  apply("{on: 2026-08-10, by: otsu, key: destroy, ref: 終了票1}");
  EXPECT_EQ(rows_of_callco(), 3) << "chosen, not yet carried out";
  const auto gone = w.service({"key", "destroy", "--delegation", "D2", "--yes"});
  EXPECT_EQ(gone.code, 0) << gone.err;
  EXPECT_EQ(rows_of_callco(), 0) << "what it had cannot be recognised any more";
  const auto log = w.service({"audit", "show", "--stream", "delegation/D2"});
  EXPECT_THAT(log.out, HasSubstr("key.destroyed"));
  EXPECT_THAT(log.out, HasSubstr("終了票1"));
}

}  // namespace
}  // namespace hitokoe::testing
