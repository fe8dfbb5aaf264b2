#include "matcher/decode/archive/rar_archive.h"

namespace hitokoe::matcher {

Result<void> read_rar(Reading& reading, WholeArchive& archive) {
  // Behind "Rar!\x1a\x07": 0, or 1 and 0.
  const Bytes start = archive.bytes->read(archive.found.at, 7);
  return start.size() == 7 && start[6] == 1 ? read_rar5(reading, archive)
                                            : read_rar4(reading, archive);
}

void warn_rar_part(Reading& reading, const std::string& name, bool later) {
  reading.warn(name, later
                         ? Words{"a later part of a split archive: all parts are needed; what is "
                                 "there is read",
                                 "分割書庫の途中の部分です。すべての部分が必要です。あるものだけを"
                                 "読みます"}
                         : Words{"the first part of a split archive: all parts are needed; what is "
                                 "there is read",
                                 "分割書庫の最初の部分です。すべての部分が必要です。あるものだけを"
                                 "読みます"});
}

}  // namespace hitokoe::matcher
