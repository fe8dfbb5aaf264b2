// Who lives in a made-up world: when each was whose customer, and when their values changed.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "evaluation/worlds/fields.h"
#include "hitokoe/base/random.h"
#include "hitokoe/evaluation/options.h"

namespace hitokoe::evaluation {

inline constexpr std::uint32_t kNobody = 0xffffffff;

// A person as customer of one carrier; at most one contract for each pair.
struct Contract {
  std::uint32_t person;
  std::uint16_t carrier;
  std::uint8_t region, segment;
  std::int16_t from, to;  // days; a customer on `day` when from <= day < to
};

class People {
 public:
  People(const WorldOptions& options, Random& random);

  std::uint32_t size() const { return persons_; }
  std::uint32_t carriers() const { return carriers_; }
  // By carrier, then by customer number.
  const std::vector<Contract>& contracts() const { return contracts_; }
  // A carrier's: [first, second) in contracts().
  std::pair<std::uint32_t, std::uint32_t> of_carrier(std::uint32_t carrier) const {
    return {first_[carrier], first_[carrier + 1]};
  }
  std::uint32_t contract(std::uint32_t person, std::uint32_t carrier) const {  // or kNobody
    return contract_of_[std::size_t{person} * carriers_ + carrier];
  }
  // How often it had changed by the end of that day.
  std::uint8_t version(std::uint32_t person, Change change, int day) const;
  // Versions that the person had in all the years: at least 1.
  std::uint8_t versions(std::uint32_t person, Change change) const;

 private:
  void make_contracts(const WorldOptions& options, Random& random);
  void make_changes(const WorldOptions& options, Random& random);

  std::uint32_t persons_, carriers_;
  std::vector<Contract> contracts_;
  std::vector<std::uint32_t> first_;  // by carrier
  std::vector<std::uint32_t> contract_of_;
  struct Days {
    std::vector<std::uint32_t> begins;  // by person
    std::vector<std::int16_t> days;
  };
  std::array<Days, kChanges> changes_;
};

// A place in a list of weights, by chance. Weights are not negative and not all 0.
std::size_t draw(std::span<const double> weights, Random& random);
// 1, 1/2^e, 1/3^e, …
std::vector<double> zipf(std::size_t n, double exponent);
// Days until something that happens `yearly` times a year; exponential.
double wait_days(double yearly, Random& random);

}  // namespace hitokoe::evaluation
