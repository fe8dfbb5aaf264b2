#include "matcher/decode/formats/contact_cell.h"

#include <algorithm>
#include <vector>

#include "hitokoe/identity/extract.h"
#include "matcher/rows/cell_shape.h"
#include "matcher/rows/header_names.h"
#include "matcher/rows/split.h"

namespace hitokoe::matcher {

namespace {

using identity::FieldId;

constexpr std::size_t kLongestName = 40;  // bytes
constexpr std::string_view kDelimiters[] = {",", ";", "\t", "|", "，", "；", "、", "｜"};

bool is_name(std::string_view cell) {
  if (cell.empty() || cell.size() > kLongestName) return false;
  const CellShape s = shape_of(cell);
  const std::size_t letters = s.chars - s.spaces;
  if (!s.name_like() || s.kanji == 0 || letters > 8 || (letters < 3 && s.spaces == 0)) return false;
  for (const std::string_view nobody : {"名無し", "匿名"}) {
    if (cell.find(nobody) != std::string_view::npos) return false;
  }
  const NameReading name = read_name(cell);
  return !name.meaning && !name.other;  // 電話番号, 勤務先
}

// Between delimiters of any kind.
bool has_name(std::string_view line) {
  while (!line.empty()) {
    std::size_t end = line.size(), size = 0;
    for (const auto delimiter : kDelimiters) {
      if (const std::size_t at = line.find(delimiter); at < end) {
        end = at;
        size = delimiter.size();
      }
    }
    if (is_name(trimmed(line.substr(0, end)))) return true;
    line.remove_prefix(end + size);
  }
  return false;
}

bool has_words(std::string_view line) {
  return line.find(' ') != std::string_view::npos || shape_of(line).japanese();
}

}  // namespace

bool tells_whose(std::string_view cell) {
  while (!cell.empty()) {
    const std::string_view line = trimmed(cell.substr(0, cell.find('\n')));
    cell.remove_prefix(std::min(cell.size(), cell.find('\n')));
    if (!cell.empty()) cell.remove_prefix(1);
    if (plain_field(line) || is_name(line)) return true;
  }
  return false;
}

std::optional<Contacts> contacts_in(std::string_view lines) {
  std::optional<Contacts> out;
  std::vector<identity::Token> tokens;
  bool named = true, bare = true;
  while (!lines.empty()) {
    const std::string_view line = trimmed(lines.substr(0, lines.find('\n')));
    lines.remove_prefix(std::min(lines.size(), lines.find('\n')));
    if (!lines.empty()) lines.remove_prefix(1);
    if (line.empty()) continue;
    tokens.clear();
    identity::extract(line, tokens);
    std::size_t end = 0;
    for (const auto& token : tokens) {
      if (token.field != FieldId::kPhone && token.field != FieldId::kEmail) continue;
      if (!out) out = Contacts{token.field, {}};
      if (token.field != out->field) return std::nullopt;
      if (token.begin < end) continue;  // the same place once more
      end = token.end;
      if (!out->values.empty()) out->values += "; ";
      out->values += line.substr(token.begin, token.end - token.begin);
    }
    if (end == 0) return std::nullopt;
    named = named && has_name(line);
    bare = bare && !has_words(line);
  }
  if (!out || named || (bare && out->field == FieldId::kEmail)) return std::nullopt;
  return out;
}

}  // namespace hitokoe::matcher
