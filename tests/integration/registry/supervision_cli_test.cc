// Supervision as a user runs it: counts, re-delegations, instructions, handovers, access logs, and
// the key of a contract that is over.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>

#include "hitokoe/text/encode.h"
#include "tests/integration/shell_run.h"
#include "tests/unit/registry/supervised.h"

namespace hitokoe::storage {
namespace {

namespace json = boost::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class SupervisionCli : public ::testing::Test {
 protected:
  Ran run(const std::string& arguments, const std::string& language = "en",
          const std::string& input = "") {
    return run_in_shell(folder, "--data '" + (folder / "data").string() + "' " + arguments,
                        language, input);
  }
  json::object run_json(const std::string& arguments) {
    const auto ran = run(arguments + " --json");
    EXPECT_LE(ran.exit, 1) << ran.err;
    json::error_code wrong;
    auto value = json::parse(ran.out, wrong);
    EXPECT_FALSE(wrong) << ran.out;
    return value.is_object() ? value.as_object() : json::object{};
  }
  std::string file(const std::string& name, std::string_view text) {
    return "'" + folder.put(name, as_bytes(text)).string() + "'";
  }
  void apply(const std::string& text) {
    const auto applied = run("registry apply " + file("registry.yaml", text));
    EXPECT_LE(applied.exit, 1) << applied.err;
  }
  void open_keys() {
    ::setenv("HITOKOE_PASSPHRASE", "a made up passphrase", 1);
    ASSERT_EQ(run("key init").exit, 0);
  }
  void TearDown() override { ::unsetenv("HITOKOE_PASSPHRASE"); }

  ScratchFolder folder;
};

TEST_F(SupervisionCli, CountsAYearAsATableForASpreadsheetAndAsJson) {
  apply(registry::supervised());
  const auto ja = run("registry counts --fiscal-year 2025 --csv", "ja");
  EXPECT_EQ(ja.exit, 0) << ja.err;
  EXPECT_THAT(ja.out, StartsWith("\xEF\xBB\xBF委託元,年度,"));
  EXPECT_THAT(ja.out, HasSubstr("kou,2025,2-11,委託の件数（年度中に有効）,再委託先,0,1,1\r\n"));
  EXPECT_THAT(ja.out, HasSubstr("kou,2025,2-12,契約違反,合計,1,0,1\r\n"));
  EXPECT_THAT(run("registry counts --fiscal-year 2025").out, HasSubstr("carrier,fiscal year,"));
  const auto all = run_json("registry counts --fiscal-year 2025 --carrier kou");
  EXPECT_EQ(all.at("carriers").as_array().size(), 1U);
  EXPECT_EQ(run("registry counts --fiscal-year 2025 --carrier ghost").exit, 3);
  EXPECT_EQ(run("registry counts --fiscal-year 2025 --csv --json").exit, 2);
  EXPECT_EQ(run("registry counts --fiscal-year x").exit, 2);
}

TEST_F(SupervisionCli, ChecksWhatIsOverdueWithItsDayInBothLanguages) {
  const auto forgotten = registry::supervised(", returned: 2026-07-03, sheets", ", sheets");
  apply(forgotten);
  const auto ja = run("registry check", "ja");
  EXPECT_EQ(ja.exit, 1);
  EXPECT_THAT(ja.err, HasSubstr("要確認 takeout_overdue: T1：持ち出した書類が戻っていません（期限 "
                                "2026-07-03）"));
  const auto en = run("registry check --json");
  EXPECT_EQ(en.exit, 1);
  EXPECT_THAT(en.err,
              HasSubstr("paper that was taken out is not back (due 2026-07-03), since 2026-07-04"));
  bool there = false;
  const auto told = json::parse(en.out).as_object();
  for (const auto& f : told.at("findings").as_array()) {
    const auto& finding = f.as_object();
    if (finding.at("kind").as_string() != "takeout_overdue") continue;
    there = true;
    EXPECT_EQ(finding.at("due").as_string(), "2026-07-03");
    EXPECT_EQ(finding.at("since").as_string(), "2026-07-04");
    EXPECT_EQ(finding.at("of").as_string(), "takeout");
  }
  EXPECT_TRUE(there);
  apply(std::string(registry::kSupervised.substr(0, registry::kSupervised.find("carriers:"))));
  EXPECT_THAT(run("registry check").err,
              HasSubstr("delegations whose supervision is not checked: 2"));
}

TEST_F(SupervisionCli, ShowsTypeBAtEveryLevel) {
  apply(registry::supervised("handles: false", "handles: true"));
  const auto shown = run("registry show --redelegations", "ja");
  EXPECT_EQ(shown.exit, 0);
  EXPECT_THAT(shown.out,
              AllOf(HasSubstr("D2  kou → callco → nightdesk  階層 2  種別 B"),
                    HasSubstr("V1  callco → cloud  委託の登録なし"), Not(HasSubstr("D1"))));
  const auto all = run_json("registry show --redelegations");
  EXPECT_EQ(all.at("redelegations").as_array().size(), 2U);
}

TEST_F(SupervisionCli, AnInstructionIsThereLaterWithItsProof) {
  open_keys();
  apply(registry::supervised());
  const auto given =
      run_json("registry instruct --delegation D1 --subject 営業の中止 --text 直ちに中止");
  const std::string id(given.at("id").as_string());
  EXPECT_THAT(id, StartsWith("INS-"));
  EXPECT_EQ(
      run("registry instruct --delegation D2 --subject 再教育 --file -", "en", "本文\n二行目\n")
          .exit,
      0);
  const auto all = run_json("registry instructions");
  ASSERT_EQ(all.at("instructions").as_array().size(), 2U);
  EXPECT_EQ(all.at("instructions").at(1).at("text").as_string(), "本文\n二行目\n");
  EXPECT_EQ(run_json("registry instructions --delegation D1").at("instructions").as_array().size(),
            1U);
  EXPECT_THAT(run("registry instructions --id " + id).out,
              AllOf(HasSubstr("営業の中止"), HasSubstr(std::string(given.at("hash").as_string()))));
  EXPECT_THAT(run("audit show --stream delegation/D1").out, HasSubstr("instruction.given"));
  EXPECT_EQ(run("audit verify").exit, 0);
  EXPECT_EQ(run("registry instruct --delegation D9 --subject a --text b").exit, 3);
  EXPECT_EQ(run("registry instruct --delegation D1 --subject a").exit, 2);
  EXPECT_EQ(run("registry instructions --id INS-none").exit, 3);
}

TEST_F(SupervisionCli, ASideConfirmsOrContradictsAHandover) {
  open_keys();
  apply(registry::supervised(
      ", confirmed: [kou, callco], purpose: コールセンター, stated: [{by: kou, "
      "on: 2026-07-01, records: 500, items: [ref, name, phone]}, {by: callco, "
      "on: 2026-07-01, records: 500, items: [phone, ref, name]}]",
      ""));
  EXPECT_THAT(run("registry check").err, HasSubstr("S1: callco did not confirm"));
  const std::string callco =
      "registry confirm S1 --by callco --on 2026-07-01 --items ref,name,phone";
  const auto differs = run(callco + " --records 499");
  EXPECT_EQ(differs.exit, 1);
  EXPECT_THAT(differs.err, HasSubstr("callco states 499 records, the ledger 500"));
  EXPECT_THAT(run("registry check").err, HasSubstr("handover_mismatch: S1"));
  EXPECT_EQ(run(callco + " --records 500").exit, 0);
  const auto checked = run("registry check");
  EXPECT_THAT(checked.err, Not(HasSubstr("handover_mismatch")));
  EXPECT_THAT(checked.err, Not(HasSubstr("callco did not confirm")));
  EXPECT_THAT(checked.err, HasSubstr("S1: kou did not confirm"));
  EXPECT_EQ(run("registry confirm S0 --by kou --on 2026-07-01 --items ref --records 1").exit, 3);
  EXPECT_EQ(run("registry confirm S1 --by cloud --on 2026-07-01 --items ref --records 1").exit, 3);
  EXPECT_EQ(run("audit verify").exit, 0);
}

TEST_F(SupervisionCli, AccessLogsAreAddedAndSearched) {
  open_keys();
  apply(registry::supervised());
  const std::string csv =
      "作業者,日時,データ,操作,件数\r\n"
      "試験一郎,2026-07-01 09:00:00,顧客一覧,閲覧,10\r\n"
      "試験花子,2026-07-02 09:00:00,顧客一覧,書出し,20\r\n";
  const auto sjis = text::encode(csv, text::Charset::kShiftJis);
  const auto added = run("registry access-log add --delegation D1 " + file("log.csv", sjis));
  EXPECT_EQ(added.exit, 0) << added.err;
  EXPECT_THAT(added.err, HasSubstr("2 rows"));
  EXPECT_EQ(run("registry access-log add --delegation D1 " + file("log.csv", sjis)).exit, 3);
  const auto found = run("registry access-log query --worker 試験花子 --purpose 原因調査 --json");
  EXPECT_EQ(found.exit, 0);
  const auto row = json::parse(found.out).as_object();
  EXPECT_EQ(row.at("operation").as_string(), "書出し");
  EXPECT_EQ(row.at("time").as_string(), "2026-07-02T00:00:00.000000Z");
  EXPECT_THAT(run("registry access-log query --from 2026-07-02 --to 2026-07-02").out,
              AllOf(HasSubstr("試験花子"), Not(HasSubstr("試験一郎"))));
  EXPECT_THAT(run("registry access-log query --to 2026-07-02T09:00:00").out,
              Not(HasSubstr("試験花子")));
  EXPECT_THAT(run("registry access-log query --data-set 請求").out, IsEmpty());
  EXPECT_EQ(run("registry access-log query --limit 1").exit, 1) << "there are more";
  EXPECT_EQ(run("registry access-log query --from yesterday").exit, 2);
  EXPECT_EQ(run_json("registry access-log list").at("access_logs").as_array().size(), 1U);
  const auto bad = run("registry access-log add --delegation D1 " +
                       file("bad.csv", "worker,time,data_set,operation,count\nw,never,a,read,1\n"));
  EXPECT_EQ(bad.exit, 3);
  EXPECT_THAT(bad.err, HasSubstr("bad.csv:2: time"));
  EXPECT_EQ(run("audit verify").exit, 0);
}

TEST_F(SupervisionCli, TheKeyOfAContractsAccessLogsIsDestroyedByItselfAndNothingElseIs) {
  open_keys();
  apply(registry::supervised());
  const std::string log = "worker,time,data_set,operation,count\nw,2026-07-01 09:00:00,a,read,1\n";
  ASSERT_EQ(run("registry access-log add --delegation D1 " + file("one.csv", log)).exit, 0);
  ASSERT_EQ(run("registry access-log add --delegation D2 " + file("two.csv", log)).exit, 0);
  EXPECT_EQ(run("key destroy --access-logs D9 --yes").exit, 3) << "there are none";
  EXPECT_EQ(run("key destroy --access-logs D1").exit, 2) << "nobody is there to confirm it";
  const auto done = run_json("key destroy --access-logs D1 --yes");
  ASSERT_EQ(done.at("destroyed").as_array().size(), 1U);
  EXPECT_EQ(done.at("destroyed").at(0).at("kind"), "access-log");
  EXPECT_EQ(done.at("destroyed").at(0).at("name"), "D1");
  // What was there cannot be read any more; that of the other contract can.
  const auto rows = run("registry access-log query --worker w --purpose x --json");
  EXPECT_THAT(rows.out, HasSubstr("\"D2\""));
  EXPECT_THAT(rows.out, Not(HasSubstr("\"D1\"")));
  const auto again = run("registry access-log add --delegation D1 " +
                         file("three.csv", log + "w,2026-07-02 09:00:00,a,read,1\n"));
  EXPECT_EQ(again.exit, 3) << "none can be attached to it any more";
  EXPECT_EQ(run("audit verify").exit, 0);
}

TEST_F(SupervisionCli, TheKeyOfAContractGoesOnlyAfterTheRecordedChoice) {
  open_keys();
  apply(registry::supervised());
  EXPECT_EQ(run("key issue --delegation D2 --out '" + (folder / "k").string() + "'").exit, 3)
      << "nobody is enrolled: there is no key yet";
  const auto runs = run("key destroy --delegation D1 --yes");
  EXPECT_EQ(runs.exit, 3);
  EXPECT_THAT(runs.err, HasSubstr("nobody has chosen what becomes of its fingerprint key"));
  const auto far = registry::supervised("until: 2027-03-31", "until: 9000-03-31");
  apply(far);
  const auto kept = run("key destroy --delegation D2 --yes", "ja");
  EXPECT_EQ(kept.exit, 3);
  EXPECT_THAT(kept.err, HasSubstr("9000-03-31 まで残す記録です"));
  EXPECT_EQ(run("key destroy --delegation D9 --yes").exit, 3);
}

}  // namespace
}  // namespace hitokoe::storage
