// HTML → the text that a reader sees: blocks end lines, table rows become tab-separated lines,
// scripts and styles are left out. The text is taken from text nodes, never from attributes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hitokoe::matcher {

inline constexpr std::size_t kMostHtml = 64U << 20;

// Nothing where the page is over kMostHtml or nested so deeply that a parser's stack is at risk.
std::optional<std::string> html_text(std::string_view html);

}  // namespace hitokoe::matcher
