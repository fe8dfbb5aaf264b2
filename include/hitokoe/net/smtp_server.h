// A small SMTP server that receives (RFC 5321) with STARTTLS (RFC 3207): what the exercise and the
// tests send their mail to. It relays nothing.
//
// Runs on the executor that is given (one io_context thread). Lines end with CRLF only; a bare LF
// never ends a line or a message. What a client sent before STARTTLS is forgotten afterwards.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "hitokoe/base/async.h"
#include "hitokoe/base/log.h"

namespace hitokoe::net {

struct SmtpReply {
  int code = 250;
  std::string text = "2.0.0 ok";  // one line, our own words
};

struct ReceivedMail {
  std::string from;             // envelope, without brackets; empty for a bounce
  std::vector<std::string> to;  // envelope, only those that were accepted
  std::string message;          // as sent, CRLF, dots undone
  bool tls = false;
};

struct SmtpHandlers {
  // Answers RCPT TO. 2xx accepts, 5xx refuses.
  std::function<SmtpReply(const std::string& recipient)> recipient;
  // Answers the end of the message: 250 only when the mail is durable.
  std::function<SmtpReply(const ReceivedMail& mail)> deliver;
};

struct SmtpServerOptions {
  std::string address = "127.0.0.1";  // numeric
  std::uint16_t port = 0;             // 0: any free one
  std::string host_name = "localhost";
  std::filesystem::path certificate{};  // PEM, needed
  std::filesystem::path private_key{};
  bool require_tls = true;  // MAIL before STARTTLS is refused with 530
  std::uint64_t message_bytes = 1U << 20;
  std::uint32_t recipients = 100;
  std::uint32_t connections = 64;
  std::uint32_t errors = 20;  // wrong commands before 421
  Duration command_timeout = std::chrono::seconds(60);
};

class SmtpServer {
 public:
  SmtpServer(const asio::any_io_executor& executor, SmtpServerOptions options,
             SmtpHandlers handlers, Logger log);
  ~SmtpServer();  // must be stopped, or never started
  SmtpServer(const SmtpServer&) = delete;
  SmtpServer& operator=(const SmtpServer&) = delete;

  // kUnavailable: the address is taken; kBadInput: the certificate or key cannot be read.
  Result<void> start();
  std::uint16_t port() const;  // after start()
  // Cuts every connection; a message whose end was not yet answered may or may not be durable.
  Task<void> stop();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace hitokoe::net
