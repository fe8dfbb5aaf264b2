// A 7z archive that is there as a whole → its members, also encrypted ones.
#pragma once

#include "matcher/decode/archive/spooled_archive.h"

namespace hitokoe::matcher {

// What no password opened is put into `archive.left` (numbers of folders); locked with nothing in
// `left`: the list of members is encrypted too. Methods other than copy, LZMA, LZMA2, Deflate and
// bzip2 go to libarchive, as a whole and within the limit of memory.
Result<void> read_seven_zip(Reading& reading, WholeArchive& archive);

}  // namespace hitokoe::matcher
