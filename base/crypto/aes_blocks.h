// AES-128 (FIPS 197) on the processor's own instructions, for digest.cc: what a call of OpenSSL
// costs besides the blocks is more than the blocks, where they are few.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "hitokoe/base/crypto/digest.h"

namespace hitokoe::crypto::aes {

// A key made ready; as secret as the key: whoever owns it wipes it.
struct alignas(16) Schedule {
  std::array<std::array<std::uint8_t, 16>, 11> rounds;
};

// The ways that this processor has, the fastest first; empty: only OpenSSL's.
enum class Way { kVaes, kAesNi };
std::span<const Way> ways();
std::string_view to_string(Way way);

// Only where there is a way.
void expand(const std::array<std::uint8_t, 16>& key, Schedule& out);
// `in` and `out` may be the same memory.
void encrypt(Way way, const Schedule& schedule, const Block* in, std::size_t n, Block* out);

}  // namespace hitokoe::crypto::aes
