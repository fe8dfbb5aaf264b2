// A capture store that knows at once what it has. One that does is one of these, too; of another
// one meta() is asked. Implementation: storage/blob.
#pragma once

#include <string>

#include "hitokoe/base/result.h"

namespace hitokoe::crawler {

class CaptureIndex {
 public:
  virtual ~CaptureIndex() = default;
  // Whether the capture is there, for who is about to put it: O(1) and one look at its file, where
  // meta() of one that is not there lists what other processes may have put meanwhile. So what
  // another process put a moment ago is not known.
  virtual Result<bool> has(const std::string& id) = 0;
};

}  // namespace hitokoe::crawler
