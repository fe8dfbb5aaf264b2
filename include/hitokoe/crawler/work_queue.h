// Hands captures to the matcher. At-least-once: an item is acknowledged after its effect is
// durable. Carries ids, never text. Port; implementations: storage/sql, storage/memory,
// storage/redis.
//
// A worker is a name that one process uses and no other ever will: a claim is held by the worker
// that made it until it is acknowledged, set aside or given back, or the worker was silent.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hitokoe/base/result.h"
#include "hitokoe/base/time.h"

namespace hitokoe::crawler {

struct WorkItem {
  std::uint64_t ticket = 0;
  std::string capture;           // id; the same id is queued once, ever
  std::uint32_t deliveries = 0;  // claims so far, this one included
};

class WorkQueue {
 public:
  virtual ~WorkQueue() = default;
  // An id that was ever pushed, acknowledged or set aside changes nothing: after a crash the
  // crawler pushes again what it may have pushed before.
  virtual Result<void> push(const std::string& capture, UtcTime now) = 0;
  // The same for many; not one step: after an error some may be queued.
  virtual Result<void> push_all(const std::vector<std::string>& captures, UtcTime now) {
    for (const auto& capture : captures) {
      TRYV(push(capture, now));
    }
    return ok();
  }
  // At most `limit` items that nobody holds, or whose holder was silent for `visibility`.
  virtual Result<std::vector<WorkItem>> claim(const std::string& worker, std::size_t limit,
                                              UtcTime now, Duration visibility) = 0;
  // Gives back, at once, what all workers but this one hold; their claims stay counted. For who
  // knows that all others are dead, not only silent. @return how many items.
  virtual Result<std::uint64_t> take_over(const std::string& worker) = 0;
  // A sign of life for what this worker has in hand: the silence of these tickets begins anew,
  // where it still holds them; claims stay counted. What it holds beside them (a try that failed, a
  // claim whose answer was lost) goes on being silent, and is handed out again.
  virtual Result<void> renew(const std::string& worker, const std::vector<std::uint64_t>& tickets,
                             UtcTime now) = 0;
  // Both: again, or after the other, changes nothing. kNotFound: no such ticket.
  virtual Result<void> acknowledge(std::uint64_t ticket) = 0;
  virtual Result<void> acknowledge_all(const std::vector<std::uint64_t>& tickets) {
    for (const auto ticket : tickets) {
      TRYV(acknowledge(ticket));
    }
    return ok();
  }
  // After `deliveries` failures a caller moves an item aside, with a reason for a person.
  virtual Result<void> set_aside(std::uint64_t ticket, const std::string& reason) = 0;
  // Items neither acknowledged nor set aside, held ones too.
  virtual Result<std::uint64_t> depth() = 0;
};

}  // namespace hitokoe::crawler
