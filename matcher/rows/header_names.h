// What the names of columns and labels mean, in Japanese and English.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "hitokoe/identity/field.h"

namespace hitokoe::matcher {

struct ColumnMeaning {
  identity::FieldId field;
  // Parts of one value that stand in several columns (姓 and 名; 都道府県, 市区町村, 番地) are
  // joined in this order; 0: the whole value.
  std::uint8_t part = 0;
  friend bool operator==(const ColumnMeaning&, const ColumnMeaning&) = default;
};

// "お客様番号", "Tel.", "携帯電話番号（必須）", "customer_id" → what it is; nothing for other
// words. Width, case, spaces, underscores and what stands in brackets do not matter.
std::optional<ColumnMeaning> meaning_of(std::string_view name);

}  // namespace hitokoe::matcher
