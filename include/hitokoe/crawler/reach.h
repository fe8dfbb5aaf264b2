// When a source of an overlay network could be reached and when not (接続の履歴). Port;
// implementations: storage/sql, storage/memory.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "hitokoe/base/result.h"
#include "hitokoe/base/time.h"

namespace hitokoe::crawler {

struct ReachChange {
  std::string source;
  UtcTime at{};
  bool up = false;
  std::string reason;  // of being down: the name of a FetchFault; "" when up
};

class ReachLog {
 public:
  virtual ~ReachLog() = default;
  // Durable when it returns. Recorded only where `up` differs from the last change, and the first
  // time. @return whether it was.
  virtual Result<bool> note(const ReachChange& change) = 0;
  // The newest first, at most `most` of each source; sources sorted by id.
  virtual Result<std::vector<ReachChange>> changes(std::size_t most) = 0;
};

}  // namespace hitokoe::crawler
