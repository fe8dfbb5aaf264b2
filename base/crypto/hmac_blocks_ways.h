// The ways of hmac_blocks() besides the sixteen lanes of hmac_lanes.h: each takes any number of
// blocks and may be called only where its available() says so.
#pragma once

#include <cstddef>

#include "hitokoe/base/crypto/hmac_batch.h"

namespace hitokoe::crypto {

// Eight side by side in AVX2 registers: for processors without SHA-NI.
namespace lanes_avx2 {
bool available();
void mac_blocks(const HmacKey& key, const HmacBlock* blocks, std::size_t n, Block* out);
}  // namespace lanes_avx2

// Two at a time on the SHA instructions, which wait for each other's results otherwise.
namespace sha_ni {
bool available();
void mac_blocks(const HmacKey& key, const HmacBlock* blocks, std::size_t n, Block* out);
}  // namespace sha_ni

}  // namespace hitokoe::crypto
