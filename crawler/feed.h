// RSS 0.9 to 2.0 and Atom, read from a server that may be hostile.
#pragma once

#include <string>
#include <vector>

#include "hitokoe/base/bytes.h"

namespace hitokoe::crawler {

struct FeedEntry {
  std::string id;       // guid, atom:id or rdf:about; empty where the feed gives none
  std::string link;     // as written: may be relative
  std::string updated;  // as written: atom:updated, pubDate, dc:date; empty where there is none
};

// The entries in the order of the feed, at most `most`; those without link and id are left out.
// Broken or cut XML gives what can be read before the break. Nothing is loaded, no entity is
// expanded. kBadInput: neither RSS nor Atom, or a document that declares entities.
Result<std::vector<FeedEntry>> parse_feed(ByteView body, std::size_t most);

}  // namespace hitokoe::crawler
