#include "hitokoe/base/async.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>

namespace hitokoe {

Task<Result<void>> SystemSleeper::sleep_for(Duration d) {
  asio::steady_timer timer(co_await asio::this_coro::executor, d);
  boost::system::error_code error;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
  if (error == asio::error::operation_aborted)
    co_return fail(Errc::kCancelled, "stopped", "停止しました");
  co_return ok();
}

struct TaskGroup::Entry {
  std::string name;
  asio::cancellation_signal cancel;
};

TaskGroup::TaskGroup(asio::any_io_executor executor)
    : executor_(std::move(executor)),
      idle_(
          std::make_shared<asio::steady_timer>(executor_, asio::steady_timer::time_point::max())) {}

TaskGroup::~TaskGroup() {
  if (running_ != 0) {
    std::fprintf(stderr, "TaskGroup: destroyed with %zu tasks running\n", running_);
    std::abort();
  }
}

void TaskGroup::on_failure(std::function<void(const std::string&, const Error&)> handler) {
  on_failure_ = std::move(handler);
}

namespace {

// A stopped group cancels its tasks; a wait inside them then throws, or fails with
// operation_aborted where the error is redirected. Both end here as kCancelled. The outcome is
// left in `outcome`: co_spawn wants a result type with a default, which Result has not.
Task<void> guarded(Task<Result<void>> task, std::shared_ptr<std::optional<Error>> outcome) {
  try {
    auto result = co_await std::move(task);
    if (!result) *outcome = std::move(result).error();
  } catch (const boost::system::system_error& e) {
    if (e.code() != asio::error::operation_aborted) {
      *outcome = Error{Errc::kInternal, "system error " + std::to_string(e.code().value()),
                       "システムエラー " + std::to_string(e.code().value())};
    }
  }
  // One that ended without a wait is posted once more by co_spawn, which would throw out of the
  // loop where the group was stopped meanwhile.
  co_await asio::this_coro::throw_if_cancelled(false);
}

}  // namespace

void TaskGroup::spawn(std::string name, Task<Result<void>> task) {
  if (stopping_) return;
  auto entry = std::make_shared<Entry>();
  entry->name = std::move(name);
  entries_.insert(entry);
  ++running_;
  auto outcome = std::make_shared<std::optional<Error>>();
  asio::co_spawn(
      executor_, guarded(std::move(task), outcome),
      asio::bind_cancellation_slot(entry->cancel.slot(), [this, entry, outcome](
                                                             const std::exception_ptr& thrown) {
        entries_.erase(entry);
        --running_;
        if (thrown)
          *outcome = Error{Errc::kInternal, "a task ended with an exception", "処理が例外で終了"};
        if (*outcome && (*outcome)->code != Errc::kCancelled && on_failure_) {
          on_failure_(entry->name, **outcome);
        }
        if (running_ == 0) idle_->cancel();
      }));
}

void TaskGroup::stop() {
  stopping_ = true;
  // Ending one may end others that wait for it: work on a copy.
  const auto entries = entries_;
  for (const auto& entry : entries) entry->cancel.emit(asio::cancellation_type::terminal);
}

Task<void> TaskGroup::join() {
  const auto idle = idle_;
  while (running_ != 0) {
    boost::system::error_code ignored;
    co_await idle->async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

}  // namespace hitokoe
