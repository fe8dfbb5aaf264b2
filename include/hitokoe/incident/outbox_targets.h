// What becomes of messages whose target nobody serves any more (docs/webhooks.md).
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "hitokoe/incident/outbox.h"

namespace hitokoe::incident {

// Port, beside Outbox. Implementation: storage/sql.
class OutboxTargets {
 public:
  virtual ~OutboxTargets() = default;
  // Gives up what waits for targets of the channel that are not in `kept` any more, with `word` as
  // the reason and one event "outbox.target_removed" for each target. @return how many messages
  virtual Result<std::uint64_t> retire(OutChannel channel, std::span<const std::string> kept,
                                       const std::string& word, UtcTime at) = 0;
};

}  // namespace hitokoe::incident
