// Lines of a cell that say how the person of its row is reached, although they are cut as the rows
// of a list are: "自宅、03-…、夜間" over "勤務先、06-…、昼間", "taro@… : 自宅" over "taro@… :
// 会社".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "hitokoe/identity/field.h"

namespace hitokoe::matcher {

// Whether a cell beside says whose row it is: a mail address, a telephone number, a postal address,
// a Japanese name of three characters and more (no board's name for nobody). O(length).
bool tells_whose(std::string_view cell);

struct Contacts {
  identity::FieldId field;  // kPhone or kEmail
  std::string values;       // as they are written, with "; " between
};

// Of all lines. Nothing where it is no such cell: a line has another kind of values or none,
// "mail:password" stands in each, or a name of somebody. O(length).
std::optional<Contacts> contacts_in(std::string_view lines);

}  // namespace hitokoe::matcher
