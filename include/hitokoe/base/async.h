// Asio, as the house uses it: coroutines that return Task<T>, spawned only into a TaskGroup.
//
// One io_context thread owns all mutable state. CPU work goes to a CpuPool over immutable data.
// Coroutines never take capturing lambdas (the captures die before the coroutine does).
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "hitokoe/base/result.h"
#include "hitokoe/base/time.h"

namespace hitokoe {

namespace asio = boost::asio;

template <class T>
using Task = asio::awaitable<T>;

// The port for waiting, so that a simulation can run a day in a second.
class Sleeper {
 public:
  virtual ~Sleeper() = default;
  // kCancelled when the surrounding TaskGroup stops.
  virtual Task<Result<void>> sleep_for(Duration d) = 0;
};

class SystemSleeper final : public Sleeper {
 public:
  Task<Result<void>> sleep_for(Duration d) override;
};

// Owns running coroutines. `stop()` asks all of them to end (their waits return kCancelled);
// `join()` waits until the last has. A group that is destroyed with tasks still running is a bug
// and aborts. Used from the io_context thread only.
class TaskGroup {
 public:
  explicit TaskGroup(asio::any_io_executor executor);
  ~TaskGroup();
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  // Starts `task`. An Error that is not kCancelled, or an exception, is given to `on_failure`
  // (see constructor of the owner); the other tasks go on. After stop() new tasks are dropped.
  void spawn(std::string name, Task<Result<void>> task);
  void on_failure(std::function<void(const std::string& name, const Error&)> handler);

  void stop();
  bool stopping() const { return stopping_; }
  std::size_t running() const { return running_; }
  Task<void> join();

 private:
  struct Entry;
  asio::any_io_executor executor_;
  std::set<std::shared_ptr<Entry>> entries_;
  std::function<void(const std::string&, const Error&)> on_failure_;
  std::shared_ptr<asio::steady_timer> idle_;
  std::size_t running_ = 0;
  bool stopping_ = false;
};

// A fixed number of threads for CPU work. `run` executes f() there and resumes the caller on its
// own executor with the result.
class CpuPool {
 public:
  explicit CpuPool(std::size_t threads) : pool_(threads) {}
  ~CpuPool() { pool_.join(); }

  template <class F>
  auto run(F f) -> Task<decltype(f())>;

 private:
  asio::thread_pool pool_;
};

}  // namespace hitokoe

#include "hitokoe/base/async_inl.h"
