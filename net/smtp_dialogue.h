// The words of an SMTP conversation, without sockets: commands in, replies out.
#pragma once

#include <string>
#include <string_view>

#include "hitokoe/net/smtp_server.h"

namespace hitokoe::net {

// "<a@b.test> SIZE=10" → "a@b.test". False: no such path, or longer than RFC 5321 allows (256).
bool parse_path(std::string_view text, std::string& address);

class SmtpDialogue {
 public:
  enum class Next { kReply, kData, kStartTls, kClose };

  SmtpDialogue(const SmtpServerOptions& options, const SmtpHandlers& handlers, bool tls)
      : options_(options), handlers_(handlers) {
    mail_.tls = tls;
  }

  std::string greeting() const;
  // One line without its CRLF; `reply` gets the whole answer with CRLF.
  Next command(std::string_view line, std::string& reply);
  // The whole message after DATA, as it came, dots still doubled.
  std::string message(std::string_view raw);

 private:
  Next mail_from(std::string_view rest, std::string& reply);
  Next rcpt_to(std::string_view rest, std::string& reply);
  Next wrong(std::string_view answer, std::string& reply);
  void reset();

  const SmtpServerOptions& options_;
  const SmtpHandlers& handlers_;
  ReceivedMail mail_;
  bool greeted_ = false;
  bool have_from_ = false;
  std::uint32_t errors_ = 0;
};

}  // namespace hitokoe::net
