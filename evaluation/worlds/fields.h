// The columns of a made-up world, and what makes their values change.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "hitokoe/identity/field.h"

namespace hitokoe::evaluation {

using identity::FieldId;

// What changes in a person's life. A value is told by how often that happened before.
enum class Change : std::uint8_t { kName, kPhone, kEmail, kAddress, kPlan, kNever };
inline constexpr std::size_t kChanges = 5;

struct Column {
  FieldId field;
  Change change;
};
inline constexpr std::array<Column, 9> kColumns = {{{FieldId::kRef, Change::kNever},
                                                    {FieldId::kName, Change::kName},
                                                    {FieldId::kKana, Change::kName},
                                                    {FieldId::kPhone, Change::kPhone},
                                                    {FieldId::kEmail, Change::kEmail},
                                                    {FieldId::kAddress, Change::kAddress},
                                                    {FieldId::kPostal, Change::kAddress},
                                                    {FieldId::kBirthdate, Change::kNever},
                                                    {FieldId::kPlan, Change::kPlan}}};
inline constexpr std::size_t kColumnCount = kColumns.size();
inline constexpr std::size_t kRefColumn = 0, kPlanColumn = 8;

using ColumnMask = std::uint16_t;  // bit i: kColumns[i]
constexpr bool has(ColumnMask mask, std::size_t column) { return ((mask >> column) & 1U) != 0; }

// A row is resolved by two values that agree.
inline constexpr int kLeastValues = 2;

}  // namespace hitokoe::evaluation
