#include "matcher/decode/archive/rar_archive.h"

#include "matcher/decode/archive/library_archive.h"

namespace hitokoe::matcher {

Result<void> read_rar(Reading& reading, WholeArchive& archive) {
  return read_with_library(reading, archive);
}

}  // namespace hitokoe::matcher
