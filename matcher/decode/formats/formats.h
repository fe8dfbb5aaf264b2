// The documents with a structure of their own: which of them this is.
#pragma once

#include <memory>

#include "matcher/decode/open_format.h"

namespace hitokoe::matcher {

// nullptr: none of them. `head` as in open_format().
std::unique_ptr<Reader> open_document_format(Reading& reading, const DocumentInfo& info,
                                             ByteView head);

}  // namespace hitokoe::matcher
