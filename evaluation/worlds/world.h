// A made-up world: people, and who holds which copy of whose customers. Immutable once made; the
// same options and seed give the same world on every machine.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "evaluation/worlds/people.h"
#include "hitokoe/base/time.h"
#include "hitokoe/registry/model.h"

namespace hitokoe::evaluation {

// Day 0 of every world is 2023-01-01.
JstDay calendar(int day);

struct Delegation {
  std::uint32_t carrier, from, to;  // parties
  int above = -1;                   // delegation; -1: the carrier's own
  int level = 1;                    // 1: of the carrier itself
  ColumnMask columns = 0;
  bool returned = false;
  std::vector<std::uint32_t> copies;  // in order of the handover
  // Which customers: those of these regions and segments, and a fixed choice among them.
  std::uint64_t regions = ~std::uint64_t{0}, segments = ~std::uint64_t{0};
  double share = 1;
  std::uint64_t salt = 0;  // of the choice, and of the order of the file
  bool by_number = true;   // the file is sorted by customer number, else in an order of its own
};

// A copy at one holder at one time: what may leak.
struct Copy {
  std::string id;
  std::uint32_t party, carrier;
  int delegation = -1;  // -1: the carrier's own base
  int source = -1;      // copy; -1: own
  int as_of = 0, on = 0;
  ColumnMask columns = 0;
  bool fingerprinted = true;
  std::vector<std::uint32_t> members;  // contracts, ascending
  bool own() const { return delegation < 0; }
};

class World {
 public:
  World(const WorldOptions& options, std::uint64_t seed);

  const WorldOptions& options() const { return options_; }
  const People& people() const { return people_; }
  // Carriers first, then contractors, then sub-contractors.
  const std::vector<std::string>& parties() const { return parties_; }
  bool is_carrier(std::uint32_t party) const { return party < options_.carriers; }
  const std::vector<Delegation>& delegations() const { return delegations_; }
  const std::vector<Copy>& copies() const { return copies_; }
  // The copies that hold a contract, ascending.
  std::span<const std::uint16_t> holders(std::uint32_t contract) const {
    return {holders_.data() + held_from_[contract], holders_.data() + held_from_[contract + 1]};
  }
  // Which version of a column a copy has of a person.
  std::uint8_t version(const Copy& copy, std::uint32_t person, std::size_t column) const {
    return people_.version(person, kColumns[column].change, copy.as_of);
  }
  // The members in the order of the holder's file.
  std::vector<std::uint32_t> in_file_order(const Copy& copy) const;
  // By member: its place in that file. Kept once made; not thread-safe.
  std::span<const std::uint32_t> places(std::uint32_t copy) const;
  // How many members a copy has by region and by segment. Kept once made; not thread-safe.
  struct Frames {
    std::array<std::uint32_t, 64> regions{}, segments{};
    bool made = false;
  };
  const Frames& frames(std::uint32_t copy) const;
  registry::Registry registry() const;

 private:
  World(const WorldOptions& options, SeededRandom&& random);
  void make_own();
  void make_contractors(Random& random);
  void make_sub_contractors(Random& random);
  void choose_set(Delegation& delegation, Random& random) const;
  void hand_over(std::uint32_t delegation, std::uint32_t source, int on);
  bool in_set(const Delegation& delegation, std::uint32_t contract) const;
  void list_holders();

  WorldOptions options_;
  People people_;
  std::vector<std::string> parties_;
  std::vector<Delegation> delegations_;
  std::vector<Copy> copies_;
  std::vector<std::vector<std::uint32_t>> own_;  // copies, by carrier and time
  std::vector<std::uint32_t> held_from_;         // by contract
  std::vector<std::uint16_t> holders_;
  mutable std::vector<std::vector<std::uint32_t>> places_;  // by copy
  mutable std::vector<Frames> frames_;                      // by copy
};

}  // namespace hitokoe::evaluation
