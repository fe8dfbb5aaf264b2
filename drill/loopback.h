// The exercise's own servers on loopback, on a thread of their own: a paste site with a list page
// and raw pages, and a mail server with STARTTLS that keeps what it accepts.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "drill/leak.h"
#include "drill/mail_spool.h"
#include "hitokoe/base/log.h"
#include "hitokoe/base/result.h"
#include "hitokoe/base/time.h"

namespace hitokoe::drill {

struct LoopbackOptions {
  std::filesystem::path folder;  // spool and certificate
  std::uint16_t paste_port = 0;  // 0: any free one
  std::uint16_t mail_port = 0;
  std::vector<Paste> pastes;
  // Accept every mail at this domain with 550; the mailbox is gone.
  std::string refused_domain = "gone.test";
};

struct MailCounts {
  std::uint64_t accepted = 0, duplicates = 0;
  std::map<std::string, std::uint64_t> recipients;
};

class Loopback {
 public:
  // kUnavailable: a port is taken.
  static Result<std::unique_ptr<Loopback>> start(LoopbackOptions options, const Clock& clock,
                                                 const Logger& log);
  ~Loopback();  // stops both and joins the thread
  Loopback(const Loopback&) = delete;
  Loopback& operator=(const Loopback&) = delete;

  std::uint16_t paste_port() const;
  std::uint16_t mail_port() const;
  std::string paste_list_url() const;
  std::filesystem::path mail_certificate() const;
  MailCounts mail() const;

 private:
  struct Impl;
  explicit Loopback(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace hitokoe::drill
