// A RAR archive that is there as a whole → its members: by libarchive, and what is encrypted by the
// program `unar`, where it is installed.
#pragma once

#include "matcher/decode/archive/spooled_archive.h"

namespace hitokoe::matcher {

Result<void> read_rar(Reading& reading, WholeArchive& archive);

}  // namespace hitokoe::matcher
