// Leaks of a part of a copy: one region, one service, one month.
//
// Under the size principle a leak that lies in one corner of a copy speaks for whoever had just
// that corner. But a leaker may have taken a corner: then rows fall on the pieces of its copy in
// shares that nobody knows beforehand. Pieces are made by who else holds a customer, among the
// rivals; the shares are integrated over (a Dirichlet prior: Minka, "Estimating a Dirichlet
// distribution", 2000), so that a corner costs what choosing it costs, and no more.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "matcher/attribute/fit.h"

namespace hitokoe::matcher {

class Parts {
 public:
  // Pieces by these components, at most 16; those of a guess are not looked at. O(classes).
  Parts(const Evidence& evidence, std::span<const CarrierView> carriers,
        std::span<const std::uint32_t> rivals);
  // A component whose rows fall on its pieces in unknown shares.
  struct Fit {
    std::vector<Member> members;  // as the component's, with what the pieces make of each row
    double cost = 0;              // of not knowing the shares: 0 or more
    double score = 0;             // like SingleFit::score, with the cost
  };
  // `alone`: its fit without. Nothing for a guess or a single piece.
  std::optional<Fit> fit(std::uint32_t component, const SingleFit& alone, double temper) const;

 private:
  const Evidence& evidence_;
  std::vector<std::uint32_t> rivals_;
  std::vector<std::vector<double>> sizes_;  // by carrier and pattern: customers
  std::vector<std::uint16_t> pattern_;      // by carrier and type: rivals that hold the customer
  std::size_t carriers_;
};

}  // namespace hitokoe::matcher
