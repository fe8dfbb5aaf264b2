// What the names of columns and labels mean, in Japanese and English.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "hitokoe/identity/field.h"

namespace hitokoe::matcher {

// Whose value it is. What belongs to another person is never put into the customer's record; it
// makes one of its own.
enum class Person : std::uint8_t {
  kSelf,
  kFamily,     // 保護者, 家族, guardian, spouse
  kContact,    // 緊急連絡先, 代理人, emergency contact
  kRecipient,  // 請求先, 送付先, 名義人, billing, shipping
  kUser,       // 利用者, beside a 契約者; the customer where nobody else is named
};

struct ColumnMeaning {
  identity::FieldId field;
  // Parts of one value that stand in several columns (姓 and 名; 都道府県, 市区町村, 番地; a number
  // in three) are joined in this order; 0: the whole value.
  std::uint8_t part = 0;
  Person person = Person::kSelf;
  friend bool operator==(const ColumnMeaning&, const ColumnMeaning&) = default;
};

// What a name says. `meaning` is empty for names that say nothing, and for those of `other` things
// (担当者電話番号, 会社名, login_ip): such a column is not looked into.
struct NameReading {
  std::optional<ColumnMeaning> meaning;
  bool other = false;
};

// "お客様番号", "Tel.", "携帯電話番号（必須）", "custPhoneNo", "t_user.shimei_kana" → what it is.
// Width, case, spaces, underscores, marks and prefixes that name the customer do not matter; what
// stands in brackets does only where it tells more: 氏名（カナ）. O(length), at most 96 bytes.
NameReading read_name(std::string_view name);

inline std::optional<ColumnMeaning> meaning_of(std::string_view name) {
  return read_name(name).meaning;
}

// False at a glance for values: what is long, or has '@' or several digits.
bool may_be_name(std::string_view cell);

// Names come again and again: what they say is remembered, for as many as these.
class NameMemory {
 public:
  const NameReading& read(std::string_view name);

 private:
  static constexpr std::size_t kMost = 8192;
  std::unordered_map<std::string, NameReading> names_;
  std::string key_;
};

}  // namespace hitokoe::matcher
