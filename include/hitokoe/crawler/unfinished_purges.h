// What a process that was killed had destroyed and not tidied up. What keeps the uses of captures
// is one of these, too. Implementation: storage/sql.
#pragma once

#include <string>
#include <vector>

#include "hitokoe/base/result.h"

namespace hitokoe::crawler {

class UnfinishedPurges {
 public:
  virtual ~UnfinishedPurges() = default;
  // Captures that CaptureUse::record() was told of, that named something of file sharing, and that
  // were not forgotten: a process was killed meanwhile, or they were kept.
  virtual Result<std::vector<std::string>> unfinished() = 0;
};

}  // namespace hitokoe::crawler
