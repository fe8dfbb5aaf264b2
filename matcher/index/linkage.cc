#include "matcher/index/linkage.h"

#include <algorithm>

namespace hitokoe::matcher {

namespace {

using enum FieldId;

constexpr std::array<Linkage, 7> kLinkage = {{{kNameBirthdate, {kName, kBirthdate, kRef}, 2},
                                              {kKanaBirthdate, {kKana, kBirthdate, kRef}, 2},
                                              {kNamePhone4, {kName, kPhone, kRef}, 1},
                                              {kNamePostal, {kName, kPostal, kRef}, 2},
                                              {kKanaPostalNumbers, {kKana, kPostal, kAddress}, 2},
                                              {kBirthdatePhone4, {kBirthdate, kPhone, kRef}, 1},
                                              {kNameAddressBlock, {kName, kAddress, kRef}, 1}}};

bool has(std::span<const FieldId> columns, FieldId field) {
  return std::ranges::find(columns, field) != columns.end();
}

}  // namespace

const Linkage* linkage_of(FieldId key) {
  const auto* at = std::ranges::find(kLinkage, key, &Linkage::key);
  return at == kLinkage.end() ? nullptr : at;
}

std::uint32_t columns_of(FieldId key) {
  if (key == kRefToken) return column_bit(kRef);
  const Linkage* parts = linkage_of(key);
  if (parts == nullptr) return column_bit(key);
  std::uint32_t out = 0;
  for (const FieldId column : parts->columns) {
    if (column != kRef) out |= column_bit(column);
  }
  return out;
}

bool stands_in(FieldId check, FieldId key) {
  switch (check) {
    case kPhoneLast4:
      return key == kPhone || key == kNamePhone4 || key == kBirthdatePhone4;
    case kAddressBlock:
    case kAddressCity:
      return key == kAddress || key == kNameAddressBlock;
    case kAddressNumbers:
      return key == kAddress || key == kKanaPostalNumbers;
    default:
      return (columns_of(key) & column_bit(check)) != 0;
  }
}

namespace {

bool stands_in_a_key(FieldId field, std::span<const FieldId> columns) {
  using identity::Strength;
  const Strength strength = identity::field_info(field).strength;
  if (strength == Strength::kStrong || strength == Strength::kHousehold ||
      strength == Strength::kSubject) {
    return has(columns, field);
  }
  return std::ranges::any_of(kLinkage, [&](const Linkage& parts) {
    return (columns_of(parts.key) & column_bit(field)) != 0 &&
           std::ranges::all_of(parts.columns, [&](FieldId column) {
             return column == kRef || has(columns, column);
           });
  });
}

}  // namespace

std::uint32_t untold_columns(const SegmentSnapshot& snapshot) {
  if (snapshot.linked == 0 || snapshot.linked * 2 < snapshot.records) return 0;
  std::uint32_t out = 0;
  for (const FieldId field : snapshot.columns) {
    if (!stands_in_a_key(field, snapshot.columns)) out |= column_bit(field);
  }
  return out;
}

}  // namespace hitokoe::matcher
