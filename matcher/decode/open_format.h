// Which reader a document gets: the one place that knows all formats.
#pragma once

#include <memory>
#include <string>

#include "matcher/decode/reader.h"
#include "matcher/decode/reading.h"

namespace hitokoe::matcher {

struct DocumentInfo {
  std::string name, content_type;
  unsigned depth = 0;
};

// `head`: the first 64 KiB or the whole. Never nullptr: what is not read gets a reader that warns.
std::unique_ptr<Reader> open_format(Reading& reading, DocumentInfo info, ByteView head);

}  // namespace hitokoe::matcher
