// How well a holder explains a leak.
#pragma once

#include <span>
#include <vector>

#include "matcher/attribute/evidence.h"

namespace hitokoe::matcher {

struct Fit {
  std::vector<double> shares;  // π of each component, by maximum likelihood
  double rest = 1;             // π of the background
  double gain = 0;             // log likelihood over that of the background alone; natural log
  double gain_plain = 0;       // the same without the values: membership alone
};

// A mixture of the components (at most one a carrier) and the background, by EM. `weights` are the
// rows by type, normally Evidence::rows. O(members).
Fit fit_mixture(const Evidence& evidence, std::span<const Component* const> components,
                std::span<const double> weights);

// What of each row the background explains, by type: rows times its responsibility.
std::vector<double> residual(const Evidence& evidence, const Fit& fit,
                             std::span<const Component* const> components,
                             std::span<const double> weights);

double log_add(double a, double b);  // log(exp a + exp b)

}  // namespace hitokoe::matcher
