// Runs one coroutine on an io_context of its own until it ends.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <functional>
#include <optional>
#include <utility>

#include "hitokoe/base/async.h"

namespace hitokoe {

template <class T>
Task<void> keep_result(Task<Result<T>> task, std::optional<Result<T>>& out) {
  out.emplace(co_await std::move(task));
}

// `ended` runs when the task has: to stop what else keeps the io_context busy.
template <class T>
Result<T> run_alone(asio::io_context& io, Task<Result<T>> task,
                    const std::function<void()>& ended = {}) {
  std::optional<Result<T>> out;
  std::exception_ptr thrown;
  asio::co_spawn(io, keep_result<T>(std::move(task), out), [&](std::exception_ptr e) {
    thrown = std::move(e);
    if (ended) ended();
  });
  io.restart();
  io.run();
  if (thrown || !out) return fail(Errc::kInternal, "a task ended badly", "処理が異常終了");
  return std::move(*out);
}

}  // namespace hitokoe
