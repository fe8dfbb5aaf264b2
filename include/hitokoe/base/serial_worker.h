// One thread that does jobs in the order in which they came: what a pipeline's next stage runs on.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace hitokoe {

// post() and drain() from one thread at a time. Jobs must not throw, and must not post.
class SerialWorker {
 public:
  // At most `most_waiting` jobs wait; the next post() then blocks: memory stays bounded.
  explicit SerialWorker(std::size_t most_waiting);
  ~SerialWorker();  // does what waits, then joins
  SerialWorker(const SerialWorker&) = delete;
  SerialWorker& operator=(const SerialWorker&) = delete;

  void post(std::function<void()> job);
  // Returns when all jobs are done; what they wrote can be read then.
  void drain();

 private:
  void run();

  std::size_t most_waiting_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> waiting_;
  bool working_ = false;
  bool ending_ = false;
  std::thread thread_;  // last: it starts when the rest is there
};

}  // namespace hitokoe
