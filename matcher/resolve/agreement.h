// Whether what agrees with a subject proves who it is. One rule for a leaked row and for a holder's
// record without a customer number.
//
// Two independent values, one of which at least belongs to few: two keys of different columns, a
// strong key and a check tag, or the address and who lives there. A household's values (telephone,
// mailbox, address) do not tell who in it: with another name they prove nothing.
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <span>

#include "hitokoe/identity/field.h"
#include "matcher/index/classes.h"

namespace hitokoe::matcher {

using identity::FieldId;

// One candidate's agreement with a row or record.
struct Agreement {
  std::uint32_t subject = 0;
  struct Key {
    FieldId field;
    std::uint32_t sources;  // bits of the columns that it was made of
    Klass klass;            // snapshots that had it
  };
  // Index keys that lead to the subject; check tags that agree. Few enough to stand in place.
  boost::container::small_vector<Key, 20> keys;
  boost::container::small_vector<Key, 12> checks;
  bool name_differs = false;  // the row has a name, the subject too, and none agrees
  // A holder's record that no customer's number is known of: perhaps the same person again.
  bool unlinked = false;
  bool canary = false;  // made up: nobody else has its values, one strong key tells it

  std::uint32_t sources() const;  // union over keys and checks
  bool proves() const;
};

// The one candidate that agrees in most columns; nullptr: there is none, or several. A customer
// does not compete with unlinked records that agree in as many: they may well be its own.
const Agreement* fits_best(std::span<const Agreement> candidates);
// The one that a row is resolved to: it fits best, and proves it; nullptr: ambiguous.
const Agreement* best_of(std::span<const Agreement> candidates);

}  // namespace hitokoe::matcher
