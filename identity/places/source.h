// The places of Japan as a source lists them: Debian's skkdic-extra, or a KEN_ALL file of Japan
// Post. For make_places and the tests; not part of the product.
#pragma once

#include <set>
#include <string>
#include <vector>

namespace hitokoe::identity::places {

struct TownEntry {
  std::string postal;   // seven digits
  std::u32string city;  // with prefecture and county: 北海道虻田郡京極町
  std::u32string town;  // never empty; full-width digits are ASCII
};

struct Source {
  std::set<std::u32string> cities;
  std::vector<TownEntry> towns;  // in the order of the source; one town may stand there twice
};

// Either format, told by the content: SKK-JISYO.zipcode (EUC-JIS-2004, one line a postal code,
// "1350061 /東京都江東区豊洲/"), or KEN_ALL.CSV (CP932) or utf_ken_all.csv, whose notes in brackets
// are taken off, continued lines joined, and listed areas kept as towns of their own. Ends the
// program with a message where the file is neither.
Source read_source(const char* path);

// Ends the program.
[[noreturn]] void die(const std::string& what);

// Index into kPrefectureNames of what `name` begins with; ends the program where there is none.
std::size_t prefecture_of(const std::u32string& name);

}  // namespace hitokoe::identity::places
