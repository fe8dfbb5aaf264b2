#include "hitokoe/identity/canonical.h"

#include <algorithm>

#include "identity/bank.h"
#include "identity/characters.h"
#include "identity/fixed_numbers.h"
#include "identity/forms.h"

namespace hitokoe::identity {
namespace {

constexpr std::size_t kShownOfPhone = 4;

std::size_t characters_of(std::string_view utf8) {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
  }));
}

// Bytes of the first `n` characters.
std::size_t bytes_of(std::string_view utf8, std::size_t n) {
  std::size_t i = 0;
  while (i < utf8.size() && n > 0) {
    ++i;
    while (i < utf8.size() && (static_cast<unsigned char>(utf8[i]) & 0xc0U) == 0x80U) ++i;
    --n;
  }
  return i;
}

std::string stars(std::size_t n) { return std::string(n, '*'); }

// First and last character stay, of two only the first.
std::string mask_middle(std::string_view value) {
  const std::size_t n = characters_of(value);
  if (n <= 1) return stars(n);
  const std::string first(value.substr(0, bytes_of(value, 1)));
  if (n == 2) return first + "*";
  return first + stars(n - 2) + std::string(value.substr(bytes_of(value, n - 1)));
}

std::string mask_phone(std::string_view value) {
  std::string domestic =
      value.starts_with("+81") ? "0" + std::string(value.substr(3)) : std::string(value);
  if (domestic.size() < 8) return stars(domestic.size());
  const std::size_t last = domestic.size() - kShownOfPhone;
  const std::size_t first = domestic.size() == 11 ? 3 : 2;
  return domestic.substr(0, 2) + stars(first - 2) + "-" + stars(last - first) + "-" +
         domestic.substr(last);
}

std::string mask_email(std::string_view value) {
  const std::size_t at = value.find('@');
  if (at == std::string_view::npos) return mask_middle(value);
  const std::string_view host = value.substr(at + 1);
  const std::size_t dot = host.rfind('.');
  const std::size_t top = dot == std::string_view::npos ? host.size() : dot;
  return std::string(value.substr(0, bytes_of(value, 1))) + "***@" +
         std::string(host.substr(0, bytes_of(host, 1))) + "***" + std::string(host.substr(top));
}

// Prefecture and city stay.
std::string mask_address(std::string_view value) {
  const std::size_t city = value.find('|');
  const std::size_t town = city == std::string_view::npos ? city : value.find('|', city + 1);
  if (town == std::string_view::npos) return mask_middle(value);
  std::string shown(value.substr(0, city));
  shown += value.substr(city + 1, town - city - 1);
  return shown + "***";
}

}  // namespace

void normalize_folded(FieldId field, Chars value, Side side, Forms& forms) {
  switch (field) {
    case FieldId::kPhone:
      return normalize_phone(value, side, forms);
    case FieldId::kEmail:
      return normalize_email(value, side, forms);
    case FieldId::kName:
      return normalize_name(value, side, forms);
    case FieldId::kKana:
      return normalize_kana(value, side, forms);
    case FieldId::kPostal:
      return normalize_postal(value, side, forms);
    case FieldId::kBirthdate:
      return normalize_birthdate(value, side, forms);
    case FieldId::kAddress:
      return normalize_address(value, side, forms);
    case FieldId::kRef:
    case FieldId::kContract:
    case FieldId::kRefToken:
      return normalize_number(value, side, forms);
    case FieldId::kCard:
    case FieldId::kImei:
    case FieldId::kIccid:
    case FieldId::kImsi:
    case FieldId::kCorporate:
    case FieldId::kMynumber:
      return normalize_fixed(field, value, forms);
    case FieldId::kBank:
      return normalize_bank(value, side, forms);
    case FieldId::kRomaji:
      return normalize_romaji(value, side, forms);
    case FieldId::kPlan:
      return normalize_plan(value, side, forms);
    default:
      return;
  }
}

void normalize(FieldId field, std::string_view raw, Side side, std::vector<std::string>& out) {
  Folded folded;
  Forms forms;
  normalize_folded(field, folded.of(raw), side, forms);
  for (std::size_t i = 0; i < forms.size(); ++i) out.emplace_back(forms[i]);
}

std::string mask(FieldId field, std::string_view value) {
  switch (field) {
    case FieldId::kPhone:
      return mask_phone(value);
    case FieldId::kEmail:
      return mask_email(value);
    case FieldId::kName:
    case FieldId::kKana:
    case FieldId::kRomaji:
      return mask_middle(value);
    case FieldId::kPostal:
      return value.size() == 7 ? std::string(value.substr(0, 3)) + "-****" : stars(value.size());
    case FieldId::kBirthdate:
      return value.size() == 10 ? std::string(value.substr(0, 4)) + "-**-**" : stars(value.size());
    case FieldId::kAddress:
      return mask_address(value);
    case FieldId::kRef:
    case FieldId::kContract:
    case FieldId::kRefToken: {
      // The last two characters let a person recognise the number.
      const std::size_t n = value.size();
      return n <= 4 ? stars(n) : stars(n - 2) + std::string(value.substr(n - 2));
    }
    case FieldId::kCard:
    case FieldId::kBank: {  // as receipts show them
      const std::size_t n = value.size();
      return n <= 8 ? stars(n) : stars(n - 4) + std::string(value.substr(n - 4));
    }
    case FieldId::kPlan:
      return std::string(value);
    case FieldId::kMynumber:
      return stars(12);
    default:
      return stars(characters_of(value));
  }
}

}  // namespace hitokoe::identity
