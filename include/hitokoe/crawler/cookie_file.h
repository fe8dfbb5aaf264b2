// Cookies that a person's browser exported: a Netscape cookie file (cookies.txt), or the JSON of
// browser extensions (an array, or an object with "cookies").
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "hitokoe/base/bytes.h"
#include "hitokoe/base/secret.h"
#include "hitokoe/base/time.h"
#include "hitokoe/crawler/source.h"

namespace hitokoe::crawler {

struct ImportedCookies {
  SecretText lines;  // for net::CookieJar
  std::size_t taken = 0;
  std::size_t expired = 0;                     // left out
  std::size_t unusable = 0;                    // left out: too long, or what no server may set
  std::map<std::string, std::size_t> foreign;  // left out, by domain: not of the source's hosts
  std::optional<UtcTime> until;                // when the first of them ends
};

constexpr std::uint64_t kLargestCookieFile = 4u << 20;

// Only what the source's own host and `hosts` would be sent is taken, and for these hosts alone: a
// cookie of a whole domain becomes one of each of them. kBadInput: neither of the formats, with the
// line or the number of the entry; never with what stands there. kLimit: too large, or more than
// 3,000 cookies.
Result<ImportedCookies> read_cookie_file(ByteView file, const Source& source, UtcTime now);

}  // namespace hitokoe::crawler
