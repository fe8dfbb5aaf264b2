// The template part of async.h.
#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "hitokoe/base/async.h"

namespace hitokoe {

// The coroutine itself never leaves its executor: only f() does. A coroutine that moved to the pool
// would be cancelled from one thread while it runs on another.
template <class F>
auto CpuPool::run(F f) -> Task<decltype(f())> {
  using T = decltype(f());
  static_assert(!std::is_void_v<T>, "return a Result from CPU work");
  struct Outcome {
    std::optional<T> value;
    std::exception_ptr thrown;
  };
  auto outcome = std::make_shared<Outcome>();
  auto begin = [pool = pool_.get_executor(), outcome](auto handler, F work) {
    auto back = asio::make_work_guard(asio::get_associated_executor(handler));
    asio::post(pool, [work = std::move(work), handler = std::move(handler), back = std::move(back),
                      outcome]() mutable {
      try {
        outcome->value.emplace(work());
      } catch (...) {
        outcome->thrown = std::current_exception();
      }
      asio::post(back.get_executor(),
                 [handler = std::move(handler)]() mutable { std::move(handler)(); });
    });
  };
  co_await asio::async_initiate<decltype(asio::use_awaitable), void()>(
      std::move(begin), asio::use_awaitable, std::move(f));
  if (outcome->thrown) std::rethrow_exception(outcome->thrown);
  co_return std::move(*outcome->value);
}

}  // namespace hitokoe
