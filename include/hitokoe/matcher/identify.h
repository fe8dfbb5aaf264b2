// Who is it that says this of himself? For the inquiry desk, which must know whom it speaks with
// and holds no contact of anybody: what is said is compared with the fingerprints of the carriers'
// own customer bases.
//
// Stricter than what resolves leaked rows: a value agrees as a whole or not at all (the last four
// digits of a telephone or the city of an address are nothing), and only with the carrier's own
// base, so that no contractor's file can make somebody a customer's voice.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "hitokoe/identity/field_set.h"
#include "hitokoe/identity/record_keys.h"
#include "hitokoe/matcher/matcher.h"

namespace hitokoe::matcher {

// A customer with whom something that was said agrees.
struct Identified {
  std::string controller;
  std::uint32_t epoch = 0;  // two may live side by side: the same customer in each
  identity::Fingerprint y_ref{};
  identity::FieldSet agreed;  // column fields whose whole value the carrier's own base has
};

// By carrier, epoch and customer. One value a field, at most 32; a value that more than 64
// customers of a carrier share leads to none of them. Decoys are nobody. Cost: some microseconds a
// carrier, the same whether or not somebody is found, but for the candidates that are compared.
// kCorrupt: a block of the index that was looked at is damaged, and nothing counts.
Result<std::vector<Identified>> identify(const Index& index,
                                         std::span<const identity::FieldValue> said);

}  // namespace hitokoe::matcher
