// From the body of a list to the items in it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/base/bytes.h"
#include "hitokoe/crawler/source.h"
#include "hitokoe/net/url.h"

namespace hitokoe::crawler {

struct ListedItem {
  std::string key;  // unique in the list; at most kLongestKey bytes
  net::Url url;
};

struct Listing {
  std::vector<ListedItem> items;  // in the order of the list, each key once
  bool too_long = false;          // there were more than source.max_items
  std::uint64_t unusable = 0;     // links that are no http(s) URL
};

constexpr std::size_t kLongestKey = 512;

// `base`: where the list came from in the end. kBadInput: a feed that is none.
Result<Listing> read_list(const Source& source, const net::Url& base, ByteView body);

// Puts \0 … \9 of `groups` in; "\\" is a backslash.
std::string expand(std::string_view form, const std::vector<std::string>& groups);
// The greatest group that a template names, -1 for none; nothing where a backslash is followed by
// anything else.
std::optional<int> greatest_group(std::string_view form);

// "&amp;", "&#39;", … as HTML writes them in attributes; unknown ones stay.
std::string unescape_html(std::string_view text);

}  // namespace hitokoe::crawler
