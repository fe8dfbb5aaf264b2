// Whether this build has the address sanitizer: memory then says nothing (what was freed is kept),
// and all takes ten times as long. What counts by its number of rounds has fewer of them there.
#pragma once

namespace hitokoe::test {

#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool kSanitized = true;
#elif defined(__has_feature)
inline constexpr bool kSanitized = __has_feature(address_sanitizer);
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace hitokoe::test
