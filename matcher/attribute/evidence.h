// The rows of a leak against the components, as numbers.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "matcher/attribute/leak.h"

namespace hitokoe::matcher {

// Probability that a value is rendered otherwise than the snapshot had it.
inline constexpr double kEpsilon = 0.02;

struct Member {        // a kind of row whose subject a component holds
  std::uint32_t type;  // in Evidence::rows
  double fit;          // log of the factor for values that differ: 0 or less
};

struct Component {
  std::uint32_t carrier = 0;
  Ordinal ordinal = 0;
  const SegmentSnapshot* snapshot = nullptr;
  double log_size = 0;  // of |D|
  double unlinked = 0;  // share of its records without a subject, where that is over 2 %
  std::vector<Member> members;
};

struct CarrierEvidence {
  bool has_own = false;
  std::uint64_t population = 0;
  std::uint64_t rows = 0;  // that resolved to it and count
};

struct Evidence {
  std::vector<double> rows;  // by type: how many rows
  double total = 0;
  double outside = 0;  // rows whose subject the carrier's own base does not have: not counted
  std::vector<CarrierEvidence> carriers;
  std::vector<Component> components;
  // By type: log of the background's likelihood, with and without the values.
  std::vector<double> background, background_plain;
  std::vector<double> shares;  // β, by carrier
};

Evidence gather(const Leak& leak, std::span<const CarrierView> carriers);

}  // namespace hitokoe::matcher
