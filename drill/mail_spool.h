// What the exercise's mail server accepted, in one append-only file. A mail is on disk (fdatasync)
// before the server says 250, so that what it accepted is known after any crash.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "hitokoe/base/result.h"
#include "hitokoe/net/smtp_server.h"

namespace hitokoe::drill {

// One thread at a time.
class MailSpool {
 public:
  // Reads what is there; a last mail that was cut by a crash is removed: nobody was told 250.
  // kIo; kCorrupt: a mail in the middle does not hold.
  static Result<MailSpool> open(const std::filesystem::path& file);
  MailSpool(MailSpool&& other) noexcept;
  MailSpool& operator=(MailSpool&&) = delete;
  ~MailSpool();

  Result<void> add(const net::ReceivedMail& mail);

  std::uint64_t accepted() const { return accepted_; }
  // Mails whose Message-ID had come before. Kept and counted, never dropped silently.
  std::uint64_t duplicates() const { return duplicates_; }
  // Mails per recipient.
  const std::map<std::string, std::uint64_t>& recipients() const { return recipients_; }

 private:
  explicit MailSpool(int fd) : fd_(fd) {}
  void count(const std::string& to, std::string_view message);

  int fd_ = -1;
  std::uint64_t accepted_ = 0;
  std::uint64_t duplicates_ = 0;
  std::map<std::string, std::uint64_t> recipients_;
  std::map<std::string, std::uint64_t, std::less<>> message_ids_;
};

}  // namespace hitokoe::drill
