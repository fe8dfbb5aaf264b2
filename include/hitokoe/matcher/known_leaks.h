// Older leaks that the service knows: whose customers they had, and what was shown of each. A scan
// takes them as sources of their own, and reports what is new against them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "hitokoe/base/time.h"
#include "hitokoe/identity/field_set.h"
#include "hitokoe/identity/fingerprint.h"

namespace hitokoe::matcher {

struct KnownLeak {
  struct Subject {
    identity::Fingerprint y_ref{};  // under G of its epoch
    identity::FieldSet fields;
    bool canary = false;
  };
  std::string id;  // of its incident
  // It is over: rows that it had may be from it, and speak for nobody. Of one that goes on they are
  // news of the same leak, and only what is new is told.
  bool as_source = true;
  // By controller, in any order; a customer once. None at all: it cannot be read, a note says so.
  std::map<std::string, std::vector<Subject>> subjects;
  std::uint64_t people = 0;  // where `subjects` are only some of them: how many there were
};

using KnownLeaks = std::vector<KnownLeak>;

class Index;

// Older leaks in the numbers of an index: made once, for many exposures over it. Immutable. Costs
// about a microsecond a customer.
class PreparedLeaks {
 public:
  virtual ~PreparedLeaks() = default;
};
std::shared_ptr<const PreparedLeaks> prepare(const std::shared_ptr<const Index>& index,
                                             const KnownLeaks& leaks);

}  // namespace hitokoe::matcher
