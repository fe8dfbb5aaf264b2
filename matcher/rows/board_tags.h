// Tags that boards write for HTML's (BBCode): "[code]", "[quote=somebody]", "[/b]". They stand
// around rows that somebody pasted, on lines of their own or right before and behind a row.
#pragma once

#include <string_view>

namespace hitokoe::matcher {

// Whether it is worth asking below. `line` is trimmed.
inline bool may_have_board_tags(std::string_view line) {
  return !line.empty() && (line.front() == '[' || line.back() == ']');
}

// Without the tags before and behind it; what is left keeps its blanks, and a line without tags is
// returned as it is. A tag whose attribute may tell somebody ("[url=mailto:…]", "[quote=… 090-…]")
// is text and stays, and so does one that fills a cell ("[code],[name]"). O(tags): at most 256
// bytes are looked at for each.
std::string_view without_board_tags(std::string_view line);

}  // namespace hitokoe::matcher
