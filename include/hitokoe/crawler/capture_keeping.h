// Ending what CaptureStore::keep_for_incident began. Port, of a CaptureStore where something ends;
// implementation: storage/blob.
#pragma once

#include <functional>
#include <string>

#include "hitokoe/base/result.h"

namespace hitokoe::crawler {

class CaptureKeeping {
 public:
  virtual ~CaptureKeeping() = default;
  // The capture is kept no more for those incidents of which `keeps` says no. Each of those is
  // asked about once more after that, and keeps it again where the answer has become yes: a capture
  // that comes to an incident at the same time stays, whoever is first, if it is kept (again) after
  // it came. An id that is not there is success. `keeps` may use the store. kIo, and what `keeps`
  // fails with: of the incidents that were not asked about yet nothing has changed.
  using Keeps = std::function<Result<bool>(const std::string& incident)>;
  virtual Result<void> let_go(const std::string& id, const Keeps& keeps) = 0;
};

}  // namespace hitokoe::crawler
