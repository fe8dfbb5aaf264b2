#include "storage/sql/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cmath>
#include <csignal>
#include <limits>
#include <thread>

#include "hitokoe/base/crypto/digest.h"
#include "tests/database_under_test.h"
#include "tests/scratch_folder.h"

namespace hitokoe::storage::sql {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class Session : public ::testing::Test {
 protected:
  void SetUp() override {
    db_ = testing::open_database(folder_.path() / "t.db").value();
    auto tx = Transaction::write(*db_).value();
    ASSERT_TRUE(
        tx.run_schema("CREATE TABLE t (id INTEGER PRIMARY KEY, i INTEGER, r REAL, s TEXT UNIQUE, "
                      "b BLOB) STRICT"));
    ASSERT_TRUE(
        tx.run_schema("CREATE TABLE child (t INTEGER NOT NULL REFERENCES t (id), "
                      "n INTEGER CHECK (n > 0)) STRICT"));
    ASSERT_TRUE(tx.commit());
  }

  std::int64_t count() {
    auto tx = Transaction::read(*db_).value();
    return tx.value<std::int64_t>("SELECT count(*) FROM t").value().value();
  }

  ScratchFolder folder_;
  std::shared_ptr<Database> db_;
};

TEST_F(Session, GivesBackEveryKindOfValueAsItWasPut) {
  using Row = std::tuple<std::optional<std::int64_t>, std::optional<double>,
                         std::optional<std::string>, std::optional<Bytes>>;
  Bytes all_bytes(256);
  for (std::size_t i = 0; i < 256; ++i) all_bytes[i] = static_cast<std::uint8_t>(i);
  const std::vector<Row> rows = {
      {0, 0.0, "", Bytes{}},
      {std::numeric_limits<std::int64_t>::min(), -1.5e300, "甲通信株式会社", Bytes{0}},
      {std::numeric_limits<std::int64_t>::max(), 0.1, "a'b\"c;--\n:x ?1", all_bytes},
      {std::nullopt, std::nullopt, std::nullopt, std::nullopt},
      {-1, std::numeric_limits<double>::denorm_min(),
       testing::test_server() == nullptr ? std::string("nul\0in it", 9) : "no nul",
       Bytes(300'000, 7)},
      {7, 1.0 / 3.0, std::string(200'000, 'x'), Bytes{1, 2}},
  };
  auto tx = Transaction::write(*db_).value();
  for (const auto& [i, r, s, b] : rows) {
    ASSERT_EQ(tx.run("INSERT INTO t (i, r, s, b) VALUES (:i, :r, :s, :b)", i, r, s, b).value(), 1U);
  }
  auto found =
      tx.rows<std::optional<std::int64_t>, std::optional<double>, std::optional<std::string>,
              std::optional<Bytes>>("SELECT i, r, s, b FROM t ORDER BY id")
          .value();
  ASSERT_EQ(found.size(), rows.size());
  for (std::size_t k = 0; k < rows.size(); ++k) {
    EXPECT_EQ(std::get<0>(found[k]), std::get<0>(rows[k])) << k;
    EXPECT_EQ(std::get<1>(found[k]), std::get<1>(rows[k])) << k;
    EXPECT_EQ(std::get<2>(found[k]), std::get<2>(rows[k])) << k;
    EXPECT_EQ(std::get<3>(found[k]), std::get<3>(rows[k])) << k;
  }
}

TEST_F(Session, KeepsAnEmptyBlobApartFromNull) {
  auto tx = Transaction::write(*db_).value();
  ASSERT_TRUE(tx.run_schema("CREATE TABLE loose (id INTEGER PRIMARY KEY, b BLOB) STRICT"));
  ASSERT_TRUE(tx.run("INSERT INTO loose (b) VALUES (:b)", Bytes{}));
  ASSERT_TRUE(tx.run("INSERT INTO loose (b) VALUES (:b)", std::optional<Bytes>()));
  EXPECT_EQ(tx.column<std::optional<Bytes>>("SELECT b FROM loose ORDER BY id").value(),
            (std::vector<std::optional<Bytes>>{Bytes{}, std::nullopt}));
}

TEST_F(Session, AStatementUsedAgainForgetsItsOldValues) {
  auto tx = Transaction::write(*db_).value();
  for (const std::size_t size : {5U, 100'000U, 1U, 3U}) {
    ASSERT_TRUE(tx.run("INSERT INTO t (s, b) VALUES (:s, :b)", std::string(size, 's'),
                       Bytes(size, static_cast<std::uint8_t>(size))));
  }
  ASSERT_TRUE(tx.run("INSERT INTO t (s, b) VALUES (:s, :b)", std::nullopt, std::optional<Bytes>()));
  EXPECT_THAT(tx.column<std::int64_t>("SELECT coalesce(length(b), -1) FROM t ORDER BY id").value(),
              ElementsAre(5, 100'000, 1, 3, -1));
}

TEST_F(Session, ReadsTimesAndDigests) {
  const UtcTime at{Duration(1'234'567'890'123'456)};
  const auto digest = crypto::sha256(as_bytes("x"));
  const auto day = parse_day("1969-12-31").value();
  auto tx = Transaction::write(*db_).value();
  ASSERT_TRUE(tx.run("INSERT INTO t (i, b) VALUES (:i, :b)", at, digest));
  ASSERT_TRUE(tx.run("INSERT INTO t (i) VALUES (:i)", day));
  ASSERT_TRUE(tx.run("INSERT INTO t (i) VALUES (:i)", ~std::uint64_t{0}));
  auto first = tx.row<UtcTime, crypto::Digest>("SELECT i, b FROM t WHERE id = 1").value();
  ASSERT_TRUE(first);
  EXPECT_EQ(std::get<0>(*first), at);
  EXPECT_EQ(std::get<1>(*first), digest);
  EXPECT_EQ(tx.value<JstDay>("SELECT i FROM t WHERE id = 2").value(), day);
  EXPECT_EQ(tx.value<std::uint64_t>("SELECT i FROM t WHERE id = 3").value(), ~std::uint64_t{0});
}

TEST_F(Session, RefusesAColumnThatIsNotWhatWasAskedFor) {
  auto tx = Transaction::write(*db_).value();
  ASSERT_TRUE(tx.run("INSERT INTO t (i, b) VALUES (300, :b)", Bytes{1, 2, 3}));
  EXPECT_EQ(tx.value<std::uint8_t>("SELECT i FROM t").error().code, Errc::kCorrupt);
  EXPECT_EQ(tx.value<bool>("SELECT i FROM t").error().code, Errc::kCorrupt);
  EXPECT_EQ(tx.value<std::string>("SELECT s FROM t").error().code, Errc::kCorrupt);
  EXPECT_EQ(tx.value<crypto::Digest>("SELECT b FROM t").error().code, Errc::kCorrupt);
  EXPECT_EQ(tx.value<std::uint16_t>("SELECT i FROM t").value(), 300);
}

TEST_F(Session, WhatIsNotCommittedIsGone) {
  {
    auto tx = Transaction::write(*db_).value();
    ASSERT_TRUE(tx.run("INSERT INTO t (i) VALUES (1)"));
  }
  EXPECT_EQ(count(), 0);
  {
    auto tx = Transaction::write(*db_).value();
    ASSERT_TRUE(tx.run("INSERT INTO t (i) VALUES (1)"));
    // A server does not give a number again that was lost with a transaction.
    EXPECT_EQ(tx.last_id().value(), testing::test_server() == nullptr ? 1 : 2);
    ASSERT_TRUE(tx.commit());
    EXPECT_EQ(tx.run("INSERT INTO t (i) VALUES (2)").error().code, Errc::kInternal);
  }
  EXPECT_EQ(count(), 1);
}

TEST_F(Session, ABrokenRuleIsAConflictAndTheTransactionGoesOn) {
  auto tx = Transaction::write(*db_).value();
  ASSERT_TRUE(tx.run("INSERT INTO t (s) VALUES (:s)", "秘密の値"));
  auto twice = tx.run("INSERT INTO t (s) VALUES (:s)", "秘密の値");
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().code, Errc::kConflict);
  EXPECT_THAT(twice.error().detail, AnyOf(HasSubstr("t.s"), HasSubstr("t_s_key")));
  EXPECT_THAT(twice.error().detail, Not(HasSubstr("秘密")));
  EXPECT_EQ(tx.run("INSERT INTO child VALUES (99, 1)").error().code, Errc::kConflict);
  ASSERT_TRUE(tx.commit());
  EXPECT_EQ(count(), 1);
}

TEST_F(Session, ManyRowsGoThroughOneStatement) {
  auto tx = Transaction::write(*db_).value();
  int left = 1000;  // more than a server is given at once
  const auto insert = [&](std::vector<Value>& row) {
    if (left-- == 0) return false;
    row.clear();
    row.emplace_back(left);
    row.emplace_back(left % 3 == 0 ? std::optional<std::string>() : "s" + std::to_string(left));
    row.emplace_back(Bytes(static_cast<std::size_t>(left), 7));
    return true;
  };
  EXPECT_EQ(tx.run_each("INSERT INTO t (i, s, b) VALUES (:i, :s, :b)", insert).value(), 1000U);
  EXPECT_EQ(tx.value<std::int64_t>("SELECT sum(i) FROM t").value(), 999 * 1000 / 2);
  EXPECT_EQ(tx.value<std::int64_t>("SELECT sum(length(b)) FROM t").value(), 999 * 1000 / 2);
  EXPECT_EQ(tx.value<std::int64_t>("SELECT count(s) FROM t").value(), 666);
  EXPECT_EQ(tx.run_each("DELETE FROM t WHERE i < :i", [](auto&) { return false; }).value(), 0U);
  int below = 0;
  const auto drop = [&](std::vector<Value>& row) {
    row = {Value(below)};
    return ++below <= 600;  // one row each, but for the first, which finds nothing
  };
  EXPECT_EQ(tx.run_each("DELETE FROM t WHERE i < :i", drop).value(), 599U);
  ASSERT_TRUE(tx.commit());
  EXPECT_EQ(count(), 401);
}

TEST_F(Session, OfManyRowsWithOneBrokenRuleNoneIsKept) {
  {
    auto tx = Transaction::write(*db_).value();
    ASSERT_TRUE(tx.run("INSERT INTO t (s) VALUES ('before')"));
    int next = 0;
    const auto insert = [&](std::vector<Value>& row) {
      row = {Value("s" + std::to_string(++next % 700))};
      return next <= 1500;
    };
    const auto twice = tx.run_each("INSERT INTO t (s) VALUES (:s)", insert);
    ASSERT_FALSE(twice);
    EXPECT_EQ(twice.error().code, Errc::kConflict);
    EXPECT_EQ(tx.run("INSERT INTO t (s) VALUES ('after')").error().code, Errc::kConflict);
    EXPECT_EQ(tx.commit().error().code, Errc::kConflict);
  }
  EXPECT_EQ(count(), 0);
  auto tx = Transaction::write(*db_).value();
  EXPECT_TRUE(tx.run("INSERT INTO t (s) VALUES ('after')"));
  ASSERT_TRUE(tx.commit());
  EXPECT_EQ(count(), 1);
}

TEST_F(Session, AWrongStatementLosesTheTransactionWithoutTellingValues) {
  auto tx = Transaction::write(*db_).value();
  ASSERT_TRUE(tx.run("INSERT INTO t (s) VALUES ('a')"));
  auto wrong = tx.run("INSERT INTO child VALUES (1, :n)", -5);
  EXPECT_EQ(wrong.error().code, Errc::kInternal);
  EXPECT_EQ(tx.commit().error().code, Errc::kInternal);
  auto other = [&] {
    auto lost = std::move(tx);
    return lost.run("INSERT INTO t (s) VALUES (:s)", "秘密");
  }();
  EXPECT_EQ(other.error().code, Errc::kInternal);
  EXPECT_EQ(count(), 0);
  auto next = Transaction::write(*db_).value();
  auto unknown = next.run("INSERT INTO nowhere VALUES (:s)", "秘密");
  EXPECT_EQ(unknown.error().code, Errc::kInternal);
  EXPECT_THAT(unknown.error().detail, HasSubstr("nowhere"));
  EXPECT_THAT(unknown.error().detail, Not(HasSubstr("秘密")));
}

TEST_F(Session, TooFewOrTooManyValuesAreABugNotACrash) {
  auto tx = Transaction::write(*db_).value();
  EXPECT_EQ(tx.run("INSERT INTO t (i) VALUES (:i)", 1, 2).error().code, Errc::kInternal);
}

TEST_F(Session, EachMayRunTheSameStatementInside) {
  auto tx = Transaction::write(*db_).value();
  for (int i = 1; i <= 3; ++i) ASSERT_TRUE(tx.run("INSERT INTO t (i) VALUES (:i)", i));
  std::vector<std::int64_t> seen;
  constexpr const char* kSql = "SELECT i FROM t WHERE i >= :i ORDER BY i";
  ASSERT_TRUE((tx.each<std::int64_t>(
      [&](std::int64_t outer) -> Result<void> {
        TRY(auto inner, tx.column<std::int64_t>(kSql, outer));
        seen.insert(seen.end(), inner.begin(), inner.end());
        return ok();
      },
      kSql, 1)));
  EXPECT_THAT(seen, ElementsAre(1, 2, 3, 2, 3, 3));
}

TEST_F(Session, EachStopsAtTheFirstError) {
  auto tx = Transaction::write(*db_).value();
  for (int i = 1; i <= 3; ++i) ASSERT_TRUE(tx.run("INSERT INTO t (i) VALUES (:i)", i));
  int calls = 0;
  auto result = tx.each<std::int64_t>(
      [&](std::int64_t) -> Result<void> {
        ++calls;
        return fail(Errc::kCancelled, "enough", "enough");
      },
      "SELECT i FROM t");
  EXPECT_EQ(result.error().code, Errc::kCancelled);
  EXPECT_EQ(calls, 1);
  EXPECT_TRUE(tx.commit());
}

TEST_F(Session, ASecondTransactionInOneThreadIsRefusedInsteadOfHanging) {
  auto tx = Transaction::write(*db_).value();
  EXPECT_EQ(Transaction::read(*db_).error().code, Errc::kInternal);
}

TEST_F(Session, ThreadsTakeTurns) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this] {
      for (int i = 0; i < 25; ++i) {
        auto tx = Transaction::write(*db_).value();
        ASSERT_TRUE(tx.run("INSERT INTO t (i) SELECT coalesce(max(i), 0) + 1 FROM t"));
        ASSERT_TRUE(tx.commit());
      }
    });
  }
  for (auto& thread : threads) thread.join();
  auto tx = Transaction::read(*db_).value();
  EXPECT_EQ(tx.value<std::int64_t>("SELECT max(i) FROM t").value(), 100);
}

TEST_F(Session, TwoHandlesOnOneFileSeeEachOther) {
  auto other = testing::open_database(folder_.path() / "t.db").value();
  {
    auto tx = Transaction::write(*other).value();
    ASSERT_TRUE(tx.run("INSERT INTO t (i) VALUES (1)"));
    EXPECT_EQ(count(), 0) << "readers are not blocked, and see what was committed";
    ASSERT_TRUE(tx.commit());
  }
  EXPECT_EQ(count(), 1);
}

TEST_F(Session, AnotherProcessThatKeepsItLockedIsUnavailable) {
  auto other = testing::open_database(folder_.path() / "t.db").value();
  {
    auto tx = Transaction::read(*other).value();
    ASSERT_TRUE(tx.run("PRAGMA busy_timeout = 20"));  // of this handle; 10 s are long for a test
  }
  {
    auto tx = Transaction::write(*db_).value();
    const auto busy = Transaction::write(*other);
    ASSERT_FALSE(busy);
    EXPECT_EQ(busy.error().code, Errc::kUnavailable);
    EXPECT_TRUE(Transaction::read(*other)) << "reading goes on";
  }
  auto tx = Transaction::write(*other);
  EXPECT_TRUE(tx);
}

TEST_F(Session, AFullDiskIsAnErrorAndTheDatabaseLivesOn) {
  // A file size limit stands in for the full disk: the kernel refuses the same writes.
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit small = before;
  small.rlim_cur = 256 * 1024;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  Result<void> result = ok();
  for (int i = 0; i < 20 && result; ++i) {
    auto tx = Transaction::write(*db_).value();
    auto put = tx.run("INSERT INTO t (b) VALUES (:b)", Bytes(100'000, 1));
    result = put ? tx.commit() : Result<void>(outcome::failure(put.error()));
  }
  setrlimit(RLIMIT_FSIZE, &before);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::kIo);
  const auto kept = count();
  auto tx = Transaction::write(*db_).value();
  ASSERT_TRUE(tx.run("INSERT INTO t (b) VALUES (:b)", Bytes(100'000, 1)));
  ASSERT_TRUE(tx.commit());
  EXPECT_EQ(count(), kept + 1);
}

}  // namespace
}  // namespace hitokoe::storage::sql
