// Terms found the slow and obvious way: the whole document at once, every word at every place,
// every pattern in every line.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/matcher/terms.h"

namespace hitokoe::matcher::test {

// Term → the bytes at which its counted matches begin, ascending. Lines over 12 KiB: not for it.
using Places = std::map<std::uint32_t, std::vector<std::uint64_t>>;
Places slow_scan(const std::vector<Term>& terms, std::string_view document);

// The same from a TermScan that is fed in pieces of `piece` bytes: counts, and the first places.
struct Counted {
  std::uint64_t count = 0;
  std::vector<std::uint64_t> first;
  friend bool operator==(const Counted&, const Counted&) = default;
};
using Counts = std::map<std::uint32_t, Counted>;
Counts counts_of(const Places& places);
Counts fast_scan(const std::shared_ptr<const TermSet>& set, std::string_view document,
                 std::size_t piece);

}  // namespace hitokoe::matcher::test
