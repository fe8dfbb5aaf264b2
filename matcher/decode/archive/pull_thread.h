// Turns "here is a piece" into "give me the next piece": what reads a stream by pulling runs on a
// thread of its own, which works only while feed() or finish() waits for it. Two threads, never at
// the same time: nothing that the body touches needs a lock.
#pragma once

#include <functional>
#include <optional>
#include <semaphore>
#include <thread>

#include "hitokoe/base/bytes.h"

namespace hitokoe::matcher {

class PullThread {
 public:
  using Body = std::function<Result<void>(PullThread&)>;
  explicit PullThread(Body body) : body_(std::move(body)) {}
  ~PullThread();
  PullThread(const PullThread&) = delete;
  PullThread& operator=(const PullThread&) = delete;

  // The body's Error, once. kLimit: the system gives no thread.
  Result<void> feed(ByteView piece);
  Result<void> finish();
  bool ended() const { return ended_; }  // the body returned: more is not wanted

  // For the body. Empty: the end. The view stands until the next call.
  ByteView next();
  bool abandoned() const { return abandoned_; }  // nobody wants its rows: return at once

 private:
  Result<void> run_on();

  Body body_;
  std::thread thread_;
  std::binary_semaphore to_body_{0}, to_feeder_{0};
  ByteView piece_;
  bool started_ = false, last_ = false, abandoned_ = false, ended_ = false;
  Result<void> result_ = ok();
};

}  // namespace hitokoe::matcher
