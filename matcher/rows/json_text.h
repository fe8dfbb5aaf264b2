// Strings and numbers of JSON as dumps have it: also with single quotes, bare words and what the
// shells of databases write (ObjectId("…"), NumberLong(1)).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hitokoe::matcher {

bool is_json_space(char c);  // also , ; and the brackets of ObjectId(…)
std::size_t skip_json_space(std::string_view text, std::size_t at);  // and comments
bool is_json_word(char c);

enum class StringEnd { kOpen, kClosed };

// From within a string that `quote` will end: appends its text to `out` as long as that has less
// than `most` bytes, and moves `at` behind it, or to the end of `text` (kOpen). \u with surrogates;
// what is no escape stays as it is; line ends become spaces. A line end that a new member or object
// follows ends the string: it was never closed.
StringEnd json_string_rest(std::string_view text, std::size_t& at, char quote, std::size_t most,
                           std::string& out);

// "{" or "[" at the beginning of `text`, and what follows is JSON with at least one member.
bool json_begins(std::string_view text);

}  // namespace hitokoe::matcher
