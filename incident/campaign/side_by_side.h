// The same work on many things that do not touch each other, on a few threads.
#pragma once

#include <algorithm>
#include <cstddef>
#include <future>
#include <thread>
#include <utility>
#include <vector>

#include "hitokoe/base/result.h"

namespace hitokoe::incident::campaign {

// More than this gains nothing: one thread reads or writes the database meanwhile.
inline constexpr std::size_t kMostThreads = 4;
// A thread of its own costs as much as some dozens of contacts.
inline constexpr std::size_t kLeastPiece = 512;

// Calls `piece(begin, end)`, a Result<void>, for all of [0, n) in pieces, each on a thread, the
// last one on the caller's. Waits for all. @return the error of the first piece that has one.
template <class F>
Result<void> side_by_side(std::size_t n, const F& piece) {
  const std::size_t threads = std::clamp<std::size_t>(
      std::min<std::size_t>(n / kLeastPiece, std::thread::hardware_concurrency()), 1, kMostThreads);
  std::vector<std::future<Result<void>>> others;
  others.reserve(threads - 1);
  for (std::size_t i = 0; i + 1 < threads; ++i) {
    others.push_back(std::async(std::launch::async,
                                [&piece, begin = n * i / threads, end = n * (i + 1) / threads] {
                                  return piece(begin, end);
                                }));
  }
  auto own = piece(n * (threads - 1) / threads, n);
  Result<void> first = ok();
  for (auto& other : others) {
    auto done = other.get();
    if (first && !done) first = std::move(done);
  }
  if (first && !own) first = std::move(own);
  return first;
}

}  // namespace hitokoe::incident::campaign
