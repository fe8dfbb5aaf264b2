#include "hitokoe/base/async.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <future>
#include <stdexcept>
#include <thread>

namespace hitokoe {
namespace {

Task<Result<void>> wait_for_ever(Sleeper& sleeper, bool& cancelled) {
  const auto slept = co_await sleeper.sleep_for(std::chrono::hours{24});
  cancelled = !slept && slept.error().code == Errc::kCancelled;
  co_return slept;
}

Task<Result<void>> stop(TaskGroup& group) {
  group.stop();
  co_return ok();
}

Task<Result<void>> fail_at_once() { co_return fail(Errc::kIo, "disk", "disk"); }

Task<Result<void>> throw_at_once() {
  throw std::runtime_error("x");
  co_return ok();
}

Task<void> join(TaskGroup& group, bool& joined) {
  co_await group.join();
  joined = true;
}

TEST(TaskGroup, StopEndsWaitsAndJoinReturnsAfterTheLast) {
  asio::io_context io;
  TaskGroup group(io.get_executor());
  SystemSleeper sleeper;
  bool cancelled[2] = {};
  bool joined = false;
  for (bool& c : cancelled) group.spawn("wait", wait_for_ever(sleeper, c));
  io.poll();
  EXPECT_EQ(group.running(), 2u);
  asio::co_spawn(io, join(group, joined), asio::detached);
  io.poll();
  EXPECT_FALSE(joined);
  group.stop();
  io.run();
  EXPECT_TRUE(cancelled[0] && cancelled[1]);
  EXPECT_TRUE(joined);
  EXPECT_EQ(group.running(), 0u);
}

TEST(TaskGroup, ATaskThatNeverWaitsMayStopItsOwnGroup) {
  asio::io_context io;
  TaskGroup group(io.get_executor());
  std::vector<std::string> failures;
  group.on_failure([&](const std::string& name, const Error&) { failures.push_back(name); });
  group.spawn("last", stop(group));
  EXPECT_NO_THROW(io.run());
  EXPECT_EQ(group.running(), 0u);
  EXPECT_TRUE(failures.empty());
}

TEST(TaskGroup, AFailureIsReportedAndTheOthersGoOn) {
  asio::io_context io;
  TaskGroup group(io.get_executor());
  std::vector<std::pair<std::string, Errc>> failures;
  group.on_failure(
      [&](const std::string& name, const Error& e) { failures.emplace_back(name, e.code); });
  SystemSleeper sleeper;
  bool cancelled = false;
  group.spawn("wait", wait_for_ever(sleeper, cancelled));
  group.spawn("fails", fail_at_once());
  group.spawn("throws", throw_at_once());
  io.poll();
  EXPECT_EQ(failures, (std::vector<std::pair<std::string, Errc>>{{"fails", Errc::kIo},
                                                                 {"throws", Errc::kInternal}}));
  EXPECT_EQ(group.running(), 1u);
  group.stop();
  io.restart();
  io.run();
  EXPECT_EQ(failures.size(), 2u);  // being stopped is no failure
}

Task<Result<void>> stop_at_once(TaskGroup& group, bool& stopped) {
  group.stop();
  stopped = true;
  co_return ok();
}

TEST(TaskGroup, ATaskThatStopsItsOwnGroupWithoutAWaitEndsInOrder) {
  asio::io_context io;
  TaskGroup group(io.get_executor());
  SystemSleeper sleeper;
  bool cancelled = false;
  bool stopped = false;
  group.spawn("wait", wait_for_ever(sleeper, cancelled));
  group.spawn("stop", stop_at_once(group, stopped));
  EXPECT_NO_THROW(io.run());
  EXPECT_TRUE(stopped);
  EXPECT_TRUE(cancelled);
  EXPECT_EQ(group.running(), 0u);
}

TEST(TaskGroup, AfterStopNothingStarts) {
  asio::io_context io;
  TaskGroup group(io.get_executor());
  group.stop();
  group.spawn("fails", fail_at_once());
  EXPECT_EQ(group.running(), 0u);
}

TEST(TaskGroupDeathTest, DestroyedWithTasksRunningIsABug) {
  EXPECT_DEATH(
      {
        asio::io_context io;
        SystemSleeper sleeper;
        bool cancelled = false;
        TaskGroup group(io.get_executor());
        group.spawn("wait", wait_for_ever(sleeper, cancelled));
        io.poll();
      },
      "tasks running");
}

Task<Result<void>> compute(CpuPool& pool, std::thread::id& worked, std::thread::id& resumed) {
  worked = co_await pool.run([] { return std::this_thread::get_id(); });
  resumed = std::this_thread::get_id();
  co_return ok();
}

TEST(CpuPool, WorksOnAnotherThreadAndResumesOnTheLoop) {
  asio::io_context io;
  CpuPool pool(2);
  TaskGroup group(io.get_executor());
  std::thread::id worked;
  std::thread::id resumed;
  group.spawn("compute", compute(pool, worked, resumed));
  io.run();
  EXPECT_NE(worked, std::this_thread::get_id());
  EXPECT_NE(worked, std::thread::id());
  EXPECT_EQ(resumed, std::this_thread::get_id());
}

Task<Result<void>> compute_until(CpuPool& pool, std::promise<void>& begun, std::future<void>& go_on,
                                 bool& finished, std::thread::id& resumed) {
  finished = co_await pool.run([&] {
    begun.set_value();
    go_on.wait();
    return true;
  });
  resumed = std::this_thread::get_id();
  co_await pool.run([] { return 0; });
  ADD_FAILURE() << "a stopped task began something new";
  co_return ok();
}

TEST(CpuPool, StopWaitsForTheWorkThatRunsAndEndsTheTaskOnTheLoop) {
  asio::io_context io;
  CpuPool pool(1);
  TaskGroup group(io.get_executor());
  std::promise<void> begun;
  std::promise<void> release;
  auto go_on = release.get_future();
  bool finished = false;
  std::thread::id resumed;
  group.spawn("compute", compute_until(pool, begun, go_on, finished, resumed));
  io.poll();
  begun.get_future().wait();
  group.stop();
  release.set_value();
  io.run();
  EXPECT_TRUE(finished);
  EXPECT_EQ(resumed, std::this_thread::get_id());
  EXPECT_EQ(group.running(), 0U);
}

Task<Result<void>> compute_badly(CpuPool& pool) {
  co_await pool.run([]() -> int { throw std::runtime_error("x"); });
  co_return ok();
}

TEST(CpuPool, GivesAnExceptionToWhoAsked) {
  asio::io_context io;
  CpuPool pool(1);
  TaskGroup group(io.get_executor());
  std::string failed;
  group.on_failure([&](const std::string& name, const Error&) { failed = name; });
  group.spawn("compute", compute_badly(pool));
  io.run();
  EXPECT_EQ(failed, "compute");
}

}  // namespace
}  // namespace hitokoe
