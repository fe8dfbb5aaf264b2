// Copies of a few dozen bytes, which a call of memcpy() would take longer to begin than to do.
#pragma once

#include <cstddef>
#include <cstring>
#include <string_view>

namespace hitokoe::identity {

// The two do not overlap. Pieces at both ends that overlap each other in the middle.
inline void copy_short(char* to, std::string_view text) {
  const char* from = text.data();
  const std::size_t n = text.size();
  constexpr std::size_t kWide = 16, kHalf = 8, kQuarter = 4;
  if (n >= kWide) {
    if (n > 4 * kWide) {
      std::memcpy(to, from, n);
      return;
    }
    std::memcpy(to, from, kWide);
    if (n > 2 * kWide) std::memcpy(to + kWide, from + kWide, kWide);
    if (n > 3 * kWide) std::memcpy(to + 2 * kWide, from + 2 * kWide, kWide);
    std::memcpy(to + n - kWide, from + n - kWide, kWide);
  } else if (n >= kHalf) {
    std::memcpy(to, from, kHalf);
    std::memcpy(to + n - kHalf, from + n - kHalf, kHalf);
  } else if (n >= kQuarter) {
    std::memcpy(to, from, kQuarter);
    std::memcpy(to + n - kQuarter, from + n - kQuarter, kQuarter);
  } else {
    for (std::size_t i = 0; i < n; ++i) to[i] = from[i];
  }
}

}  // namespace hitokoe::identity
