// The bound: the posterior of somebody who knows how the leaks are made, with all rates, and every
// copy, also those that were never fingerprinted. No method can be better calibrated, and none
// surer on the average.
//
// Summed over kinds of leak, copies, parts of them, numbers of rows, shares of junk and older
// dumps; the likelihood of each is exact (likelihood.h). Copies that a quick look puts 60 nats
// behind the best are left out, and numbers of rows that are off by more than eight deviations. It
// sees what the rows show, not their order.
#pragma once

#include <span>

#include "evaluation/leaks/leak.h"
#include "evaluation/metrics/judged.h"

namespace hitokoe::evaluation {

class Oracle {
 public:
  // Both outlive it. `thorough`: nothing is left out; for small worlds.
  Oracle(const World& world, const LeakMaker& maker, bool thorough = false)
      : world_(world), maker_(maker), thorough_(thorough) {}
  // Answer::unknown: P that nobody of the registry is the source of the new part; an older dump
  // alone counts for neither.
  Answer answer(std::span<const LeakedRow> rows, ColumnMask columns) const;

 private:
  const World& world_;
  const LeakMaker& maker_;
  bool thorough_;
};

}  // namespace hitokoe::evaluation
