// Port: hands one mail to a relay. Implementation: net/smtp (libcurl, TLS); simulated in tests.
#pragma once

#include <functional>
#include <string>

#include "hitokoe/base/async.h"

namespace hitokoe::net {

struct Mail {
  std::string from;
  std::string to;
  std::string message_id;  // without brackets
  std::string rfc5322;     // the whole message, CRLF
};

struct SendOutcome {
  enum class Kind { kAccepted, kRefused, kNotSent, kUnknown };
  Kind kind = Kind::kNotSent;
  int code = 0;       // SMTP reply, 0 where there was none
  std::string reply;  // the server's words, at most 256 bytes, printable
};

// Port: the mail relay. Implementation: net/smtp (libcurl, TLS), simulated in tests.
class MailRelay {
 public:
  virtual ~MailRelay() = default;
  // `before_end` runs after the last byte of the body was handed over and before the final dot: it
  // must make kCommitting durable; its Error aborts the message (kNotSent).
  virtual Task<SendOutcome> send(const Mail& mail, std::function<Result<void>()> before_end) = 0;
};

}  // namespace hitokoe::net
