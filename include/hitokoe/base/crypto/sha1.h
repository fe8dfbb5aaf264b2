// SHA-1 (FIPS 180-4), over OpenSSL: for names that others made with it (BitTorrent's first
// version). It keeps nothing apart that somebody wants to be taken for another.
#pragma once

#include <array>
#include <cstdint>

#include "hitokoe/base/bytes.h"

namespace hitokoe::crypto {

std::array<std::uint8_t, 20> sha1(ByteView data);

}  // namespace hitokoe::crypto
