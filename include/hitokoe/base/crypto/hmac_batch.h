// Many HMAC-SHA-256 (RFC 2104, FIPS 180-4) of short messages at once.
//
// Where the processor has AVX-512, sixteen run side by side in one register a word: 3 times the
// speed of one after another on SHA-NI (24-byte messages: 50 ns instead of 145). Elsewhere each
// goes to OpenSSL, which uses SHA-NI where it is. The results are equal to the last bit.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "hitokoe/base/bytes.h"
#include "hitokoe/base/crypto/digest.h"

namespace hitokoe::crypto {

// The two states of SHA-256 after the key's inner and outer padding: a key, made ready. As secret
// as the key: whoever owns it wipes it.
struct alignas(64) HmacKey {
  std::array<std::uint32_t, 8> inner;
  std::array<std::uint32_t, 8> outer;
};

// `key` of any length (over 64 bytes it is hashed first). Two compressions.
HmacKey hmac_key(ByteView key);
// The same for many keys of 16 bytes; sizes must be equal.
void hmac_keys(std::span<const Block> keys, std::span<HmacKey> out);

struct HmacTask {
  const HmacKey* key;
  ByteView message;
};

// out[i] is the MAC of tasks[i]; sizes must be equal. No heap. Messages up to 110 bytes are the
// fast ones; longer ones go one by one.
void hmac_many(std::span<const HmacTask> tasks, std::span<Digest> out);

// How many run side by side on this processor: 16 or 1.
std::size_t hmac_lanes();

}  // namespace hitokoe::crypto
