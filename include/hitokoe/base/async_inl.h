// The template part of async.h.
#pragma once

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/post.hpp>
#include <optional>
#include <type_traits>
#include <utility>

namespace hitokoe {

template <class F>
auto CpuPool::run(F f) -> Task<decltype(f())> {
  using T = decltype(f());
  static_assert(!std::is_void_v<T>, "return a Result from CPU work");
  auto back = co_await asio::this_coro::executor;
  co_await asio::post(pool_.get_executor(), asio::bind_executor(pool_, asio::use_awaitable));
  std::optional<T> value(f());
  co_await asio::post(back, asio::bind_executor(back, asio::use_awaitable));
  co_return std::move(*value);
}

}  // namespace hitokoe
