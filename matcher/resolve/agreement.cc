#include "matcher/resolve/agreement.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace hitokoe::matcher {

namespace {

using identity::Strength;

Strength strength_of(FieldId field) {
  // The customer number leads to its subject like a strong key.
  if (field == FieldId::kRefToken) return Strength::kStrong;
  return identity::field_info(field).strength;
}

// A telephone and a mailbox are the household's as often as the person's.
bool personal(FieldId field) {
  return strength_of(field) == Strength::kStrong && field != FieldId::kPhone &&
         field != FieldId::kEmail;
}

// Tells who in a household: of a postal code or a city the address says as much itself.
bool who(FieldId field) {
  return field == FieldId::kName || field == FieldId::kKana || field == FieldId::kRomaji ||
         field == FieldId::kBirthdate;
}

}  // namespace

std::uint32_t Agreement::sources() const {
  std::uint32_t all = 0;
  for (const auto& k : keys) all |= k.sources;
  for (const auto& c : checks) all |= c.sources;
  return all;
}

bool Agreement::proves() const {
  if (canary && std::ranges::any_of(
                    keys, [](const Key& k) { return strength_of(k.field) == Strength::kStrong; })) {
    return true;
  }
  for (std::size_t i = 0; i < keys.size(); ++i) {
    for (std::size_t j = i + 1; j < keys.size(); ++j) {
      if ((keys[i].sources & keys[j].sources) != 0) continue;
      if (!name_differs) return true;
      if (personal(keys[i].field) && personal(keys[j].field)) return true;
    }
  }
  for (const auto& k : keys) {
    const bool strong = strength_of(k.field) == Strength::kStrong;
    if (!strong && k.field != FieldId::kAddress) continue;
    for (const auto& c : checks) {
      if ((k.sources & c.sources) != 0) continue;
      if (!strong && !who(c.field)) continue;
      if (c.field == FieldId::kPlan) continue;  // a third of the customers have the same one
      if (!name_differs) return true;
      if (!strong) continue;  // of one house: twins
      // Another name: parts of the address agree with the whole household.
      if (k.field == FieldId::kRefToken || c.field == FieldId::kBirthdate) return true;
    }
  }
  return false;
}

const Agreement* fits_best(std::span<const Agreement> candidates) {
  const Agreement* best = nullptr;
  std::pair<int, bool> best_rank;
  bool alone = false;
  for (const auto& c : candidates) {
    const std::pair rank(std::popcount(c.sources()), !c.unlinked);
    if (best == nullptr || rank > best_rank) {
      best = &c;
      best_rank = rank;
      alone = true;
    } else if (rank == best_rank) {
      alone = false;
    }
  }
  return alone ? best : nullptr;
}

const Agreement* best_of(std::span<const Agreement> candidates) {
  const Agreement* best = fits_best(candidates);
  return best != nullptr && best->proves() ? best : nullptr;
}

}  // namespace hitokoe::matcher
