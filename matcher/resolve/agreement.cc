#include <algorithm>
#include <bit>

#include "matcher/resolve/resolver.h"

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
    if (strength_of(k.field) != Strength::kStrong) continue;
    for (const auto& c : checks) {
      if ((k.sources & c.sources) != 0) continue;
      if (c.field == FieldId::kPlan) continue;  // a third of the customers have the same one
      if (!name_differs) return true;
      // Another name: parts of the address agree with the whole household.
      if (k.field == FieldId::kRefToken || c.field == FieldId::kBirthdate) return true;
    }
  }
  return false;
}

const Agreement* best_of(std::span<const Agreement> candidates) {
  const Agreement* best = nullptr;
  int best_score = 0;
  bool alone = false;
  for (const auto& c : candidates) {
    const int score = std::popcount(c.sources());
    if (best == nullptr || score > best_score) {
      best = &c;
      best_score = score;
      alone = true;
    } else if (score == best_score) {
      alone = false;
    }
  }
  return best != nullptr && alone && best->proves() ? best : nullptr;
}

}  // namespace hitokoe::matcher
