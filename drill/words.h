// Numbers and widths as people read them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hitokoe::drill {

std::string count(std::uint64_t n);       // "20,000"
std::string percent(double probability);  // "99.9 %"; never rounds up to 100
std::string seconds(double s);            // "0.42"

// Columns on a terminal: East Asian wide characters take two.
std::size_t display_width(std::string_view utf8);
// Cut with "…" or filled with spaces to `width` columns.
std::string fitted(std::string_view utf8, std::size_t width);

}  // namespace hitokoe::drill
