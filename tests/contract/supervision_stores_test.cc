// Instructions, statements about handovers, worker access logs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "hitokoe/base/simulated_clock.h"
#include "hitokoe/storage/supervision.h"
#include "hitokoe/text/encode.h"
#include "storage/sql/session.h"
#include "tests/database_under_test.h"
#include "tests/registry_parts.h"
#include "tests/scratch_folder.h"

namespace hitokoe::storage {
namespace {

using registry::AccessQuery;
using registry::AccessRow;
using registry::Role;
using registry::Viewer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const Viewer kCoordinator("lead", Role::kCoordinator, "");
Viewer party(const std::string& name) { return Viewer("u-" + name, Role::kParty, name); }

class SupervisionStores : public ::testing::Test {
 protected:
  SupervisionStores() {
    const SecretText passphrase{std::string("made up")};
    EXPECT_TRUE(identity::KeyStore::init(folder.path(), passphrase, clock, random, {1, 8192}));
    keys.emplace(identity::KeyStore::open(folder.path(), passphrase, clock, random).value());
    reopen();
  }
  void reopen() {
    instructions.reset();
    statements.reset();
    logs.reset();
    db = testing::open_database(folder.path() / "t.db").value();
    instructions = make_instruction_store(db);
    statements = make_statement_store(db);
    logs = make_access_log_store(db, folder.path(), *keys, random);
  }
  registry::Instruction give(const Viewer& by, const registry::Delegation& d,
                             const std::string& subject) {
    auto given = instructions->give(by, d, subject, "本文\n" + subject, clock.now());
    EXPECT_TRUE(given) << (given ? "" : given.error().detail);
    return given ? std::move(given).value() : registry::Instruction{};
  }
  std::vector<std::string> subjects(const Viewer& viewer, const std::string& delegation = "") {
    std::vector<std::string> all;
    registry::InstructionFilter filter;
    filter.delegation = delegation;
    const auto listed = instructions->list(viewer, filter);
    EXPECT_TRUE(listed);
    if (!listed) return all;
    for (const auto& i : listed.value()) all.push_back(i.subject);
    return all;
  }
  Result<registry::AccessLog> add(std::string_view csv, std::size_t piece = 7,
                                  const registry::Delegation* to = nullptr,
                                  std::optional<text::Charset> charset = {}) {
    std::size_t at = 0;
    return logs->add(
        kCoordinator, to == nullptr ? d1 : *to, "log.csv", charset,
        [&]() -> Result<ByteView> {
          const auto some = csv.substr(at, piece);
          at += some.size();
          return as_bytes(some);
        },
        clock.now());
  }
  std::vector<std::string> workers(const AccessQuery& query) {
    std::vector<std::string> all;
    const auto more = logs->query(
        kCoordinator, query, clock.now(),
        [&](const auto&, const AccessRow& row) { all.push_back(row.worker + " " + row.data_set); });
    EXPECT_TRUE(more) << (more ? "" : more.error().detail);
    return all;
  }

  const registry::Delegation d1 = made_delegation("D1", "kou", "kou", "callco");
  const registry::Delegation d2 = made_delegation("D2", "kou", "callco", "nightdesk", "D1");
  SimulatedClock clock{UtcTime(std::chrono::seconds(1'785'000'000))};
  SystemRandom random;
  ScratchFolder folder;
  std::optional<identity::KeyStore> keys;
  std::shared_ptr<Database> db;
  std::unique_ptr<registry::InstructionStore> instructions;
  std::unique_ptr<registry::StatementStore> statements;
  std::unique_ptr<registry::AccessLogStore> logs;
};

TEST_F(SupervisionStores, InstructionsAreReadAsTheyWereGivenAndInTheirOrder) {
  const auto first = give(kCoordinator, d1, "営業の中止");
  const auto second = give(party("callco"), d2, "再教育");
  reopen();
  EXPECT_EQ(instructions->load(kCoordinator, first.id).value(), first);
  EXPECT_EQ(instructions->load(kCoordinator, second.id).value(), second);
  EXPECT_EQ(second.text, "本文\n再教育");
  EXPECT_EQ(second.by, "u-callco");
  EXPECT_THAT(subjects(kCoordinator), ElementsAre("営業の中止", "再教育"));
  EXPECT_THAT(subjects(kCoordinator, "D2"), ElementsAre("再教育"));
  const auto again = give(kCoordinator, d1, "営業の中止");
  EXPECT_NE(again.id, first.id) << "the same words twice are two instructions";
}

TEST_F(SupervisionStores, APartySeesItsOwnInstructionsOnly) {
  const auto first = give(kCoordinator, d1, "一");
  const auto second = give(party("callco"), d2, "二");
  EXPECT_THAT(subjects(party("kou")), ElementsAre("一", "二"));
  EXPECT_THAT(subjects(party("callco")), ElementsAre("一", "二"));
  EXPECT_THAT(subjects(party("nightdesk")), ElementsAre("二"));
  EXPECT_THAT(subjects(party("otsu")), IsEmpty());
  EXPECT_THAT(subjects(party("")), IsEmpty());
  EXPECT_EQ(instructions->load(party("nightdesk"), first.id).error().code, Errc::kNotFound);
  EXPECT_TRUE(instructions->load(party("nightdesk"), second.id));
  for (const Role role : {Role::kDesk, Role::kOperator}) {
    EXPECT_EQ(instructions->list(Viewer("u", role, ""), {}).error().code, Errc::kForbidden);
  }
}

TEST_F(SupervisionStores, OnlyWhoIsAboveADelegateInstructsIt) {
  for (const auto& viewer : {party("callco"), party("otsu"), party(""),
                             Viewer("a", Role::kAuditor, ""), Viewer("o", Role::kOperator, "")}) {
    const auto refused = instructions->give(viewer, d1, "一", "二", clock.now());
    ASSERT_FALSE(refused) << viewer.user();
    EXPECT_EQ(refused.error().code, Errc::kForbidden);
  }
  EXPECT_TRUE(instructions->give(party("kou"), d2, "一", "二", clock.now()))
      << "the controller instructs at every level";
  for (const auto& [subject, text] :
       std::vector<std::pair<std::string, std::string>>{{"", "a"},
                                                        {"a\nb", "a"},
                                                        {"a", ""},
                                                        {"a", std::string("a\0b", 3)},
                                                        {"a", "\xff"},
                                                        {"a", std::string((256U << 10) + 1, 'a')},
                                                        {std::string(201, 'a'), "a"}}) {
    const auto refused = instructions->give(kCoordinator, d1, subject, text, clock.now());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::kBadInput);
  }
  EXPECT_THAT(subjects(kCoordinator), ElementsAre("一"));
}

TEST_F(SupervisionStores, AnInstructionCannotBeChangedOrTakenOut) {
  const auto given = give(kCoordinator, d1, "一");
  {
    auto tx = sql::Transaction::write(*db).value();
    EXPECT_FALSE(tx.run("UPDATE instruction SET delegate = 'otsu'"));
  }
  {
    auto tx = sql::Transaction::write(*db).value();
    EXPECT_FALSE(tx.run("DELETE FROM instruction"));
  }
  EXPECT_TRUE(instructions->load(kCoordinator, given.id));
  // Whoever goes for the event itself breaks its hash.
  auto tx = sql::Transaction::write(*db).value();
  ASSERT_TRUE(tx.run(testing::test_server() == nullptr
                         ? "DROP TRIGGER audit_event_update"
                         : "DROP TRIGGER audit_event_update ON audit_event"));
  ASSERT_TRUE(tx.run("UPDATE audit_event SET body = replace(body, '本文', '別文')"));
  ASSERT_TRUE(tx.commit());
  EXPECT_EQ(instructions->load(kCoordinator, given.id).error().code, Errc::kCorrupt);
  EXPECT_EQ(instructions->list(kCoordinator, {}).error().code, Errc::kCorrupt);
}

TEST_F(SupervisionStores, TheLastStatementOfASideCounts) {
  using identity::FieldId;
  auto s1 = made_snapshot("S1", "kou", "callco", "D1", "S0");
  s1.records = 500;
  s1.on = parse_day("2026-07-01").value();
  s1.items = {FieldId::kRef, FieldId::kName};
  registry::Statement statement{"callco", s1.on, 499, {FieldId::kName, FieldId::kRef}};
  ASSERT_TRUE(statements->state(party("callco"), d1, s1, statement, clock.now()));
  statement.records = (1ULL << 53) + 1;
  ASSERT_TRUE(statements->state(party("callco"), d1, s1, statement, clock.now()));
  reopen();
  auto latest = statements->latest().value();
  ASSERT_EQ(latest.size(), 1U);
  EXPECT_EQ(latest[0].snapshot, "S1");
  EXPECT_EQ(latest[0].statement.records, (1ULL << 53) + 1) << "exact, whatever JSON does";
  EXPECT_EQ(latest[0].statement.items, statement.items);

  const registry::Registry ledger({{"kou", "甲", {}}, {"callco", "丙", {}}}, {d1}, {s1});
  auto merged = registry::with_statements(ledger, latest);
  EXPECT_THAT(merged.snapshots()[0].confirmed, IsEmpty()) << "it states something else";
  ASSERT_EQ(merged.findings(s1.on).size(), 4U);  // mismatch, two unconfirmed sides, unencrypted
  statement.records = 500;
  ASSERT_TRUE(statements->state(kCoordinator, d1, s1, statement, clock.now()));
  merged = registry::with_statements(ledger, statements->latest().value());
  EXPECT_THAT(merged.snapshots()[0].confirmed, ElementsAre("callco"));

  statement.by = "kou";
  EXPECT_EQ(statements->state(party("callco"), d1, s1, statement, clock.now()).error().code,
            Errc::kForbidden);
  EXPECT_EQ(statements->state(Viewer("a", Role::kAuditor, ""), d1, s1, statement, clock.now())
                .error()
                .code,
            Errc::kForbidden);
  statement.by = "otsu";
  EXPECT_EQ(statements->state(party("otsu"), d1, s1, statement, clock.now()).error().code,
            Errc::kBadInput);
  EXPECT_EQ(statements->latest().value().size(), 1U);
}

constexpr std::string_view kLog =
    "件数,作業者,備考,日時,データ,操作\r\n"
    "10,試験一郎,x,2026-07-01 09:00:00,顧客一覧,閲覧\r\n"
    "20,試験花子,x,2026/7/2 9:05,顧客一覧,書出し\r\n"
    "30,試験一郎,x,2026-07-03T00:00:00Z,請求,閲覧\r\n";

TEST_F(SupervisionStores, AccessLogsAreFoundByWorkerDataSetAndTime) {
  const auto log = add(kLog);
  ASSERT_TRUE(log) << log.error().detail;
  EXPECT_EQ(log.value().rows, 3U);
  EXPECT_EQ(format_jst(log.value().first), "2026-07-01 09:00:00 JST");
  EXPECT_EQ(format_jst(log.value().last), "2026-07-03 09:00:00 JST");
  reopen();
  EXPECT_THAT(workers({}), ElementsAre("試験一郎 顧客一覧", "試験花子 顧客一覧", "試験一郎 請求"));
  AccessQuery query;
  query.worker = "試験一郎";
  EXPECT_THAT(workers(query), ElementsAre("試験一郎 顧客一覧", "試験一郎 請求"));
  query.data_set = "請求";
  EXPECT_THAT(workers(query), ElementsAre("試験一郎 請求"));
  query = {};
  query.from = jst_midnight(parse_day("2026-07-02").value());
  query.until = *registry::parse_access_time("2026-07-03 09:00:00");
  EXPECT_THAT(workers(query), ElementsAre("試験花子 顧客一覧")) << "the end is not included";
  query = {};
  query.delegation = "D2";
  EXPECT_THAT(workers(query), IsEmpty());
  query = {};
  query.limit = 2;
  const auto more = logs->query(kCoordinator, query, clock.now(), [](const auto&, const auto&) {});
  EXPECT_TRUE(more.value());
  query.limit = 3;
  EXPECT_FALSE(
      logs->query(kCoordinator, query, clock.now(), [](const auto&, const auto&) {}).value());
}

TEST_F(SupervisionStores, TheSameLogInShiftJisGivesTheSameRowsHoweverItIsCut) {
  const auto sjis = text::encode(kLog, text::Charset::kShiftJis);
  for (const std::size_t piece : {1U, 2U, 3U, 64U, 100'000U}) {
    const auto d = made_delegation("P" + std::to_string(piece), "kou", "kou", "callco");
    const auto log = add(sjis, piece, &d);
    ASSERT_TRUE(log) << log.error().detail;
    AccessQuery query;
    query.delegation = d.id;
    EXPECT_THAT(workers(query),
                ElementsAre("試験一郎 顧客一覧", "試験花子 顧客一覧", "試験一郎 請求"));
  }
}

TEST_F(SupervisionStores, ALogIsAddedOnceAndKeptSealed) {
  ASSERT_TRUE(add(kLog));
  EXPECT_EQ(add(kLog).error().code, Errc::kExists);
  EXPECT_TRUE(add(kLog, 7, &d2)) << "another delegation may have the same";
  for (const auto& file : std::filesystem::directory_iterator(folder.path() / "access-logs")) {
    std::stringstream all;
    all << std::ifstream(file.path(), std::ios::binary).rdbuf();
    EXPECT_THAT(all.str(), Not(HasSubstr("試験")));
    EXPECT_THAT(file.path().filename().string(), ::testing::StartsWith("LOG-"));
  }
  auto tx = sql::Transaction::read(*db).value();
  const auto bodies = tx.column<std::string>("SELECT body FROM audit_event").value();
  ASSERT_EQ(bodies.size(), 2U);
  for (const auto& body : bodies) EXPECT_THAT(body, Not(HasSubstr("試験")));
}

TEST_F(SupervisionStores, BadRowsRefuseTheWholeLogWithTheirLines) {
  const auto refused =
      add("worker,time,data_set,operation,count\n"
          "w1,2026-07-01 09:00,a,read,1\n"
          ",2026-07-01 09:00,a,read,1\n"
          "w1,2026-02-29 09:00,a,read,1\n"
          "w1,2026-07-01 24:00,a,read,1\n"
          "w1,2026-07-01 09:00,a,read,-1\n"
          "w1,2026-07-01 09:00,a,read\n"
          "w1,2026-07-01 09:00,a,read,1\n");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kBadInput);
  EXPECT_EQ(refused.error().detail,
            "log.csv:3: worker\nlog.csv:4: time\nlog.csv:5: time\nlog.csv:6: count\nlog.csv:7: "
            "count");
  EXPECT_THAT(refused.error().detail_ja, HasSubstr("log.csv:4: 日時"));
  EXPECT_THAT(logs->list(kCoordinator, "").value(), IsEmpty());
  std::size_t left = 0;
  for ([[maybe_unused]] const auto& f :
       std::filesystem::directory_iterator(folder.path() / "access-logs"))
    ++left;
  EXPECT_EQ(left, 0U) << "nothing half is left";

  std::string many = "worker,time,data_set,operation,count\n";
  for (int i = 0; i < 150; ++i) many += "w,x,a,read,1\n";
  EXPECT_THAT(add(many).error().detail, ::testing::EndsWith("log.csv:101: time\n… and 50 more"));
  EXPECT_THAT(add("worker,time,data_set,operation\n").error().detail, HasSubstr("no column count"));
  EXPECT_THAT(add("worker,user,time,data_set,operation,count\n").error().detail,
              HasSubstr("two columns are worker"));
  EXPECT_THAT(add("worker,time,data_set,operation,count\n").error().detail,
              HasSubstr("no row at all"));
  EXPECT_FALSE(add(""));
  EXPECT_FALSE(add("worker,time,data_set,operation,count\n\"w1,2026-07-01 09:00,a,read,1\n"));
}

TEST_F(SupervisionStores, AnAlteredOrCutLogIsKnownAsSuch) {
  std::string big = "worker,time,data_set,operation,count\n";
  for (int i = 0; i < 6000; ++i)
    big += "w" + std::to_string(i) + ",2026-07-01 09:00:00,data,read," + std::to_string(i) + "\n";
  const auto log = add(big, 1000).value();
  EXPECT_EQ(workers({}).size(), 6000U);
  const auto path = folder.path() / "access-logs" / log.id;
  std::stringstream all;
  all << std::ifstream(path, std::ios::binary).rdbuf();
  const auto whole = all.str();
  ASSERT_GT(whole.size(), 150'000U) << "more than two blocks";
  const auto reads = [&](const std::string& content) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
    return logs->query(kCoordinator, {}, clock.now(), [](const auto&, const auto&) {});
  };
  ASSERT_TRUE(reads(whole));
  for (const std::size_t at :
       {std::size_t{0}, std::size_t{9}, std::size_t{45}, whole.size() / 2, whole.size() - 1}) {
    auto altered = whole;
    altered[at] = static_cast<char>(altered[at] ^ 1);
    EXPECT_EQ(reads(altered).error().code, Errc::kCorrupt) << at;
  }
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{40}, whole.size() / 2, whole.size() - 30, whole.size() - 1}) {
    EXPECT_EQ(reads(whole.substr(0, size)).error().code, Errc::kCorrupt) << size;
  }
  EXPECT_EQ(reads(whole + "x").error().code, Errc::kCorrupt);
  std::filesystem::remove(path);
  EXPECT_FALSE(logs->query(kCoordinator, {}, clock.now(), [](const auto&, const auto&) {}));
}

TEST_F(SupervisionStores, OnlyCoordinatorsLookAndEveryLookIsOnRecord) {
  ASSERT_TRUE(add(kLog));
  for (const auto& viewer : {party("kou"), Viewer("a", Role::kAuditor, ""),
                             Viewer("o", Role::kOperator, ""), Viewer("d", Role::kDesk, "")}) {
    EXPECT_EQ(logs->list(viewer, "").error().code, Errc::kForbidden);
    EXPECT_EQ(logs->query(viewer, {}, clock.now(), [](const auto&, const auto&) {}).error().code,
              Errc::kForbidden);
  }
  AccessQuery query;
  query.worker = "試験一郎";
  query.purpose = "原因の調査";
  (void)workers(query);
  const auto events = make_audit_log(db)->read("access-logs").value();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].kind, "access_log.queried");
  EXPECT_THAT(events[0].body, HasSubstr("原因の調査"));
  EXPECT_THAT(events[0].body, Not(HasSubstr("試験一郎"))) << "the names of people stay out";
}

TEST(AccessTimes, AreThoseOfJapanUnlessTheySayOtherwise) {
  const auto time = [](std::string_view text) {
    const auto t = registry::parse_access_time(text);
    return t ? format_utc(*t) : std::string();
  };
  EXPECT_EQ(time("2026-07-01 09:15:00"), "2026-07-01T00:15:00.000000Z");
  EXPECT_EQ(time("2026/7/1 9:15"), "2026-07-01T00:15:00.000000Z");
  EXPECT_EQ(time("2026-07-01T09:15:00.5"), "2026-07-01T00:15:00.500000Z");
  EXPECT_EQ(time("2026-07-01T09:15:00.123456Z"), "2026-07-01T09:15:00.123456Z");
  EXPECT_EQ(time("2026-07-01T09:15:00-05:30"), "2026-07-01T14:45:00.000000Z");
  EXPECT_EQ(time("2024-02-29 00:00"), "2024-02-28T15:00:00.000000Z");
  for (const char* wrong :
       {"", "2026-07-01", "2026-02-29 09:00", "2026-13-01 09:00", "2026-07-01 9", "26-07-01 09:00",
        "2026-07/01 09:00", "2026-07-01 09:60", "2026-07-01 09:00:60", "2026-07-01 09:00x",
        "2026-07-01 09:00:00.", "2026-07-01 09:00:00.1234567", "2026-07-01 09:00+25:00",
        "1969-12-31 09:00", "2026-0-01 09:00", "2026-07-00 09:00"}) {
    EXPECT_EQ(time(wrong), "") << wrong;
  }
}

}  // namespace
}  // namespace hitokoe::storage
