// One SMTP connection at a time, kept for the next mail. Used by one thread at a time.
#pragma once

#include <memory>

#include "hitokoe/net/smtp_relay.h"

namespace hitokoe::net {

class SmtpConnection {
 public:
  explicit SmtpConnection(const SmtpOptions& options);
  ~SmtpConnection();
  SmtpConnection(SmtpConnection&&) noexcept;

  // Blocks. `before_end` as in MailRelay.
  SendOutcome send(const Mail& mail, const std::function<Result<void>()>& before_end);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hitokoe::net
