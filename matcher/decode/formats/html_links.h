// Addresses that stand in the attributes of a page.
#pragma once

#include <string>
#include <string_view>

namespace hitokoe::matcher {

// "mailto:a%40example.jp?subject=x" → "a@example.jp", "tel:+81-90…" → the number; empty for other
// links, and where `shown`, the link's text, has an address or a number already.
std::string address_of_link(std::string_view href, std::string_view shown);

// Mail addresses that Cloudflare hides from crawlers: hexadecimal, the first byte XORed with the
// others. Empty where it is none.
std::string hidden_address(std::string_view hexadecimal);

}  // namespace hitokoe::matcher
