// The first Ctrl-C (or SIGTERM) asks a long command to end in good order; a second one ends it as
// if nobody listened. One at a time, in a command without an io_context of its own.
#pragma once

#include <array>
#include <atomic>
#include <csignal>

namespace hitokoe::command_line {

class Interrupt {
 public:
  Interrupt() {
    flag() = false;  // made here, before a handler asks for it
    struct sigaction listen {};
    listen.sa_handler = [](int) { flag() = true; };
    listen.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
    ::sigemptyset(&listen.sa_mask);
    for (std::size_t i = 0; i < kSignals.size(); ++i)
      ::sigaction(kSignals[i], &listen, &before_[i]);
  }
  ~Interrupt() {
    for (std::size_t i = 0; i < kSignals.size(); ++i)
      ::sigaction(kSignals[i], &before_[i], nullptr);
  }
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  static bool asked() { return flag(); }

 private:
  static constexpr std::array<int, 2> kSignals{SIGINT, SIGTERM};
  static std::atomic<bool>& flag() {
    static std::atomic<bool> asked{false};
    return asked;
  }
  static_assert(std::atomic<bool>::is_always_lock_free);  // a handler may write it

  std::array<struct sigaction, 2> before_{};
};

}  // namespace hitokoe::command_line
