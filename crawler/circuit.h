// The name under which a SOCKS proxy keeps the requests of one source apart: Tor gives each name
// circuits of its own. A new name is a new circuit.
#pragma once

#include <string>

#include "hitokoe/base/random.h"
#include "hitokoe/crawler/source.h"

namespace hitokoe::crawler {

class Circuit {
 public:
  // Without a SOCKS proxy there is no circuit and no name.
  Circuit(const Source& source, Random& random);
  const std::string& name() const { return name_; }
  void renew(Random& random);  // nothing, where there is none

 private:
  std::string name_;  // by chance: a proxy is told no source
};

// Whether another circuit may help: nobody answered, and neither the proxy nor a lock is why.
bool is_worth_a_new_circuit(const Error& error);

}  // namespace hitokoe::crawler
