// Pastes that are encrypted in the browser under a key in their link: to read what was published
// with it, never to protect anything.
#pragma once

#include <cstdint>
#include <optional>

#include "hitokoe/base/bytes.h"

namespace hitokoe::crypto {

struct PasteSeal {
  Bytes iv;    // 12 to 64 bytes
  Bytes salt;  // at most 64 bytes
  std::uint32_t iterations = 100'000;
  std::size_t key_bytes = 32;  // 16, 24 or 32: AES
  std::size_t tag_bytes = 16;  // 12 to 16, at the end of the text
};

// AES-GCM (NIST SP 800-38D) under PBKDF2-HMAC-SHA-256 (RFC 8018) of `secret`. Nothing where the key
// is another, the text was changed, or the values make no sense. As costly as the iterations, of
// which there are at most 1,000,000 (about half a second).
std::optional<Bytes> open_paste(const PasteSeal& seal, ByteView secret, ByteView associated,
                                ByteView sealed);

}  // namespace hitokoe::crypto
