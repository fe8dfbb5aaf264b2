// Letters that look alike become one: "раypаl" (Cyrillic), "paypa1", "ρaypal" → "paypal".
//
// A table of our own, by what fonts in use show alike, for letters that may stand in host names; of
// Japanese, kana and kanji of one look (ロ 口, カ 力, ー 一). In the spirit of UTS 39, section 4.
#pragma once

#include <string>
#include <string_view>

namespace hitokoe::matcher {

// One character's look; itself where it looks like none but itself. Lower case; full width is
// ASCII. Accents count for nothing.
char32_t look_of(char32_t c);

// Of a label: each character's look, then what two letters look like together: rn m, vv w, cl d.
std::u32string skeleton_of(std::u32string_view label);

// May stand in a host name that a person takes for a Latin one: ASCII letters, digits, hyphen, and
// letters that look like some.
bool in_host(char32_t c);

}  // namespace hitokoe::matcher
