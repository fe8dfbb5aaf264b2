// Made-up people, and their records rendered as dumps have them: every format in random variants.
#pragma once

#include <map>
#include <random>
#include <string>
#include <vector>

#include "hitokoe/identity/field.h"

namespace hitokoe::matcher::test {

struct Made {
  std::string ref, sei, mei, sei_kana, mei_kana, phone, phone2, email, zip, pref, city, town,
      numbers, building, birth;  // birth: YYYY-MM-DD
};

Made made_person(std::mt19937& random);

// What a reader has to find of a person; fields that the rendering left out are missing.
using Expected = std::multimap<identity::FieldId, std::string>;

struct Dump {
  std::string text;
  std::vector<Expected> people;
};

enum class Format { kDelimited, kHeadless, kSql, kJson, kAligned, kDrawn, kLabels, kCombo };
inline constexpr Format kFormats[] = {Format::kDelimited, Format::kHeadless, Format::kSql,
                                      Format::kJson,      Format::kAligned,  Format::kDrawn,
                                      Format::kLabels,    Format::kCombo};
std::string_view to_string(Format format);

Dump rendered(Format format, std::size_t people, std::mt19937& random);

}  // namespace hitokoe::matcher::test
