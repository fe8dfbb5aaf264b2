// A process that is killed at any moment: what a call reported as done is there, what it did not
// report is there whole or not at all.
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <set>

#include "hitokoe/base/random.h"
#include "storage/sql/session.h"
#include "tests/contract/stores_under_test.h"
#include "tests/database_under_test.h"
#include "tests/scratch_folder.h"

namespace hitokoe::storage {
namespace {

using crawler::FetchJob;
using crawler::FetchOutcome;

const std::vector<std::string> kSources{"s"};

FetchJob job(int n) {
  const auto id = std::to_string(n);
  return {"s", "i" + id, "https://h/" + id, "h" + std::to_string(n % 3), 0, UtcTime(Duration(n))};
}

// Adds item n, fetches it, pushes its capture; reports n before and after through `pipe`.
[[noreturn]] void work(const std::filesystem::path& file, int from, int pipe) {
  auto db = testing::open_database(file);
  if (!db) ::_exit(1);
  const auto frontier = make_frontier(db.value());
  const auto queue = make_work_queue(db.value());
  for (int n = from;; ++n) {
    const auto tell = [&](std::int32_t what) {
      if (::write(pipe, &what, sizeof(what)) != sizeof(what)) ::_exit(2);
    };
    if (!frontier->add({job(n)})) ::_exit(3);
    tell(3 * n);
    if (!queue->push("cap-" + std::to_string(n), UtcTime())) ::_exit(4);
    tell(3 * n + 1);
    if (n % 2 == 0) {
      if (!frontier->done(job(n), FetchOutcome::kFetched, UtcTime(), "")) ::_exit(5);
      tell(3 * n + 2);
    }
  }
}

// Runs `work` and kills it after about `reports` reports; gives the last one.
std::int32_t run_and_kill(const std::filesystem::path& file, int from, int reports) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    work(file, from, ends[1]);
  }
  ::close(ends[1]);
  std::int32_t last = -1;
  std::int32_t report = 0;
  while (reports-- > 0 && ::read(ends[0], &report, sizeof(report)) == sizeof(report)) last = report;
  ::kill(child, SIGKILL);
  while (::read(ends[0], &report, sizeof(report)) == sizeof(report)) last = report;
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the child failed by itself: " << WEXITSTATUS(status);
  return last;
}

TEST(Killed, WhatWasReportedIsThereAndNothingIsHalf) {
  const ScratchFolder folder;
  const auto file = folder.path() / "t.db";
  SeededRandom random(42);
  int from = 0;
  std::int32_t last = -1;
  for (int round = 0; round < 12; ++round) {
    last = run_and_kill(file, from, static_cast<int>(random.below(40)));
    auto db = testing::open_database(file).value();
    const auto frontier = make_frontier(db);
    const int whole = last / 3;  // the item that was being worked on when it was killed
    std::set<int> present;
    std::set<int> pending;
    std::set<int> pushed;
    {
      auto tx = sql::Transaction::read(*db).value();
      if (testing::test_server() == nullptr) {
        EXPECT_EQ(tx.value<std::string>("PRAGMA integrity_check").value(), "ok");
      }
      ASSERT_TRUE((tx.each<std::string, int>(
          [&](const std::string& item, int state) -> Result<void> {
            present.insert(std::stoi(item.substr(1)));
            if (state == 0) pending.insert(std::stoi(item.substr(1)));
            return ok();
          },
          "SELECT item, state FROM frontier_item")));
      const auto ids = tx.column<std::string>("SELECT capture FROM work_item").value();
      for (const auto& id : ids) pushed.insert(std::stoi(id.substr(4)));
    }
    if (last >= 0) {
      for (int n = 0; n <= whole; ++n) EXPECT_TRUE(present.contains(n)) << n;
      for (int n = 0; n < whole; ++n) EXPECT_TRUE(pushed.contains(n)) << n;
      for (int n = from; n < whole; ++n) EXPECT_EQ(pending.contains(n), n % 2 != 0) << n;
      EXPECT_LE(*present.rbegin(), whole + 1);
    }
    // The lanes agree with the items: everything pending is handed out, and nothing else.
    std::set<int> handed_out;
    while (true) {
      const auto next = frontier->next(UtcTime::max(), kSources, {}).value();
      if (!next) break;
      ASSERT_TRUE(handed_out.insert(std::stoi(next->item.substr(1))).second);
      ASSERT_TRUE(frontier->done(*next, FetchOutcome::kFetched, UtcTime(), ""));
    }
    EXPECT_EQ(handed_out, pending);
    // Nothing is lost by starting again where it stopped.
    from = present.empty() ? 0 : *present.rbegin() + 1;
    for (int n = 0; n < from; ++n)
      ASSERT_TRUE(make_work_queue(db)->push("cap-" + std::to_string(n), UtcTime()));
  }
}

// POSIX drops all of a process' locks on a file when it closes any descriptor of it; another
// process would then take itself for the last one and remove the WAL that is in use here.
TEST(Opened, OpeningAgainKeepsTheWalFromBeingRemovedByOthers) {
  const ScratchFolder folder;
  const auto file = folder.path() / "t.db";
  int go[2];
  ASSERT_EQ(::pipe(go), 0);
  const pid_t other = ::fork();  // before SQLite is used here: it does not survive a fork
  if (other == 0) {
    char start = 0;
    if (::read(go[0], &start, 1) != 1) ::_exit(1);
    {
      auto db = testing::open_database(file);
      if (!db || !make_work_queue(db.value())->push("other", UtcTime())) ::_exit(2);
    }
    ::_exit(0);
  }
  auto db = testing::open_database(file).value();
  ASSERT_TRUE(make_work_queue(db)->push("before", UtcTime()));
  ASSERT_TRUE(testing::open_database(file)) << "opened and closed again in this process";
  ASSERT_EQ(::write(go[1], "x", 1), 1);
  int status = 0;
  ASSERT_EQ(::waitpid(other, &status, 0), other);
  ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  EXPECT_TRUE(std::filesystem::exists(file.string() + "-wal"));
  ASSERT_TRUE(make_work_queue(db)->push("after", UtcTime()));
  EXPECT_EQ(make_work_queue(testing::open_database(file).value())->depth().value(), 3U);
}

TEST(Killed, ATransactionThatWasOpenIsGone) {
  const ScratchFolder folder;
  const auto file = folder.path() / "t.db";
  ASSERT_TRUE(testing::open_database(file));
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    auto db = testing::open_database(file).value();
    auto tx = sql::Transaction::write(*db).value();
    for (int i = 0; i < 100; ++i) {
      if (!tx.run("INSERT INTO work_item (capture, pushed) VALUES (:c, 0)", std::to_string(i)))
        ::_exit(1);
    }
    (void)!::write(ends[1], "x", 1);
    ::pause();
    ::_exit(0);
  }
  char ready = 0;
  ASSERT_EQ(::read(ends[0], &ready, 1), 1);
  {
    auto db = testing::open_database(file).value();
    EXPECT_EQ(make_work_queue(db)->depth().value(), 0U) << "readers see what was committed";
  }
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(ends[0]);
  ::close(ends[1]);
  auto db = testing::open_database(file).value();
  EXPECT_EQ(make_work_queue(db)->depth().value(), 0U);
  EXPECT_TRUE(make_work_queue(db)->push("a", UtcTime())) << "its lock went with it";
}

}  // namespace
}  // namespace hitokoe::storage
