// How well components explain a leak: log likelihoods over the background's, in natural logs.
//
// With share π of the rows from a component and the rest from the background, a row's ratio is
// 1 − π + π·w/b. The background is what fits best when nobody leaked: beside a source, known older
// leaks have another share of what is left, which mixtures fit, too. The share of one component is
// integrated over, uniformly (its Occam factor); those of a mixture are fitted by EM (Dempster,
// Laird and Rubin, J. R. Stat. Soc. B 39, 1977) and each pays the factor that it paid alone.
//
// Everything is multiplied by `temper` before it is integrated: rows of one leak share what the
// model does not know, so that N rows are worth fewer (a power likelihood: Grünwald, COLT 2012).
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "matcher/attribute/evidence.h"

namespace hitokoe::matcher {

// "Is a source" means that it gave at least this share: with less it would only echo the
// background.
inline constexpr double kLeastShare = 0.03;

struct SingleFit {
  double score = 0;  // tempered, integrated over the share
  double score_plain =
      0;             // the same of membership alone, without the values, where it was asked for
  double share = 0;  // the most likely
  double occam = 0;  // what integrating takes off the best share's score: 0 or more
};

// One component after the other, in the same memory.
class SingleFitter {
 public:
  explicit SingleFitter(const Evidence& evidence);
  ~SingleFitter();
  // `weights`: rows by type, normally Evidence::rows. `log_size`: of the component, or of the part
  // of it that counts. O(members). Without `want_plain`, score_plain is score.
  SingleFit fit(std::span<const Member> members, double log_size, double unlinked,
                std::span<const double> weights, double temper, bool want_plain = false);
  SingleFit fit(const Component& c, std::span<const double> weights, double temper,
                bool want_plain = false) {
    return fit(c.members, c.log_size, c.unlinked, weights, temper, want_plain);
  }

 private:
  struct Scratch;
  const Evidence& e_;
  std::unique_ptr<Scratch> scratch_;
};

struct MixtureFit {
  std::vector<double> shares;
  double rest = 1;        // the background's, of which
  double rest_known = 0;  // … known leaks'
  double score = 0;       // tempered, at the best shares
};

// Ratios of all kinds of rows under some components, side by side. Kinds that are alike to all of
// these and to the background are one group: thousands of kinds are some hundred groups. Making it:
// O(types · components); a fit: O(groups · components).
class Mixtures {
 public:
  // `members`: by component, instead of its own.
  Mixtures(const Evidence& evidence, std::vector<std::uint32_t> components,
           std::span<const std::span<const Member>> members);
  std::size_t size() const { return components_.size(); }
  std::uint32_t component(std::size_t i) const { return components_[i]; }
  // Of the components at these positions.
  MixtureFit fit(std::span<const std::size_t> chosen, double temper) const {
    return fit(chosen, temper, false);
  }
  // What known leaks' own share of the rest gains over the background as it is; 0 or more,
  // tempered.
  double gain(std::size_t component, double temper) const;
  // Rows by type that the background explains, under the mixture.
  std::vector<double> residual(std::span<const std::size_t> chosen, const MixtureFit& fit) const;

 private:
  MixtureFit fit(std::span<const std::size_t> chosen, double temper, bool fixed) const;
  bool has_known() const {  // both: else there is nothing to be fitted
    return evidence_.population_share > 1e-3 && evidence_.population_share < 1 - 1e-3;
  }
  void put_together();

  const Evidence& evidence_;
  std::vector<std::uint32_t> components_;
  std::vector<float> ratios_;  // by group, then component; last, what known leaks are of the rest
  std::vector<double> rows_, population_, known_;  // by group; the last two over the background
  std::vector<std::uint32_t> group_of_;            // by type
};

double log_add(double a, double b);  // log(exp a + exp b)

}  // namespace hitokoe::matcher
