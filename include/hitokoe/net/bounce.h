// What a mail that came back says: a delivery status notification (RFC 3464 in multipart/report,
// RFC 6522) or the plain words of a mail server, in English or Japanese.
//
// Hard: this address will never take a mail (status 5.x.x, "User unknown", 宛先不明). Soft: not now
// (4.x.x, a full mailbox), and every report whose words are not known: nobody loses a channel by a
// guess. None: no report at all (an answer by a person or a vacation program).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/base/bytes.h"
#include "hitokoe/base/result.h"

namespace hitokoe::net {

struct Bounce {
  enum class Kind { kNone, kSoft, kHard };
  Kind kind = Kind::kNone;
  // Addresses that the mail came to, by its headers (Delivered-To, X-Original-To, To), lower case,
  // without doubles: the envelope's sender of the mail that came back is among them.
  std::vector<std::string> came_to;
  // Message-IDs without brackets of the mail that came back, where the report holds its headers.
  std::vector<std::string> message_ids;
  std::string status;  // "5.1.1"; empty where only words told
  std::string words;   // why, at most 200 bytes, printable ASCII, no address
};

inline constexpr std::size_t kMostBounce = 1U << 20;  // bytes; what is behind them is not read

// kBadInput: no mail at all (no header). Never more memory than a few times the input; at most 32
// levels and 1000 parts.
Result<Bounce> read_bounce(ByteView message);

}  // namespace hitokoe::net
