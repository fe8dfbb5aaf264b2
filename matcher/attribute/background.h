// What no holder explains: the carriers' populations, and older leaks that are known.
#pragma once

#include <cstdint>
#include <vector>

#include "matcher/attribute/evidence.h"

namespace hitokoe::matcher {

class Background {
 public:
  explicit Background(const KnownLeaksView& known) : known_(known) {}
  // A part of a kind of row; kinds come in ascending order. `factor`: of its values, mean over the
  // dates of the carrier's own base.
  void add(std::uint32_t type, const KeptPart& part, double factor);
  // The shares that fit the rows best (EM), and the likelihood of each kind under them; into
  // `evidence`, whose rows and populations are there.
  void fit(Evidence& evidence) const;

 private:
  struct Part {
    std::uint32_t type, source;  // carriers, then known leaks
    double factor;               // of the values; 0 counts as a known leak's, which has no values
  };
  const KnownLeaksView& known_;
  std::vector<Part> parts_;
};

}  // namespace hitokoe::matcher
