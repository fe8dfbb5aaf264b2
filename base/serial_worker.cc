#include "hitokoe/base/serial_worker.h"

#include <utility>

namespace hitokoe {

SerialWorker::SerialWorker(std::size_t most_waiting)
    : most_waiting_(most_waiting), thread_([this] { run(); }) {}

SerialWorker::~SerialWorker() {
  {
    const std::lock_guard hold(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void SerialWorker::post(std::function<void()> job) {
  std::unique_lock hold(mutex_);
  changed_.wait(hold, [this] { return waiting_.size() < most_waiting_; });
  waiting_.push_back(std::move(job));
  changed_.notify_all();
}

void SerialWorker::drain() {
  std::unique_lock hold(mutex_);
  changed_.wait(hold, [this] { return waiting_.empty() && !working_; });
}

void SerialWorker::run() {
  std::unique_lock hold(mutex_);
  for (;;) {
    changed_.wait(hold, [this] { return ending_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    const auto job = std::move(waiting_.front());
    waiting_.pop_front();
    working_ = true;
    hold.unlock();
    job();
    hold.lock();
    working_ = false;
    changed_.notify_all();
  }
}

}  // namespace hitokoe
