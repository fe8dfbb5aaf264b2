// One notice as an Internet message (RFC 5322, 2045, 2047): plain text in UTF-8, base64, so that
// no line is longer than 76 bytes and none begins with a dot.
#pragma once

#include <string>
#include <string_view>

#include "hitokoe/base/time.h"

namespace hitokoe::incident::campaign {

struct NoticeMail {
  std::string from_name;
  std::string from;  // address
  std::string to;    // address
  std::string reply_to;
  std::string subject;
  std::string message_id;  // without brackets
  std::string text;        // UTF-8, lines end in LF
  UtcTime date{};
};

// The whole message with CRLF. No header of a mailing list: this is no marketing. Control
// characters in a header value become spaces: nothing can add a header.
std::string compose(const NoticeMail& mail);

// A header value: itself where it is short visible ASCII, else encoded words of at most 75 bytes,
// folded, never cutting a character (RFC 2047 section 2 and 5). `used`: bytes before it on the
// line.
std::string header_text(std::string_view value, std::size_t used);

}  // namespace hitokoe::incident::campaign
