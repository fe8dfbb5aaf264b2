// A document under a password that none opened yet: it waits for one that comes later, as archives
// do.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>

#include "matcher/decode/archive/archive_keys.h"
#include "matcher/decode/open_format.h"

namespace hitokoe::matcher {

using TriedPasswords = std::set<std::string>;

struct LockedDocument {
  DocumentInfo info;
  TriedPasswords tried;  // none of them opens it
  Words warning;         // where nothing ever does
  // Reads it once more; must not try again what was tried.
  std::function<std::unique_ptr<Reader>(Reading&, DocumentInfo, TriedPasswords)> open;
};

// At most `most` passwords for a document that were not tried.
std::vector<std::string> passwords_for(const Reading& reading, const std::string& name,
                                       const TriedPasswords& tried, std::size_t most);

// Keeps it until all documents are in; where nothing may wait, or no room is left for its bytes, it
// is warned of at once.
void wait_for_password(Reading& reading, LockedDocument document, ByteView whole);

}  // namespace hitokoe::matcher
