#include "storage/sql/migration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <set>
#include <thread>

#include "storage/sql/database.h"
#include "storage/sql/session.h"
#include "tests/scratch_folder.h"

namespace hitokoe::storage::sql {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const Migration kFirst{"first", {"CREATE TABLE a (x INTEGER)", "INSERT INTO a VALUES (1)"}};
const Migration kSecond{"second", {"CREATE TABLE b (x INTEGER)", "INSERT INTO a VALUES (2)"}};
const Migration kBetween{"between", {"CREATE TABLE c (x INTEGER)"}};
const Migration kBroken{"second", {"CREATE TABLE b (x INTEGER)", "INSERT INTO nowhere VALUES (2)"}};

class Migrations : public ::testing::Test {
 protected:
  Result<std::shared_ptr<Database>> open(std::vector<Migration> migrations) {
    return Database::Impl::open(folder_.path() / "t.db", migrations);
  }
  static std::vector<std::string> names(Database& db) {
    auto tx = Transaction::read(db).value();
    return tx.column<std::string>("SELECT name FROM schema_migration ORDER BY position").value();
  }
  static std::vector<std::string> tables(Database& db) {
    auto tx = Transaction::read(db).value();
    return tx
        .column<std::string>(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND length(name) "
            "= 1 ORDER BY name")
        .value();
  }

  ScratchFolder folder_;
};

TEST_F(Migrations, RunOnceInOrder) {
  {
    auto db = open({kFirst}).value();
    EXPECT_THAT(names(*db), ElementsAre("first"));
  }
  auto db = open({kFirst, kSecond}).value();
  EXPECT_THAT(names(*db), ElementsAre("first", "second"));
  auto tx = Transaction::read(*db).value();
  EXPECT_THAT(tx.column<std::int64_t>("SELECT x FROM a").value(), ElementsAre(1, 2));
}

TEST_F(Migrations, AStepThatWasAddedInTheMiddleRunsToo) {
  ASSERT_TRUE(open({kFirst, kSecond}));
  auto db = open({kFirst, kBetween, kSecond}).value();
  EXPECT_THAT(names(*db), ElementsAre("first", "second", "between"));
}

TEST_F(Migrations, AHalfRunStepRollsBack) {
  auto broken = open({kFirst, kBroken});
  ASSERT_FALSE(broken);
  EXPECT_THAT(broken.error().detail, HasSubstr("\"second\""));
  auto db = open({kFirst, kSecond}).value();
  EXPECT_THAT(tables(*db), ElementsAre("a", "b"));
}

TEST_F(Migrations, ANewerDatabaseIsRefusedWithBothVersionsNamed) {
  ASSERT_TRUE(open({kFirst, kSecond}));
  auto older = open({kFirst});
  ASSERT_FALSE(older);
  EXPECT_EQ(older.error().code, Errc::kCorrupt);
  EXPECT_THAT(older.error().detail, HasSubstr("version 2 (second)"));
  EXPECT_THAT(older.error().detail, HasSubstr("version 1 (first)"));
}

TEST_F(Migrations, AStepThatWasChangedAfterItRanIsRefused) {
  ASSERT_TRUE(open({kFirst}));
  auto changed = open({{"first", {"CREATE TABLE a (x TEXT)"}}});
  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().code, Errc::kCorrupt);
  EXPECT_THAT(changed.error().detail, HasSubstr("\"first\""));
}

TEST_F(Migrations, AForeignFileIsRefusedUntouched) {
  const auto file = folder_.path() / "t.db";
  std::ofstream(file) << std::string(5000, 'x');
  EXPECT_EQ(open({kFirst}).error().code, Errc::kCorrupt);
  EXPECT_EQ(std::filesystem::file_size(file), 5000U);
}

TEST_F(Migrations, AnotherProgramsDatabaseIsRefused) {
  {
    auto db = open({}).value();
    auto tx = Transaction::write(*db).value();
    ASSERT_TRUE(tx.run("CREATE TABLE z (x INTEGER)"));
    ASSERT_TRUE(tx.commit());
  }
  {
    // The application id stands at byte 68 of the file (SQLite file format, 1.3).
    std::fstream raw(folder_.path() / "t.db", std::ios::in | std::ios::out | std::ios::binary);
    raw.seekp(68);
    raw.write("\0\0\0\0", 4);
  }
  auto result = open({kFirst});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::kCorrupt);
  EXPECT_THAT(result.error().detail, HasSubstr("not one of hitokoe"));
}

TEST_F(Migrations, ManyOpenersAtOnceRunEachStepOnce) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([this] {
      auto db = open({kFirst, kSecond});
      EXPECT_TRUE(db) << (db ? "" : db.error().detail);
    });
  }
  for (auto& thread : threads) thread.join();
  auto db = open({kFirst, kSecond}).value();
  EXPECT_THAT(names(*db), ElementsAre("first", "second"));
}

TEST_F(Migrations, TheFileIsForItsOwnerOnlyAndInWalMode) {
  auto db = open({kFirst}).value();
  struct stat info {};
  for (const auto* name : {"t.db", "t.db-wal"}) {
    ASSERT_EQ(::stat((folder_.path() / name).c_str(), &info), 0) << name;
    EXPECT_EQ(info.st_mode & 0777, 0600U) << name;
  }
  auto tx = Transaction::read(*db).value();
  EXPECT_EQ(tx.value<std::string>("PRAGMA journal_mode").value(), "wal");
  EXPECT_EQ(tx.value<std::int64_t>("PRAGMA synchronous").value(), 2) << "FULL";
  EXPECT_EQ(tx.value<std::int64_t>("PRAGMA foreign_keys").value(), 1);
  EXPECT_EQ(tx.value<std::int64_t>("PRAGMA busy_timeout").value(), 10'000);
}

TEST_F(Migrations, AFolderThatIsNotThereIsAnError) {
  auto result = Database::open(folder_.path() / "nowhere" / "t.db");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::kIo);
}

// A campaign of the release before: contacts in the customers' rows, persons by an index.
TEST(Schema, ACampaignOfBeforeKeepsContactsPersonsCountsAndExclusions) {
  const ScratchFolder folder;
  const auto file = folder.path() / "old.db";
  auto before = all_migrations();
  std::erase_if(before, [](const Migration& m) {
    return std::string_view(m.name) == "campaign_scale" ||
           std::string_view(m.name) == "campaign_carriers";
  });
  {
    auto db = Database::Impl::open(file, before).value();
    auto tx = Transaction::write(*db).value();
    for (const auto* sql :
         {"INSERT INTO campaign (id, incident, state, version, revision, spec, data_key, created) "
          "VALUES ('CMP-1', 'INC-1', 'frozen', 1, 3, '{}', x'00', 1)",
          "INSERT INTO campaign_subject (campaign, controller, u, items, leaked_rows, contact, "
          "unresolved, person, salt) VALUES "
          "('CMP-1', 'kou', x'01', x'0b', x'', x'aa', 0, 'P1', x'05'), "
          "('CMP-1', 'otsu', x'02', x'0b', x'', NULL, 1, 'P1', x'06'), "
          "('CMP-1', 'otsu', x'03', x'0b', x'', x'bb', 0, 'P2', x'07'), "
          "('CMP-1', 'otsu', x'04', x'0b', x'', NULL, 0, NULL, NULL)",
          "INSERT INTO campaign_recipient (campaign, person, version, salt, controller, u, state, "
          "run, attempts, code, reply, settled_by, settled, event) VALUES "
          "('CMP-1', 'P1', 1, x'00', 'kou', x'01', 'excluded', '', 0, 0, 'deceased', 'a', 9, 1), "
          "('CMP-1', 'P2', 1, x'00', 'otsu', x'03', 'pending', '', 3, 0, '', '', NULL, 1)"})
      ASSERT_TRUE(tx.run(sql)) << sql;
    ASSERT_TRUE(tx.commit());
  }
  auto db = Database::Impl::open(file, all_migrations()).value();
  auto tx = Transaction::read(*db).value();
  const auto column = [&](const char* sql) { return tx.column<std::string>(sql).value(); };
  EXPECT_THAT(column("SELECT controller || hex(u) || hex(contact) FROM campaign_contact"),
              ElementsAre("kou01AA", "otsu03BB"));
  EXPECT_THAT(column("SELECT person || controller || hex(u) FROM campaign_member"),
              ElementsAre("P1kou01", "P1otsu02", "P2otsu03"));
  EXPECT_THAT(column("SELECT controller || hex(u) || reason || decided_by || at FROM "
                     "campaign_exclusion"),
              ElementsAre("kou01deceaseda9", "otsu02deceaseda9"));
  EXPECT_THAT(column("SELECT controller || what || n FROM campaign_carrier_tally"),
              ElementsAre("excluded1", "pending1", "retried2", "kouexcluded1", "otsuexcluded1",
                          "otsupending1", "otsuretried2"));
  EXPECT_THAT(column("SELECT controller || customers FROM campaign_customers"),
              ElementsAre("kou1", "otsu3"));
  EXPECT_THAT(column("SELECT name FROM pragma_table_info('campaign_subject') WHERE name = "
                     "'contact'"),
              ElementsAre());
}

// Somebody forgot to stop the daemon: it would count everybody and no carrier.
TEST(Schema, AProgramOfBeforeThatStillRunsFailsInsteadOfCountingWrong) {
  const ScratchFolder folder;
  const auto file = folder.path() / "old.db";
  auto before = all_migrations();
  std::erase_if(before, [](const Migration& m) { return m.name == "campaign_carriers"; });
  const auto old = Database::Impl::open(file, before).value();
  const auto count = [&]() -> Result<void> {
    TRY(auto tx, Transaction::write(*old));
    TRYV(tx.run(
        "INSERT INTO campaign (id, incident, state, version, revision, spec, data_key, "
        "created) VALUES ('CMP-1', 'INC-1', 'frozen', 1, 1, '{}', x'00', 1) ON CONFLICT (id) "
        "DO UPDATE SET revision = campaign.revision + 1"));
    TRYV(
        tx.run("INSERT INTO campaign_tally (campaign, state, persons) VALUES ('CMP-1', 'pending', "
               "1) ON CONFLICT (campaign, state) DO UPDATE SET persons = campaign_tally.persons + "
               "excluded.persons"));
    return tx.commit();
  };
  for (int i = 0; i < 2; ++i) {
    const auto done = count();
    ASSERT_TRUE(done) << done.error().detail;
  }
  const auto now = Database::Impl::open(file, all_migrations()).value();
  EXPECT_FALSE(count());
  auto tx = Transaction::read(*now).value();
  EXPECT_EQ(tx.value<std::int64_t>("SELECT revision FROM campaign").value(), 2)
      << "nothing of what it wrote is there";
}

TEST(Schema, NamesAreUniqueAndAllStepsRun) {
  std::set<std::string_view> names;
  for (const auto& migration : all_migrations())
    EXPECT_TRUE(names.insert(migration.name).second) << migration.name;
  auto db = Database::open_in_memory();
  EXPECT_TRUE(db) << (db ? "" : db.error().detail);
}

}  // namespace
}  // namespace hitokoe::storage::sql
