// Links in text of any kind.
#pragma once

#include <string>
#include <vector>

#include "hitokoe/base/bytes.h"

namespace hitokoe::crawler {

// What begins with http:// or https://, each once, in the order of the text, with query and
// fragment. Ends at white space, quotes, angle brackets and what is no ASCII; punctuation that ends
// a sentence is left off. Written as HTML (&amp;) or JSON (\/) does, it is read as meant. At most
// 1,000, of at most 2,048 bytes.
std::vector<std::string> find_links(ByteView text);

}  // namespace hitokoe::crawler
