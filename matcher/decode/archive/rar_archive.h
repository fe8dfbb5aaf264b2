// A RAR archive that is there as a whole → its members: unpacked by libarchive. What is encrypted
// is decrypted here first, block by block, and libarchive sees an archive that is not encrypted.
#pragma once

#include "matcher/decode/archive/spooled_archive.h"

namespace hitokoe::matcher {

Result<void> read_rar(Reading& reading, WholeArchive& archive);

// By the signature.
Result<void> read_rar4(Reading& reading, WholeArchive& archive);
Result<void> read_rar5(Reading& reading, WholeArchive& archive);
void warn_rar_part(Reading& reading, const std::string& name, bool later);

}  // namespace hitokoe::matcher
