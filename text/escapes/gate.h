// Where a text may have an escape: everything before passes as it is.
#pragma once

#include <cstddef>
#include <string_view>

namespace hitokoe::text {

// The first place at or after `from` that may begin an escape, or text.size(). A place is judged by
// at most kGateAhead bytes after it within its line; what a cut text hides is found once the rest
// is there, so only whole lines are asked. Figures of the whole: tests/bench/README.md.
std::size_t first_escape(std::string_view text, std::size_t from);
inline constexpr std::size_t kGateAhead = 64;

}  // namespace hitokoe::text
