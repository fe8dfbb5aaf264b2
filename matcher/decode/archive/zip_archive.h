// A ZIP archive that is there as a whole → its members, each a document.
#pragma once

#include "matcher/decode/archive/spooled_archive.h"

namespace hitokoe::matcher {

// Members that no password opened are put into `archive.left` (positions in the directory).
// `archive.left` not empty: these only.
Result<void> read_zip(Reading& reading, WholeArchive& archive);

}  // namespace hitokoe::matcher
