// Sixteen HMAC-SHA-256 side by side, for hmac_batch.cc: word w of all sixteen stands in one AVX-512
// register, so that a round costs what one costs otherwise.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "hitokoe/base/crypto/hmac_batch.h"

namespace hitokoe::crypto::lanes {

inline constexpr std::size_t kLanes = 16;
inline constexpr std::size_t kBlock = 64;      // bytes that one compression takes
inline constexpr std::size_t kMostBlocks = 2;  // of a message in a lane

// Whether this processor (and its kernel) can run the two functions below.
bool available();

// A lane's message with its padding, `blocks` times 64 bytes of it used.
using Padded = std::array<std::uint8_t, kBlock * kMostBlocks>;

// words[w][l] is word w of the MAC of lane l.
using Words = std::array<std::array<std::uint32_t, kLanes>, 8>;

void mac(const std::array<const HmacKey*, kLanes>& keys, const std::array<Padded, kLanes>& messages,
         std::size_t blocks, Words& words);

// The first halves of the MACs of kLanes blocks under one key. `words`: as hmac_blocks() has it.
void mac_blocks(const HmacKey& key, const HmacBlock* blocks, std::size_t words, Block* out);

// The states of 16 keys of 16 bytes each.
void make_keys(const Block* keys, HmacKey* out);

}  // namespace hitokoe::crypto::lanes
