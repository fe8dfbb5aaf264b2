// One record whose values have names: of a card, an entry, an element, a form.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/identity/extract.h"
#include "matcher/decode/reading.h"
#include "matcher/rows/header_names.h"

namespace hitokoe::matcher {

// Holds at most 32 values (what RecordEncoder looks at), each at most 4 KiB: more begins the next
// record.
class NamedRecord {
 public:
  explicit NamedRecord(Reading& reading) : reading_(reading) {}

  // The field is known.
  Result<void> add(identity::FieldId field, std::string_view value, std::uint8_t part = 0,
                   Person person = Person::kSelf);
  // By what the name means; under an unknown name what the value shows by itself. Names of other
  // things (担当者電話番号) are left out; values of other persons become records of their own.
  Result<void> add(std::string_view name, std::string_view value);
  // Whatever identifiers stand in a text.
  Result<void> add_text(std::string_view text);
  // Gives the record and begins the next. Nothing where it is empty.
  Result<void> flush();
  bool empty() const { return values_.empty(); }
  // How many different fields it has.
  std::size_t fields() const;

 private:
  struct Value {
    Person person;
    identity::FieldId field;
    std::uint8_t part;
    std::string text;
  };
  Result<void> keep(identity::FieldId field, std::string_view value, std::uint8_t part,
                    Person person);
  Result<void> find_in(std::string_view text);
  Result<void> put(Value value);

  Reading& reading_;
  std::vector<Value> values_;
  std::vector<identity::Token> tokens_;
};

}  // namespace hitokoe::matcher
