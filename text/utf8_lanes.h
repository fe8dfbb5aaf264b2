// UTF-8 that is valid, found as fast as it can be read.
#pragma once

#include <cstddef>
#include <cstdint>

namespace hitokoe::text {

// How many of the first `n` bytes are whole valid characters (Unicode table 3-7).
//
// AVX2 where the processor has it (by table look-up of nibbles, Keiser and Lemire, "Validating
// UTF-8 in less than one instruction per byte", 2021), otherwise one character at a time.
std::size_t valid_utf8(const std::uint8_t* p, std::size_t n);

// The portable way, an oracle of the other.
std::size_t valid_utf8_portable(const std::uint8_t* p, std::size_t n);

}  // namespace hitokoe::text
