// Who may have leaked, together: sets of up to three copies, and nobody of the registry.
//
// P(set | leak) ∝ prior(set) · likelihood(set); a holder's probability is the sum over the sets
// that it is in. Sets are found by going on from the best: a further copy is looked for among the
// rows that the background is left with. O(components · rows) for the first, and some hundred
// mixtures.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "matcher/attribute/evidence.h"
#include "matcher/attribute/fit.h"
#include "matcher/attribute/parts.h"
#include "matcher/attribute/priors.h"

namespace hitokoe::matcher {

// What speaks for a component beside its rows: natural logs.
struct Beside {
  std::vector<double> columns, order, canary;  // by component
  double canary_unknown = 0;
};

struct Hypothesis {
  std::vector<std::uint32_t> components;  // none: nobody of the registry; by number
  std::vector<std::uint32_t> parties;     // of these, by number
  double score = 0;                       // natural log, with prior
  double evidence = 0;                    // without
  double share_rest = 1;                  // of the rows, left to the background
};

class Hypotheses {
 public:
  Hypotheses(const Evidence& evidence, std::span<const CarrierView> carriers, const Priors& priors,
             const Beside& beside, const Rates& rates, double temper);

  // Highest first.
  const std::vector<Hypothesis>& all() const { return all_; }
  // Of one component alone; its membership part.
  const SingleFit& single(std::uint32_t component) const { return singles_[component]; }
  double unknown_evidence() const { return unknown_; }
  // The part of it without those downstream of a holder: rows from a whole population.
  double population_evidence() const { return population_; }
  const Beside& beside() const { return beside_; }
  // P that nobody of the registry is a source; P of each party.
  double none() const { return none_; }
  const std::map<std::string, double>& parties() const { return parties_; }
  // P that nobody of the registry is a source, but somebody downstream of this party; a part of
  // none().
  double passed_on(std::uint32_t party_number) const;
  // Nobody of the registry, and nobody downstream of this party either: natural log, without prior.
  double unknown_evidence_beside(std::uint32_t party_number) const;
  // P of each component.
  const std::vector<double>& components() const { return probability_; }

  // The order of rows was looked up since: the same sets, with what it says.
  void add_order(const std::vector<double>& order);

 private:
  void score_singles();
  void score_parts(std::span<const CarrierView> carriers);
  double gain(std::uint32_t component) const {
    const auto found = gains_.find(component);
    return found == gains_.end() ? 0 : found->second;
  }
  void list_singles();
  void score_unknown();
  void add_downstream();
  void search();
  void add(const std::vector<std::uint32_t>& components, const MixtureFit& fit, double occam);
  void normalise();
  double beside_of(std::span<const std::uint32_t> components) const;
  double prior(std::span<const std::uint32_t> components) const;
  std::vector<std::uint32_t> best_singles(std::size_t most) const;
  std::vector<std::uint32_t> first_of(std::span<const std::uint32_t> from) const;
  std::vector<std::uint32_t> rivals() const;

  const Evidence& e_;
  const Priors& priors_;
  Beside beside_;
  const Rates& rates_;
  double temper_;
  std::vector<SingleFit> singles_;
  std::map<std::uint32_t, Parts::Fit> parts_;       // of the best singles
  std::map<std::uint32_t, double> gains_;           // of the rivals: Mixtures::gain
  double alone(std::uint32_t component) const;      // whole or in part
  double handed_on(std::uint32_t component) const;  // the same at somebody downstream of it
  double unknown_ = 0, population_ = 0;
  std::map<std::uint32_t, double> downstream_;  // by party number: its part of unknown_
  std::vector<Hypothesis> all_;
  double none_ = 1;
  std::map<std::string, double> parties_;
  std::vector<double> probability_;
};

}  // namespace hitokoe::matcher
