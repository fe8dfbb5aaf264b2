// Made-up customers, the same for the same number on every machine.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/unit/matcher/world.h"

namespace hitokoe::matcher::test {

struct Person {
  std::string ref, name, kana, phone, email, postal, address, birthdate;
  const std::string& field(FieldId id) const;
};

// `prefix` of the customer number: carriers number differently.
Person person(unsigned n, std::string_view prefix = "K");

// What a holder's agent makes of them, with these columns.
std::vector<MadeRecord> held(const std::vector<Person>& people,
                             const std::vector<FieldId>& columns);

// A CSV with a Japanese header, columns in the order given.
std::string csv(const std::vector<Person>& people, const std::vector<FieldId>& columns,
                char delimiter = ',', bool quoted = false, bool header = true);

std::string to_cp932(std::string_view utf8);

inline const std::vector<FieldId> kAllColumns = {
    FieldId::kRef,   FieldId::kName,   FieldId::kKana,    FieldId::kPhone,
    FieldId::kEmail, FieldId::kPostal, FieldId::kAddress, FieldId::kBirthdate};

}  // namespace hitokoe::matcher::test
