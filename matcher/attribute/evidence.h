// The rows of a leak against everything that may be their source, as numbers.
//
// A component is a copy at a holder: a snapshot in the index, or one that the registry names and
// nobody ever fingerprinted. A row's likelihood under it is
//
//   w(row) = P(customer in the copy) / |copy| · (1 − ε)^agreeing · ε^differing
//
// 1/|copy| is the size principle (Tenenbaum and Griffiths, Behavioral and Brain Sciences 24, 2001:
// a set that explains all is the likelier the smaller it is). |copy| counts customers whom the
// carrier's own base has too, so that padding a file does not lower its holder's share. A copy
// without a fingerprint file is guessed from the one that it was made from, and from where others
// of its delegation show that such customers go to this holder (guessed_copies.h); its |copy| is at
// least the sum of P over all customers, whatever the registry says.
//
// The background is what no holder explains: the carriers' whole populations at any date, and older
// leaks that are known, in the shares that fit the leak best without a holder.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "hitokoe/registry/model.h"
#include "matcher/attribute/leak.h"
#include "matcher/attribute/rates.h"

namespace hitokoe::matcher {

struct Member {        // a kind of row whose customer a component may hold
  std::uint32_t type;  // in Evidence::rows
  float fit;           // log of the factor for values that differ: 0 or less
  float fit_plain;     // without the values: 0 unless membership is a guess
};

struct Component {
  std::uint32_t carrier = 0;
  Ordinal ordinal = 0;  // of the snapshot; of a guess, the one that it is guessed from
  bool guessed = false;
  bool own = false;
  std::string party, snapshot;
  std::uint32_t party_number = 0;  // equal for copies of one party
  JstDay as_of{};
  std::vector<FieldId> columns;
  double log_size = 0;  // of |copy|
  double unlinked = 0;  // share of its records without a subject, where that is over 2 %
  std::vector<Member> members;
};

struct CarrierEvidence {
  bool has_own = false;
  std::uint64_t population = 0;
  std::uint64_t rows = 0;  // that resolved to it and count
};

struct Evidence {
  std::vector<double> rows;  // by type: how many rows, repeats of the same customer left out
  std::vector<const RowType*> types;  // the leak's
  double total = 0;
  double outside = 0;   // rows whose subject the carrier's own base does not have: not counted
  double distinct = 0;  // different customers
  std::vector<CarrierEvidence> carriers;
  std::vector<Component> components;
  // By type: log of the background's likelihood, with and without the values.
  std::vector<double> background, background_plain;
  std::vector<float> known_part;                  // by type: of background, from known leaks
  double population_share = 1;                    // of the background that is no known leak
  std::vector<double> known_shares;               // of the background, by known leak
  std::map<std::string, std::uint64_t> canaries;  // handover → rows that are decoys of it
};

// O(rows · holders of a row), of at most kMostTypes kinds of rows: a fixed choice of them, since
// more say nothing new (see Rates::saturation).
inline constexpr std::size_t kMostTypes = 4096;
Evidence gather(const Leak& leak, std::span<const CarrierView> carriers,
                const registry::Registry& registry, const KnownLeaksView& known,
                const Rates& rates);

}  // namespace hitokoe::matcher
