// Katakana as banks and old systems write it.
#pragma once

#include <string>
#include <string_view>

namespace hitokoe::text {

// Katakana of full width → half width, sound marks as characters of their own; the rest stays.
// UTF-8. What half width does not have (ヰ, ヱ, ヮ, ヵ, ヶ) becomes what is written for it.
std::string half_width(std::string_view kana);

}  // namespace hitokoe::text
