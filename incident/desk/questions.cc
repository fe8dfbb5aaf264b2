#include <algorithm>

#include "hitokoe/incident/desk.h"

namespace hitokoe::incident {
namespace {

using identity::FieldId;

constexpr std::size_t kMostSets = 16;
constexpr std::size_t kMostFields = 8;

constexpr FieldId kAsked[] = {
    FieldId::kRef,  FieldId::kContract, FieldId::kEmail,  FieldId::kPhone,  FieldId::kAddress,
    FieldId::kName, FieldId::kKana,     FieldId::kRomaji, FieldId::kPostal, FieldId::kBirthdate};
constexpr FieldId kLeads[] = {FieldId::kRef, FieldId::kContract, FieldId::kEmail, FieldId::kPhone};
constexpr FieldId kPersonal[] = {FieldId::kRef,  FieldId::kContract, FieldId::kName,
                                 FieldId::kKana, FieldId::kRomaji,   FieldId::kBirthdate};

bool one_of(std::span<const FieldId> some, FieldId field) {
  return std::ranges::find(some, field) != some.end();
}

Error broken(std::size_t set, const Words& rule) {
  const auto number = std::to_string(set + 1);
  return {Errc::kBadInput, Words{"question set " + number + ": ", number + "組目の質問: "} + rule};
}

Result<QuestionSet> parse_set(const std::vector<std::string>& names, std::size_t number) {
  if (names.size() < 2 || names.size() > kMostFields) {
    return outcome::failure(
        broken(number, {"2 to 8 fields prove who somebody is", "項目は 2～8 個必要"}));
  }
  QuestionSet set;
  for (const auto& name : names) {
    const auto field = identity::field_by_name(name);
    if (!field || !one_of(kAsked, field.value())) {
      return outcome::failure(broken(
          number, {"the desk asks for ref, contract, email, phone, address, name, kana, romaji, "
                   "postal and birthdate",
                   "窓口が尋ねるのは ref、contract、email、phone、address、name、kana、romaji、"
                   "postal、birthdate"}));
    }
    if (one_of(set, field.value())) {
      return outcome::failure(broken(number, {"a field stands there twice", "同じ項目が二度ある"}));
    }
    set.push_back(field.value());
  }
  if (std::ranges::none_of(set, [](FieldId f) { return one_of(kLeads, f); })) {
    return outcome::failure(
        broken(number, {"one of ref, contract, email and phone must lead to the customer",
                        "ref、contract、email、phone のどれかが必要"}));
  }
  if (std::ranges::none_of(set, [](FieldId f) { return one_of(kPersonal, f); })) {
    return outcome::failure(
        broken(number, {"a household shares all of them: add ref, contract, name, kana, romaji or "
                        "birthdate",
                        "家族で共有する項目だけです。ref、contract、name、kana、romaji、birthdate "
                        "のどれかを加えてください"}));
  }
  return set;
}

}  // namespace

std::vector<QuestionSet> default_questions() {
  return {{FieldId::kRef, FieldId::kBirthdate},
          {FieldId::kName, FieldId::kPhone, FieldId::kBirthdate},
          {FieldId::kKana, FieldId::kPhone, FieldId::kBirthdate}};
}

std::string shown_questions(const std::vector<QuestionSet>& sets) {
  std::string out = "[";
  for (const auto& set : sets) {
    out += out.size() > 1 ? ", [" : "[";
    for (const auto field : set) {
      if (out.back() != '[') out += ", ";
      out += identity::field_info(field).name;
    }
    out += "]";
  }
  return out + "]";
}

Result<std::vector<QuestionSet>> parse_questions(
    const std::vector<std::vector<std::string>>& sets) {
  if (sets.empty() || sets.size() > kMostSets) {
    return fail(Errc::kBadInput, "1 to 16 sets of questions", "質問の組は 1～16 個");
  }
  std::vector<QuestionSet> out;
  for (std::size_t i = 0; i < sets.size(); ++i) {
    TRY(auto set, parse_set(sets[i], i));
    out.push_back(std::move(set));
  }
  return out;
}

}  // namespace hitokoe::incident
