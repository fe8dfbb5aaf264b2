// Links in text of any kind, and in pages.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crawler/listing.h"
#include "hitokoe/base/bytes.h"
#include "hitokoe/net/url.h"

namespace hitokoe::crawler {

// What begins with http:// or https://, each once, in the order of the text, with query and
// fragment. Ends at white space, quotes, angle brackets and what is no ASCII; punctuation that ends
// a sentence is left off. Written as HTML (&amp;) or JSON (\/) does, it is read as meant. At most
// 1,000, of at most 2,048 bytes.
std::vector<std::string> find_links(ByteView text);

// What `page` (HTML that came from `from`) says its references are relative to: the href of its
// first <base> (HTML Living Standard 4.2.3), else `from`.
net::Url base_of_page(ByteView page, const net::Url& from);

// The references of `page` in href and src, as seen from `base`, each once, in the order of the
// page, with fragment; those that lead to the page itself ("#top") or are no http(s) URL are left
// out. What no URL may hold (spaces, letters beyond ASCII) is written as UTF-8 in percent signs, as
// browsers do. At most 2,000, of at most 2,048 bytes. O(page).
std::vector<std::string> find_references(ByteView page, const net::Url& base);

// All of these that a capture holds: what is written out in it and, where it is a page, its
// references as seen from piece.base, else base_of_page(). `served_as`: the media type, where the
// piece has none of its own; `from`: where it came from.
std::vector<std::string> links_of(const Piece& piece, std::string_view served_as,
                                  const std::string& from);

// By what it was served as ("text/html; charset=x"), or, where nobody said, by how it begins.
bool is_page(std::string_view content_type, ByteView body);

}  // namespace hitokoe::crawler
