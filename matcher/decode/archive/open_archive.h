// The reader of a container, where the document is one.
#pragma once

#include "matcher/decode/open_format.h"

namespace hitokoe::matcher {

// nullptr: it is none. `info` is only moved from where it is one.
std::unique_ptr<Reader> open_archive(Reading& reading, DocumentInfo& info, ByteView head);

}  // namespace hitokoe::matcher
