// Mail: one message (.eml), or a file of many (mbox, RFC 4155 and its elder relatives).
#pragma once

#include <string>

#include "matcher/decode/open_format.h"

namespace hitokoe::matcher {

// Streaming over messages: holds one, at most 64 MiB of it.
class MailDocument final : public Reader {
 public:
  MailDocument(Reading& reading, DocumentInfo info, bool mbox);
  Result<void> feed(ByteView piece) override;
  Result<void> finish() override;

 private:
  Result<void> line(std::string_view text);
  Result<void> end_message();

  Reading& reading_;
  DocumentInfo info_;
  bool mbox_;
  std::string message_;  // so far
  std::string begun_;    // of a line whose end is not there yet, while it may begin a message
  bool line_open_ = false, blank_before_ = true;
  std::uint64_t messages_ = 0, cut_ = 0;
};

enum class MailKind { kNone, kMessage, kMbox };
MailKind mail_kind(ByteView head, std::string_view content_type);

}  // namespace hitokoe::matcher
