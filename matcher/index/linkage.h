// What stands in an index key: the columns that it was made of, and what is known of them where two
// records have the same key.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "matcher/index/layer.h"

namespace hitokoe::matcher {

// Two or three columns of one record, hashed together (docs/fields.md).
struct Linkage {
  FieldId key;
  std::array<FieldId, 3> columns;  // kRef, which stands in none: no third one
  std::size_t whole;               // so many of them, the first, stand there as a whole
};
const Linkage* linkage_of(FieldId key);  // nullptr: a value of its own

// Bits by the columns' numbers.
constexpr std::uint32_t column_bit(FieldId column) {
  const auto number = static_cast<unsigned>(column);
  return number < 32 ? 1U << number : 0U;  // a part of a column, or several: none
}
std::uint32_t columns_of(FieldId key);

// Whether a check tag is of what stands in the key: equal keys, equal tags.
bool stands_in(FieldId check, FieldId key);

// column_bit()s of the columns of which a snapshot's file says nothing though it has them: most of
// its records have no customer number but were linked (linker.h), and these columns stand in no key
// that it can have. No row speaks for it or against it by them.
std::uint32_t untold_columns(const SegmentSnapshot& snapshot);

}  // namespace hitokoe::matcher
