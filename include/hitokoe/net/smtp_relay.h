// MailRelay over SMTP (RFC 5321) with TLS, through libcurl.
//
// What each way to fail means (the whole point of this class):
//   before the end of the body was handed over, whatever the cause     kNotSent: try again
//   4xx at any command, or as the answer to the body                   kNotSent: try again later
//   5xx to MAIL, RCPT, DATA or to the body                             kRefused
//     but 530, 534, 535, 538 to MAIL (RFC 4954: we are not logged in)  kNotSent, code kept
//   the end was handed over, and no whole answer came                  kUnknown
//   2xx to the body                                                    kAccepted
// The end of a body is never handed over unless `before_end` said so, and libcurl repeats nothing
// by itself. A connection that the server closed while idle is replaced once, before the body.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "hitokoe/base/secret.h"
#include "hitokoe/base/time.h"
#include "hitokoe/net/mail_relay.h"

namespace hitokoe::net {

struct SmtpOptions {
  std::string url;                // smtp://host:port: STARTTLS is required; smtps://host:port
  std::filesystem::path ca_file;  // PEM; empty: the system's
  std::string user;               // empty: no AUTH
  SecretText password;
  std::string helo;             // our name in EHLO; empty: the host's name
  std::size_t connections = 4;  // 1 to 64; also the number of threads
  Duration connect_timeout = std::chrono::seconds(20);
  Duration timeout = std::chrono::minutes(5);  // for one mail from connection to last answer
};

// The certificate is always verified. kUsage: an URL of another form, or with a name or path in
// it; a bound that does not hold. `before_end` is called on one of the relay's own threads.
Result<std::unique_ptr<MailRelay>> make_smtp_relay(SmtpOptions options);

// May this address be written into an SMTP command? One local part and one domain, visible ASCII
// only, no space, quote, bracket or control character; at most 254 bytes (RFC 5321 4.5.3.1).
bool usable_address(std::string_view address);

}  // namespace hitokoe::net
