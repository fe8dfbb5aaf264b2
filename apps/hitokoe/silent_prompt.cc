#include "apps/hitokoe/silent_prompt.h"

#include <termios.h>
#include <unistd.h>

#include <iostream>

namespace hitokoe::app {
namespace {

// Echo off until the end of the scope.
class Silent {
 public:
  Silent() {
    ::tcgetattr(STDIN_FILENO, &before_);
    termios now = before_;
    now.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &now);
  }
  ~Silent() { ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_); }
  Silent(const Silent&) = delete;
  Silent& operator=(const Silent&) = delete;

 private:
  termios before_{};
};

}  // namespace

Result<SecretText> silent_prompt(std::string_view text) {
  std::cerr << text << std::flush;
  SecretText line;
  {
    const Silent silent;
    std::getline(std::cin, line.expose());
  }
  std::cerr << '\n';
  if (!std::cin)
    return fail(Errc::kUsage, "no password was typed", "パスワードが入力されませんでした");
  return line;
}

}  // namespace hitokoe::app
