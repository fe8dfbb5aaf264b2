// What a list holds, and how it is collected within the source's limits.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "crawler/feed.h"
#include "hitokoe/base/bytes.h"
#include "hitokoe/crawler/source.h"
#include "hitokoe/net/url.h"

namespace hitokoe::crawler {

// Bytes that become one capture.
struct Piece {
  std::string name{};  // "": the item itself; else a part of it ("attachment")
  Bytes body{};
  std::string content_type{};  // "": as the server said
  std::uint64_t posts = 0;     // in it, where the format knows posts; for reports only
  std::string base{};          // what references in it are relative to; "": it says, or where it
                               // came from
};

struct ListedItem {
  std::string key;  // unique in the list; at most kLongestKey bytes
  net::Url url;
  std::string version{};         // see FetchJob
  std::optional<Piece> piece{};  // the item itself, where the list holds it: nothing is fetched
};

struct Listing {
  std::vector<ListedItem> items;  // in the order of the list, each key once
  std::uint64_t seen = 0;         // entries of the format, those left out too; 0: an empty list
  bool too_long = false;          // there were more than source.max_items
  std::uint64_t unusable = 0;     // links that are no http(s) URL
  std::vector<net::Url> next;     // more pages of the same list
  std::string blind;              // why nothing can be seen here, a stable name; empty: it can
};

constexpr std::size_t kLongestKey = 512;

class Collector {
 public:
  Collector(const Source& source, const net::Url& base) : source_(source), base_(base) {}

  // An item by its key (an over-long one is replaced by its digest) and its URL, which may be
  // relative. False when the list is full.
  bool add(std::string key, std::string_view reference, std::string version = {},
           std::optional<Piece> piece = {});
  void saw() { ++listing_.seen; }  // an entry that is known already, and not added
  void next(std::string_view reference);
  Listing take() { return std::move(listing_); }

 private:
  const Source& source_;
  const net::Url& base_;
  Listing listing_;
  std::unordered_set<std::string> keys_;
};

// By the source's pattern, over the page as text. `base`: where it came from in the end. `cut`: the
// page is not whole, so what ends where it ends may go on.
Listing read_page(const Source& source, const net::Url& base, ByteView body, bool cut);
// The last entry of a list that was cut may be half of one: it is left for the next time.
template <class Entries>
void leave_the_last(Entries& entries, bool cut) {
  if (cut && !entries.empty()) entries.pop_back();
}
// By the source's rule for links, where it has one.
Listing read_entries(const Source& source, const net::Url& base,
                     const std::vector<FeedEntry>& entries);

// Puts \0 … \9 of `groups` in; "\\" is a backslash.
std::string expand(std::string_view form, const std::vector<std::string>& groups);
// The greatest group that a template names, -1 for none; nothing where a backslash is followed by
// anything else.
std::optional<int> greatest_group(std::string_view form);

// "&amp;", "&#39;", … as HTML writes them in attributes; unknown ones stay.
std::string unescape_html(std::string_view text);

}  // namespace hitokoe::crawler
