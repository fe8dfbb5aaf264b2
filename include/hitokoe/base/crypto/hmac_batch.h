// Many HMAC-SHA-256 (RFC 2104, FIPS 180-4) of short messages at once.
//
// Where the processor has AVX-512, sixteen run side by side in one register a word: 3 times the
// speed of one after another on SHA-NI (24-byte messages: 50 ns instead of 145). Elsewhere each
// goes to OpenSSL, which uses SHA-NI where it is. The results are equal to the last bit.
//
// hmac_blocks() is the narrower and faster call: one key, messages that lie ready with their
// padding, half a MAC. It has a way of its own for processors with SHA-NI or AVX2 alone.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string_view>

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

// A message of up to kMostInBlock bytes with the padding of FIPS 180-4 behind it, as SHA-256 takes
// it after the 64 bytes of the key's inner padding.
struct alignas(64) HmacBlock {
  std::array<std::uint8_t, 64> bytes;
};
inline constexpr std::size_t kMostInBlock = 55;

// Puts the padding behind the `size` bytes that stand in the block; `size` <= kMostInBlock.
inline void close_block(HmacBlock& block, std::size_t size) {
  std::uint8_t* end = block.bytes.data() + block.bytes.size();
  std::uint8_t* at = block.bytes.data() + size;
  *at++ = 0x80;
  std::fill(at, end - 2, std::uint8_t{0});
  const auto bits = static_cast<std::uint16_t>((64 + size) * 8);
  end[-2] = static_cast<std::uint8_t>(bits >> 8);
  end[-1] = static_cast<std::uint8_t>(bits & 0xFF);
}

// out[i] is the first half of the MAC of blocks[i] under `key`; sizes must be equal. No heap. Best
// in multiples of 16. `words`: how many four-byte words of a block may be other than 0, besides the
// length in the last; 6 or less costs least, then 10, then 14.
void hmac_blocks(const HmacKey& key, std::span<const HmacBlock> blocks, std::span<Block> out,
                 std::size_t words = 14);

// The ways in which hmac_blocks() can go, for tests and figures: those that this processor has, the
// one that is taken first.
enum class HmacWay { kAvx512, kShaNi, kAvx2, kOpenSsl };
std::span<const HmacWay> hmac_ways();
std::string_view to_string(HmacWay way);
void hmac_blocks(HmacWay way, const HmacKey& key, std::span<const HmacBlock> blocks,
                 std::span<Block> out, std::size_t words = 14);

}  // namespace hitokoe::crypto
