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

TEST(Schema, NamesAreUniqueAndAllStepsRun) {
  std::set<std::string_view> names;
  for (const auto& migration : all_migrations())
    EXPECT_TRUE(names.insert(migration.name).second) << migration.name;
  auto db = Database::open_in_memory();
  EXPECT_TRUE(db) << (db ? "" : db.error().detail);
}

}  // namespace
}  // namespace hitokoe::storage::sql
