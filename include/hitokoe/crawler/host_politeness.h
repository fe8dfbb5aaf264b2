// Whose turn it is to ask a host, where several crawler processes share the work. Port;
// implementations: storage/redis, storage/memory (for tests). One process alone needs none: it
// knows what it does itself.
//
// A turn is held by one process until it is given back or its lease runs out. The clock is that of
// the implementation, one for all processes: how far the processes' own clocks are apart changes
// nothing. A host that was asked rests; nobody gets a turn before the rest is over.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hitokoe/base/result.h"
#include "hitokoe/base/time.h"

namespace hitokoe::crawler {

class HostPoliteness {
 public:
  virtual ~HostPoliteness() = default;

  struct Turn {
    bool granted = false;
    Duration wait{};     // not granted: ask again after this, not before
    Duration penalty{};  // granted: how much the host complained lately, to whomever
  };
  // `rest`: the pause that the host is owed at least; where the holder dies, nobody has a turn
  // before its lease and this are over. Nor does this process before `rest` is over since the last
  // request of whoever had the turn before, though that one may have wanted less. A turn that this
  // process has already is granted again.
  virtual Result<Turn> take(const std::string& host, Duration rest) = 0;

  struct Hold {
    std::string host;
    Duration rest{};  // as for take; what is owed now
  };
  // The leases begin anew. @return the hosts that this process has lost: it asks them nothing more.
  // A host that nobody has and that rests is lost, too: another had it and gave it back.
  virtual Result<std::vector<std::string>> renew(const std::vector<Hold>& holds) = 0;

  // The turn is over; the host rests for `rest` from now on. `asked_ago`: since when the last
  // request to it is over; none: nothing was asked. Of a turn that was lost: nothing changes.
  virtual Result<void> give_back(const std::string& host, Duration rest, Duration penalty,
                                 std::optional<Duration> asked_ago) = 0;

  // A holder that could not renew for so long asks nothing more.
  virtual Duration lease() const = 0;
};

}  // namespace hitokoe::crawler
