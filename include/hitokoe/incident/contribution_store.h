// What the exposures of incidents contributed to the question whose copy leaked
// (hitokoe/matcher/contribution.h), sealed under the incident's key. Port; implementation:
// storage/sql.
#pragma once

#include <functional>
#include <string>

#include "hitokoe/base/bytes.h"
#include "hitokoe/base/result.h"

namespace hitokoe::incident {

class ContributionStore {
 public:
  virtual ~ContributionStore() = default;
  // Durable on return. Another one of the same exposure is replaced: twice counts once.
  virtual Result<void> put(const std::string& incident, const std::string& exposure,
                           ByteView sealed) = 0;
  // By exposure, ascending; one in memory at a time.
  virtual Result<void> each(
      const std::string& incident,
      const std::function<Result<void>(const std::string& exposure, ByteView sealed)>& visit) = 0;
};

}  // namespace hitokoe::incident
