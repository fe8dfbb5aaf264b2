// PostgreSQL: what is refused, what a crash costs, moving there and back, and the suites of the
// ports run by their own programs against a real server.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <set>
#include <thread>

#include "hitokoe/crawler/frontier.h"
#include "hitokoe/incident/audit.h"
#include "hitokoe/storage/database_move.h"
#include "hitokoe/storage/sql.h"
#include "storage/sql/session.h"
#include "tests/integration/shell_run.h"
#include "tests/integration/testbed.h"
#include "tests/scratch_folder.h"

namespace hitokoe::storage {
namespace {

using sql::Transaction;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// One server for all cases; each has databases of its own.
class Postgres : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    server = new testing::Testbed("postgres");
    ASSERT_EQ(server->started(), 0) << server->said();
    ASSERT_TRUE(Database::open_server(fresh("base")));
  }
  static void TearDownTestSuite() {
    delete server;
    server = nullptr;
  }

  static std::string where(const std::string& name) {
    return "host=127.0.0.1 port=" + std::to_string(server->port()) + " user=hitokoe dbname=" + name;
  }
  static std::string fresh(const std::string& name) {
    return server->seed({"database", name}).at(0);
  }

  static std::string lines_of(const std::string& command) {
    FILE* pipe = ::popen(command.c_str(), "r");
    std::string all;
    char piece[256];
    while (std::fgets(piece, sizeof piece, pipe) != nullptr) all += piece;
    ::pclose(pipe);
    return all;
  }

  // One of the tests' programs, every case of it (or those of `only`) that is not of SQLite's own.
  static void run(const std::string& program, const std::string& leave_out = "",
                  const std::string& only = "") {
    const std::string log = scratch->file("log").string();
    const std::string command =
        "HITOKOE_TEST_SERVER='host=127.0.0.1 port=" + std::to_string(server->port()) +
        " user=hitokoe' " HITOKOE_BIN_DIR "/../tests/" + program + " --gtest_brief=1" +
        " '--gtest_filter=" + only + "-" + leave_out + "' >'" + log + "' 2>&1";
    const int status = std::system(command.c_str());
    std::stringstream said;
    said << std::ifstream(log).rdbuf();
    EXPECT_EQ(status, 0) << said.str();
    EXPECT_THAT(said.str(), HasSubstr("[  PASSED  ]"));
    EXPECT_THAT(said.str(), Not(HasSubstr("] 0 tests"))) << "nothing ran";
    const auto used =
        "psql -X -q -t -d '" + where("base") +
        "' -c \"SELECT 'used' FROM pg_database WHERE datname LIKE 't%' AND datname <> "
        "'template0' LIMIT 1\"";
    EXPECT_NE(lines_of(used), "") << "it ran on files";
  }

  struct Scratch {
    ScratchFolder folder;
    std::filesystem::path file(const std::string& name) const { return folder.path() / name; }
  };
  void SetUp() override { scratch = std::make_unique<Scratch>(); }

  static testing::Testbed* server;
  static std::unique_ptr<Scratch> scratch;
};

testing::Testbed* Postgres::server = nullptr;
std::unique_ptr<Postgres::Scratch> Postgres::scratch;

TEST_F(Postgres, SessionsAreAsWithSqlite) {
  // Damaged files, full disks and locks of files are SQLite's own; a text with a NUL is refused
  // here.
  run("storage_test",
      "Migrations.*:Schema.*:PostgresDialect.*:CaptureFiles*:CapturePurge*:CaptureVersions*:"
      "CaptureUse.*:"
      "Session.TwoHandlesOnOneFileSeeEachOther:Session."
      "AnotherProcessThatKeepsItLockedIsUnavailable:"
      "Session.AFullDiskIsAnErrorAndTheDatabaseLivesOn");
}

TEST_F(Postgres, TheAuditLogKeepsItsContract) { run("audit_log_contract_test"); }
TEST_F(Postgres, ContributionsKeepTheirContract) { run("contribution_store_contract_test"); }
TEST_F(Postgres, TheStoresKeepTheirContracts) { run("storage_contract_test", "Opened.*"); }

TEST_F(Postgres, IncidentsCampaignsAndTheDeskWorkOnIt) {
  run("incident_store_test", "Tampering.*:KnownLeaks.SealedCustomersThatWereChangedAreAnError");
  run("campaign_integration_test");
  run("campaign_channels_test");
  run("desk_service_test");
}

// Crawls with accounts, and the commands for these; what is found goes with its capture.
TEST_F(Postgres, AccountsSharesAndTheEndOfCapturesWorkOnIt) {
  run("crawler_integration_test", "", "AccountCommands.*:Club.*:SourceAccounts.*");
  run("service_unit_test", "", "ShareWatchTest.*:RetentionTest.*");
}

// Of each socket that is connected to the server: idle, interval, probes, and the time in
// milliseconds after which what was sent and not acknowledged ends the connection.
std::set<std::array<int, 4>> patience_of_sockets(int port) {
  std::set<std::array<int, 4>> out;
  for (int fd = 3; fd < 1024; ++fd) {
    sockaddr_in peer{};
    socklen_t size = sizeof peer;
    if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) != 0) continue;
    if (peer.sin_family != AF_INET || ntohs(peer.sin_port) != port) continue;
    std::array<int, 4> values{};
    std::size_t i = 0;
    for (const int option : {TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT, TCP_USER_TIMEOUT}) {
      socklen_t length = sizeof(int);
      EXPECT_EQ(::getsockopt(fd, IPPROTO_TCP, option, &values[i++], &length), 0);
    }
    int alive = 0;
    socklen_t length = sizeof alive;
    EXPECT_EQ(::getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &alive, &length), 0);
    EXPECT_EQ(alive, 1);
    out.insert(values);
  }
  return out;
}

TEST_F(Postgres, AServerThatVanishesIsGivenUpAndHowSoonCanBeSet) {
  const auto place = fresh("vanishing");
  {
    const auto db = Database::open_server(place).value();
    EXPECT_THAT(patience_of_sockets(server->port()), ElementsAre(std::array{10, 5, 3, 15'000}));
  }
  const auto db =
      Database::open_server(place + " keepalives_idle=77 tcp_user_timeout=9000").value();
  EXPECT_THAT(patience_of_sockets(server->port()), ElementsAre(std::array{77, 5, 3, 9'000}));
}

TEST_F(Postgres, ADatabaseInAnotherOrderOfTextsIsRefusedAndTheRightCommandNamed) {
  fresh("plain");
  const auto made = "psql -X -q -d '" + where("plain") +
                    "' -c \"CREATE DATABASE latin TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE "
                    "'C'\"";
  ASSERT_EQ(std::system(made.c_str()), 0);
  const auto opened = Database::open_server(where("latin"));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::kUnsupported);
  EXPECT_THAT(opened.error().text(Language::kEnglish), HasSubstr("TEMPLATE template0"));
}

TEST_F(Postgres, ADatabaseOfSomebodyElseIsRefusedUntouched) {
  const auto place = fresh("others");
  ASSERT_EQ(std::system(("psql -X -q -d '" + place + "' -c 'CREATE TABLE theirs (a int)'").c_str()),
            0);
  const auto opened = Database::open_server(place);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::kCorrupt);
}

TEST_F(Postgres, NoServerIsUnavailableAndNoPasswordIsShown) {
  const auto opened =
      Database::open_server("host=127.0.0.1 port=1 dbname=x user=u password=hunter2");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::kUnavailable);
  EXPECT_THAT(opened.error().text(Language::kEnglish), Not(HasSubstr("hunter2")));
}

// A server of its own: after a crash it syncs the files of all databases that it has.
TEST(PostgresCrash, WhatWasCommittedSurvivesAndTheNextTransactionConnectsAnew) {
  testing::Testbed server("postgres");
  ASSERT_EQ(server.started(), 0) << server.said();
  const auto db = Database::open_server(server.seed({"database", "crashing"}).at(0)).value();
  {
    auto tx = Transaction::write(*db).value();
    ASSERT_TRUE(tx.run_schema("CREATE TABLE kept (id INTEGER PRIMARY KEY, s TEXT) STRICT"));
    ASSERT_TRUE(tx.run("INSERT INTO kept (s) VALUES (:s)", "committed"));
    ASSERT_TRUE(tx.commit());
  }
  {
    auto tx = Transaction::write(*db).value();
    ASSERT_TRUE(tx.run("INSERT INTO kept (s) VALUES (:s)", "lost"));
    server.seed({"crash"});
    const auto done = tx.commit();
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Errc::kUnavailable) << done.error().text(Language::kEnglish);
  }
  auto tx = Transaction::read(*db).value();
  EXPECT_EQ(tx.column<std::string>("SELECT s FROM kept").value(),
            (std::vector<std::string>{"committed"}));
}

// A server that takes over may have lost the last steps; others then use their numbers again.
TEST_F(Postgres, AfterAConnectionWasLostTheFrontierReadsItsOrderAnew) {
  const auto at = [](int second) { return UtcTime(std::chrono::seconds(1'775'000'000 + second)); };
  const auto job = [&](const std::string& item, int due) {
    const std::string host = "https://" + item + ".example:443";
    return crawler::FetchJob{"s", item, host + "/" + item, host, 0, at(due)};
  };
  const auto place = fresh("takes_over");
  const auto ours = make_frontier(Database::open_server(place).value());
  ASSERT_TRUE(ours->add({job("kept", 5)}));
  ASSERT_TRUE(ours->add({job("lost", 3)}));
  ASSERT_EQ(ours->next(at(9), {"s"}, {}).value()->item, "lost");
  // What the new server never got: that step. Who else is there uses its number.
  {
    const auto db = Database::open_server(place).value();
    auto tx = Transaction::write(*db).value();
    ASSERT_TRUE(tx.run("DELETE FROM frontier_item WHERE item = 'lost'"));
    ASSERT_TRUE(tx.run("DELETE FROM frontier_lane WHERE item = 'lost'"));
    ASSERT_EQ(tx.run("UPDATE frontier_step SET step = step - 1").value(), 1U);
    ASSERT_TRUE(tx.commit());
  }
  const auto others = make_frontier(Database::open_server(place).value());
  ASSERT_TRUE(others->add({job("anothers", 1)}));
  lines_of("psql -X -q -d '" + where("postgres") +
           "' -c \"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = "
           "'takes_over'\"");
  EXPECT_FALSE(ours->next(at(9), {"s"}, {})) << "its connection was lost";
  const auto next = ours->next(at(9), {"s"}, {});
  ASSERT_TRUE(next);
  EXPECT_EQ(next.value()->item, "anothers");
}

TEST_F(Postgres, AConnectionThatEndsAmongManyRowsKeepsNoneAndTheNextTransactionIsItsOwn) {
  const auto place = fresh("ended");
  const auto db = Database::open_server(place).value();
  const auto other = Database::open_server(place).value();
  {
    auto tx = Transaction::write(*db).value();
    ASSERT_TRUE(tx.run_schema("CREATE TABLE n (v INTEGER NOT NULL) STRICT"));
    ASSERT_TRUE(tx.commit());
  }
  constexpr std::int64_t kRows = 2000;  // several groups of a pipeline
  const auto insert = [&](std::int64_t end_at) -> Result<void> {
    TRY(auto tx, Transaction::write(*db));
    TRY(const auto pid, tx.value<std::int64_t>("SELECT pg_backend_pid()"));
    std::int64_t v = 0;
    TRYV(tx.run_each("INSERT INTO n (v) VALUES (:v)", [&](std::vector<sql::Value>& row) {
      if (v == end_at) {
        auto killer = Transaction::read(*other).value();
        EXPECT_TRUE(killer.value<bool>(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = :p", pid.value()));
      }
      row.assign(1, sql::Value(v));
      return v++ < kRows;
    }));
    return tx.commit();
  };
  for (const std::int64_t at : {1, 255, 256, 700}) {
    const auto cut = insert(at);
    ASSERT_FALSE(cut) << at;
    EXPECT_EQ(cut.error().code, Errc::kUnavailable) << cut.error().text(Language::kEnglish);
    EXPECT_EQ(Transaction::read(*db).value().value<std::int64_t>("SELECT count(*) FROM n").value(),
              0)
        << at;
  }
  const auto whole = insert(-1);
  ASSERT_TRUE(whole) << whole.error().text(Language::kEnglish);
  EXPECT_EQ(Transaction::read(*db).value().value<std::int64_t>("SELECT count(*) FROM n").value(),
            kRows);
}

TEST_F(Postgres, WritersOfTwoProcessesTakeTurns) {
  const auto place = fresh("turns");
  const auto one = Database::open_server(place).value();
  {
    auto tx = Transaction::write(*one).value();
    ASSERT_TRUE(tx.run_schema("CREATE TABLE n (v INTEGER NOT NULL) STRICT"));
    ASSERT_TRUE(tx.run("INSERT INTO n (v) VALUES (0)"));
    ASSERT_TRUE(tx.commit());
  }
  constexpr int kTimes = 50;
  const auto count_up = [&](const std::shared_ptr<Database>& db) {
    for (int i = 0; i < kTimes; ++i) {
      auto tx = Transaction::write(*db).value();
      const auto v = tx.value<std::int64_t>("SELECT v FROM n").value().value();
      ASSERT_TRUE(tx.run("UPDATE n SET v = :v", v + 1));
      ASSERT_TRUE(tx.commit());
    }
  };
  std::thread other([&] { count_up(Database::open_server(place).value()); });
  count_up(one);
  other.join();
  auto tx = Transaction::read(*one).value();
  EXPECT_EQ(tx.value<std::int64_t>("SELECT v FROM n").value(), 2 * kTimes);
}

TEST_F(Postgres, ATextThatItCannotKeepIsRefusedNotCut) {
  const auto db = Database::open_server(fresh("texts")).value();
  auto tx = Transaction::write(*db).value();
  ASSERT_TRUE(tx.run_schema("CREATE TABLE s (t TEXT) STRICT"));
  const auto done = tx.run("INSERT INTO s (t) VALUES (:t)", std::string("a\0secret", 8));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Errc::kBadInput);
  EXPECT_THAT(done.error().text(Language::kEnglish), Not(HasSubstr("secret")));
}

// The real program, a data folder with a registry and its audit log.
class PostgresMove : public Postgres {
 protected:
  Ran hitokoe(const std::string& arguments) {
    return run_in_shell(scratch->folder, "--data '" + data().string() + "' " + arguments, "en");
  }
  std::filesystem::path data() const { return scratch->file("data"); }
};

TEST_F(PostgresMove, ThereAndBackEverythingIsTheSame) {
  ASSERT_EQ(setenv("HITOKOE_PASSPHRASE", "made-up pass phrase", 1), 0);
  ASSERT_EQ(hitokoe("key init").exit, 0);
  const auto registry = scratch->folder.put(
      "registry.yaml", as_bytes(std::string_view("parties: [{id: kou, name: 甲}]\n")));
  ASSERT_EQ(hitokoe("registry apply '" + registry.string() + "'").exit, 0);
  const auto before = hitokoe("--json registry show");
  ASSERT_EQ(before.exit, 0) << before.err;

  const auto place = fresh("moved");
  const auto there = hitokoe("database move --to '" + place + "'");
  ASSERT_EQ(there.exit, 0) << there.err;
  EXPECT_THAT(there.err, HasSubstr("read back and compared"));
  EXPECT_FALSE(std::filesystem::exists(data() / "hitokoe.db"));
  EXPECT_THAT(hitokoe("database show").out, HasSubstr("PostgreSQL: postgresql 127.0.0.1/moved"));
  EXPECT_EQ(hitokoe("--json registry show").out, before.out);
  EXPECT_EQ(hitokoe("audit verify").exit, 0);

  // What is written there gets keys that follow those that came along.
  const auto second = scratch->folder.put(
      "second.yaml",
      as_bytes(std::string_view("parties: [{id: kou, name: 甲}, {id: otsu, name: 乙}]\n")));
  ASSERT_EQ(hitokoe("registry apply '" + second.string() + "'").exit, 0);
  const auto grown = hitokoe("--json registry show");

  EXPECT_THAT(hitokoe("database move --to '" + place + "'").err, HasSubstr("there already"));
  const auto back = hitokoe("database move --to-file");
  ASSERT_EQ(back.exit, 0) << back.err;
  EXPECT_EQ(hitokoe("--json registry show").out, grown.out);
  EXPECT_EQ(hitokoe("audit verify").exit, 0);

  const auto full = hitokoe("database move --to '" + place + "'");
  EXPECT_EQ(full.exit, exit_code(Errc::kExists)) << full.err;
  EXPECT_EQ(hitokoe("--json registry show").out, grown.out) << "nothing was switched";
}

TEST_F(PostgresMove, WhileSomebodyHasItOpenNothingIsMoved) {
  ASSERT_TRUE(std::filesystem::create_directories(data()));
  const auto open = Database::open_in(data()).value();
  const auto ran = hitokoe("database move --to '" + fresh("busy") + "'");
  EXPECT_EQ(ran.exit, exit_code(Errc::kConflict)) << ran.err;
  EXPECT_THAT(hitokoe("database show").out, HasSubstr("SQLite"));
}

TEST_F(PostgresMove, APasswordOnTheCommandLineIsRefused) {
  const auto ran = hitokoe("database move --to 'host=127.0.0.1 dbname=x password=hunter2'");
  EXPECT_EQ(ran.exit, exit_code(Errc::kUsage));
  EXPECT_THAT(ran.err, HasSubstr("passfile="));
}

}  // namespace
}  // namespace hitokoe::storage
