// How likely each row of a leak looks as it does, were it from a copy, an older dump, or the junk.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "evaluation/leaks/leak.h"

namespace hitokoe::evaluation {

// The rows of one leak by person. What it sees of a row is what the row shows: the customer number
// only where it is legible.
class RowWeights {
 public:
  RowWeights(const World& world, const LeakOptions& options, std::span<const LeakedRow> rows,
             ColumnMask columns);

  std::size_t size() const { return rows_.size(); }
  const std::vector<std::uint32_t>& persons() const { return persons_; }
  // The contract of row i's person with a carrier; kNobody: none, or the row shows another one.
  std::uint32_t contract(std::size_t row, std::uint32_t carrier) const;

  // Each by row. `rows_of`: only those whose person the copy holds.
  std::vector<double> of_copy(const Copy& copy) const;
  std::vector<double> of_dump(const World& world, const Dump& dump) const;
  const std::vector<double>& of_junk(std::uint32_t carrier) const;

  // P that a row shows enough to be resolved.
  double visible(const Copy& copy) const;
  double visible_junk() const;
  std::uint64_t visible_rows(const Dump& dump) const;

 private:
  double value(std::size_t row, std::uint32_t person, std::size_t column, int day) const;
  double one(std::size_t row, const Copy& copy) const;

  const World& world_;
  LeakOptions options_;
  ColumnMask columns_;
  std::vector<LeakedRow> rows_;
  std::vector<std::uint32_t> persons_;
  mutable std::map<std::uint32_t, std::vector<double>> junk_;  // by carrier

  friend class RoughScores;
};

// P(at least kLeastValues of n values, each legible with probability p).
double enough_of(int n, double p);

}  // namespace hitokoe::evaluation
