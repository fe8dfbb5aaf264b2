// How the made-up companies write their customers down.

#include <algorithm>
#include <array>
#include <cstdio>

#include "drill/world.h"
#include "hitokoe/text/encode.h"
#include "hitokoe/text/half_width.h"

namespace hitokoe::drill {
namespace {

std::string birthdate(const Person& p, char style) {
  char text[32];
  if (style == 'S') {
    // Japanese eras by year alone would be wrong in the years that change; none is needed exactly.
    struct Era {
      int first_full, zero;
      char letter;
    };
    for (const Era era : {Era{2020, 2018, 'R'}, Era{1990, 1988, 'H'}, Era{1927, 1925, 'S'}}) {
      if (p.year < era.first_full) continue;
      const bool changing = p.year == 2019 || p.year == 1989;
      if (changing) break;
      std::snprintf(text, sizeof text, "%c%d.%d.%d", era.letter, p.year - era.zero, p.month, p.day);
      return text;
    }
  }
  const char separator = style == '/' || style == 'S' ? '/' : '-';
  std::snprintf(text, sizeof text, "%04d%c%02d%c%02d", p.year, separator, p.month, separator,
                p.day);
  return text;
}

std::string phone(std::string_view digits, char dash) {
  if (dash == 0) return std::string(digits);
  return std::string(digits.substr(0, 3)) + dash + std::string(digits.substr(3, 4)) + dash +
         std::string(digits.substr(7));
}

std::string address(const Residence& home, bool written) {
  std::string out(home.town->prefecture);
  out += home.town->city;
  out += home.town->town;
  if (written) {
    out += std::to_string(home.block) + "丁目" + std::to_string(home.number) + "番" +
           std::to_string(home.house) + "号";
    if (home.room != 0) out += " " + std::to_string(home.room) + "号室";
  } else {
    out += std::to_string(home.block) + "-" + std::to_string(home.number) + "-" +
           std::to_string(home.house);
    if (home.room != 0) out += "-" + std::to_string(home.room);
  }
  return out;
}

}  // namespace

std::string World::value(const Carrier&, const Customer& customer, AsOf as_of, FieldId field,
                         const Notation& notation) const {
  const Person& p = people_[customer.person];
  const bool spring = as_of == AsOf::kSpring;
  const Residence& home = spring ? p.former_home : p.home;
  const std::string_view between = notation.name_with_space ? "　" : "";
  switch (field) {
    case FieldId::kRef:
      return customer.ref;
    case FieldId::kName:
      return std::string(p.surname->kanji) + std::string(between) + std::string(p.given->kanji);
    case FieldId::kKana: {
      const std::string kana = std::string(p.surname->kana) +
                               (notation.name_with_space ? " " : "") + std::string(p.given->kana);
      return notation.half_width_kana ? text::half_width(kana) : kana;
    }
    case FieldId::kPhone:
      return phone(spring ? p.former_phone : p.phone, notation.phone_dashes);
    case FieldId::kEmail:
      return p.email;
    case FieldId::kPostal: {
      const std::string_view code = home.town->postal;
      return notation.postal_dash
                 ? std::string(code.substr(0, 3)) + "-" + std::string(code.substr(3))
                 : std::string(code);
    }
    case FieldId::kAddress:
      return address(home, notation.written_address);
    case FieldId::kBirthdate:
      return birthdate(p, notation.date);
    default:
      return {};
  }
}

std::string csv_cell(std::string_view value) {
  if (value.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(value);
  std::string out = "\"";
  for (const char c : value) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

std::string World::columns(const Holding& holding) const {
  std::string out;
  for (const auto& [field, header] : company(holding.holder).notation.headers) {
    if (std::find(holding.items.begin(), holding.items.end(), field) == holding.items.end()) {
      continue;
    }
    out += (out.empty() ? "" : ",") + std::string(header) + "=" +
           std::string(identity::field_info(field).name);
  }
  return out;
}

std::string World::csv(const Holding& holding) const {
  const Notation& notation = company(holding.holder).notation;
  const Carrier& carrier = carriers_[holding.carrier];
  const std::string_view end = notation.crlf ? "\r\n" : "\n";
  std::vector<FieldId> fields;
  std::string out;
  for (const auto& [field, header] : notation.headers) {
    if (std::find(holding.items.begin(), holding.items.end(), field) == holding.items.end()) {
      continue;
    }
    out += (fields.empty() ? "" : ",") + csv_cell(header);
    fields.push_back(field);
  }
  out += end;
  for (const std::size_t index : holding.customers) {
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (i > 0) out += ',';
      out += csv_cell(value(carrier, carrier.customers[index], holding.as_of, fields[i], notation));
    }
    out += end;
  }
  return notation.cp932 ? text::encode(out, text::Charset::kShiftJis) : out;
}

}  // namespace hitokoe::drill
