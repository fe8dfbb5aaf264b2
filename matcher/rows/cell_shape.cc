#include "matcher/rows/cell_shape.h"

#include <algorithm>
#include <array>

namespace hitokoe::matcher {

namespace {

using identity::FieldId;

constexpr std::size_t kLooked = 512;

// Without 都, 道, 府, 県; 北海道 and 東京, 大阪, 京都 included.
constexpr std::string_view kPrefectures[] = {
    "北海道", "青森", "岩手", "宮城",   "秋田", "山形",   "福島", "茨城", "栃木", "群馬",
    "埼玉",   "千葉", "東京", "神奈川", "新潟", "富山",   "石川", "福井", "山梨", "長野",
    "岐阜",   "静岡", "愛知", "三重",   "滋賀", "京都",   "大阪", "兵庫", "奈良", "和歌山",
    "鳥取",   "島根", "岡山", "広島",   "山口", "徳島",   "香川", "愛媛", "高知", "福岡",
    "佐賀",   "長崎", "熊本", "大分",   "宮崎", "鹿児島", "沖縄"};

bool is_hyphen(unsigned point) {
  return point == '-' || (point >= 0x2010 && point <= 0x2015) || point == 0x2212 ||
         point == 0xFF0D || point == 0x2500 || point == 0x2501;
}

void count(CellShape& s, unsigned point) {
  ++s.chars;
  if (point >= 0xFF01 && point <= 0xFF5E) point = point - 0xFF01 + 0x21;
  if (point >= '0' && point <= '9') {
    ++s.digits;
  } else if ((point | 32U) >= 'a' && (point | 32U) <= 'z' && point < 0x80) {
    ++s.letters;
  } else if (point == ' ' || point == 0x3000 || point == '\t' || point == 0xA0) {
    ++s.spaces;
  } else if (is_hyphen(point)) {
    ++s.hyphens;
  } else if (point == '@') {
    s.at = true;
    ++s.other;
  } else if (point == 0x30FB || point == 0xFF65) {
    ++s.middle_dots;
  } else if (point >= 0x3041 && point <= 0x309F) {
    ++s.hiragana;
  } else if ((point >= 0x30A0 && point <= 0x30FF) || (point >= 0xFF66 && point <= 0xFF9F)) {
    ++s.katakana;
  } else if ((point >= 0x3400 && point <= 0x9FFF) || (point >= 0xF900 && point <= 0xFAFF) ||
             (point >= 0x20000 && point <= 0x3FFFF) || point == 0x3005 || point == 0x3006) {
    ++s.kanji;
  } else {
    ++s.other;
  }
}

// Digits of a number that has its leading 0 or +81, in groups as people write them.
bool is_phone(std::string_view cell, const CellShape& s) {
  if (s.letters > 0 || s.japanese() || s.digits < 10 || s.digits > 14 || s.chars > 20) return false;
  char first[5] = {};
  std::size_t n = 0;
  bool plus = false;
  for (std::size_t i = 0; i < cell.size() && n < 4; ++i) {
    const char c = cell[i];
    if (c >= '0' && c <= '9') {
      first[n++] = c;
    } else if (c == '+' && n == 0) {
      plus = true;
    } else if (cell.substr(i).starts_with("\xEF\xBC") && i + 2 < cell.size()) {
      const auto low = static_cast<unsigned char>(cell[i + 2]);
      if (low >= 0x90 && low <= 0x99) first[n++] = static_cast<char>('0' + (low - 0x90));
      if (low == 0x8B && n == 0) plus = true;
      i += 2;
    } else if (static_cast<unsigned char>(c) < 0x80 &&
               std::string_view("-() .").find(c) == std::string_view::npos) {
      return false;
    }
  }
  const std::string_view begin(first, n);
  if (begin.starts_with("0081") || (plus && begin.starts_with("81"))) return true;
  if (plus || begin.size() < 2 || begin[0] != '0' || begin[1] == '0') return false;
  if (s.digits == 10) return true;
  // Eleven digits: a mobile or IP number.
  return s.digits == 11 && (begin[2] == '0' || begin.starts_with("0800"));
}

}  // namespace

CellShape shape_of(std::string_view cell) {
  CellShape s;
  if (cell.size() > kLooked) {
    s.long_cell = true;
    cell = cell.substr(0, kLooked);
  }
  const auto byte = [&](std::size_t i) {
    return i < cell.size() ? static_cast<unsigned char>(cell[i]) & 0x3FU : 0U;
  };
  for (std::size_t i = 0; i < cell.size();) {
    const auto lead = static_cast<unsigned char>(cell[i]);
    if (lead < 0x80) {
      count(s, lead);
      i += 1;
    } else if (lead >= 0xF0) {
      count(s, ((lead & 7U) << 18) | (byte(i + 1) << 12) | (byte(i + 2) << 6) | byte(i + 3));
      i += 4;
    } else if (lead >= 0xE0) {
      count(s, ((lead & 15U) << 12) | (byte(i + 1) << 6) | byte(i + 2));
      i += 3;
    } else {
      count(s, ((lead & 31U) << 6) | byte(i + 1));
      i += 2;
    }
  }
  return s;
}

std::size_t prefecture_at(std::string_view cell) {
  if (cell.size() < 6) return 0;
  for (const auto name : kPrefectures) {
    if (name[2] != cell[2] || name[1] != cell[1] || !cell.starts_with(name)) continue;
    if (name == "北海道") return name.size();
    const std::string_view rest = cell.substr(name.size());
    if (rest.starts_with("都") || rest.starts_with("府") || rest.starts_with("県")) {
      return name.size() + 3;
    }
    return rest.empty() ? name.size() : 0;
  }
  return 0;
}

bool is_prefecture(std::string_view cell) {
  return !cell.empty() && prefecture_at(cell) == cell.size();
}

std::optional<FieldId> plain_field(std::string_view cell) {
  if (cell.size() < 6 || cell.size() > kLooked) return std::nullopt;
  if (const auto at = cell.find('@'); at != std::string_view::npos) {
    const bool one_word = cell.find(' ') == std::string_view::npos;
    const bool dot = cell.find('.', at) != std::string_view::npos;
    return at > 0 && one_word && dot ? std::optional(FieldId::kEmail) : std::nullopt;
  }
  const auto lead = static_cast<unsigned char>(cell[0]);
  const bool number = lead == '+' || lead == '0' || lead == '(' || lead == 0xEF;
  if (!number && lead < 0xE3) return std::nullopt;
  const CellShape s = shape_of(cell);
  if (number) return is_phone(cell, s) ? std::optional(FieldId::kPhone) : std::nullopt;
  if (cell.starts_with("〒") && s.digits == 7) return FieldId::kPostal;
  const std::size_t place = prefecture_at(cell);
  if (place > 0 && s.chars > 5) return FieldId::kAddress;
  return std::nullopt;
}

identity::FieldSet plain_fields(std::string_view cell, const identity::NumberPatterns& numbers) {
  identity::FieldSet fields = numbers.fields_of(cell);
  if (const auto field = plain_field(cell)) fields.add(*field);
  return fields;
}

}  // namespace hitokoe::matcher
