#include "hitokoe/base/serial_worker.h"

#include <gtest/gtest.h>

#include <latch>
#include <thread>
#include <vector>

namespace hitokoe {
namespace {

TEST(SerialWorker, DoesJobsInTheirOrderOnAnotherThread) {
  std::vector<int> done;
  std::thread::id where;
  SerialWorker worker(3);
  for (int i = 0; i < 100; ++i) {
    worker.post([&, i] {
      done.push_back(i);
      where = std::this_thread::get_id();
    });
  }
  worker.drain();
  ASSERT_EQ(done.size(), 100U);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(done[static_cast<std::size_t>(i)], i);
  EXPECT_NE(where, std::this_thread::get_id());
}

TEST(SerialWorker, TakesNoMoreThanWasAgreedWhileAJobRuns) {
  std::latch go(1);
  std::latch posted(3);
  SerialWorker worker(2);
  std::thread poster([&] {
    worker.post([&] { go.wait(); });
    for (int i = 0; i < 3; ++i) {
      worker.post([] {});
      posted.count_down();
    }
  });
  EXPECT_FALSE(posted.try_wait());  // one runs or waits, two more may wait: the last cannot be in
  go.count_down();
  poster.join();
  EXPECT_TRUE(posted.try_wait());
  worker.drain();
}

TEST(SerialWorker, EndsWithEverythingDone) {
  int done = 0;
  {
    SerialWorker worker(10);
    for (int i = 0; i < 10; ++i) worker.post([&] { ++done; });
  }
  EXPECT_EQ(done, 10);
}

TEST(SerialWorker, IsDrainedAtOnceWhenNothingWasPosted) {
  SerialWorker worker(1);
  worker.drain();
}

}  // namespace
}  // namespace hitokoe
