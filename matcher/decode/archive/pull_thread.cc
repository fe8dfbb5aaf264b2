#include "matcher/decode/archive/pull_thread.h"

#include <system_error>

namespace hitokoe::matcher {

PullThread::~PullThread() {
  if (thread_.joinable()) {
    abandoned_ = true;
    last_ = true;
    piece_ = {};
    if (!ended_) to_body_.release();
    thread_.join();
  }
}

Result<void> PullThread::run_on() {
  if (ended_) return ok();
  if (!started_) {
    started_ = true;
    try {
      thread_ = std::thread([this] {
        to_body_.acquire();
        if (!abandoned_) result_ = body_(*this);
        ended_ = true;
        to_feeder_.release();
      });
    } catch (const std::system_error&) {
      ended_ = true;
      return fail(Errc::kLimit, "no thread to unpack with", "展開用のスレッドを作れません");
    }
  }
  to_body_.release();
  to_feeder_.acquire();
  return ended_ ? std::exchange(result_, ok()) : Result<void>(ok());
}

Result<void> PullThread::feed(ByteView piece) {
  if (piece.empty()) return ok();
  piece_ = piece;
  return run_on();
}

Result<void> PullThread::finish() {
  last_ = true;
  piece_ = {};
  return run_on();
}

// The first piece is there before the body starts; each later call gives the old one back.
ByteView PullThread::next() {
  if (!piece_.empty()) return std::exchange(piece_, {});
  if (last_) return {};
  to_feeder_.release();
  to_body_.acquire();
  return std::exchange(piece_, {});
}

}  // namespace hitokoe::matcher
