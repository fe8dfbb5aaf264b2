#include "matcher/rows/aligned.h"

#include <algorithm>

namespace hitokoe::matcher {

namespace {

using identity::FieldId;

constexpr std::size_t kMostColumns = 1024;
constexpr std::size_t kBankWidth = 120;

// Letters and digits are one kind: K0000017.
enum class Kind : std::uint8_t { kNone, kBlank, kLatin, kKana, kOther, kStraddled };

Kind kind_of(unsigned point) {
  if (point == ' ' || point == '\t' || point == 0x3000) return Kind::kBlank;
  if ((point >= '0' && point <= '9') || (point >= 0xFF10 && point <= 0xFF19)) return Kind::kLatin;
  if (point < 0x80) return Kind::kLatin;
  if ((point >= 0xFF65 && point <= 0xFF9F) || (point >= 0x30A0 && point <= 0x30FF)) {
    return Kind::kKana;
  }
  return Kind::kOther;
}

// By column of the screen; the second half of a full-width character is kStraddled.
std::vector<Kind> kinds_of(std::string_view line) {
  std::vector<Kind> kinds;
  for (std::size_t i = 0; i < line.size() && kinds.size() < kMostColumns;) {
    const WideCharacter c = wide_character(line.substr(i));
    const Kind kind = kind_of(c.point);
    if (c.point == '\t') {
      // To the next stop of eight, as terminals do.
      do {
        kinds.push_back(Kind::kBlank);
      } while (kinds.size() % 8 != 0);
    } else {
      if (c.columns > 0) kinds.push_back(kind);
      if (c.columns > 1) kinds.push_back(kind == Kind::kBlank ? Kind::kBlank : Kind::kStraddled);
    }
    i += c.bytes;
  }
  return kinds;
}

bool digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

bool is_ruled(std::string_view line) {
  constexpr std::string_view kAscii = "-+|=:*_~#. \t\r";
  std::size_t drawn = 0;
  for (std::size_t i = 0; i < line.size();) {
    const WideCharacter c = wide_character(line.substr(i));
    const bool drawing = (c.point >= 0x2500 && c.point <= 0x257F) || c.point == 0x2015 ||
                         c.point == 0xFF1D || c.point == 0xFF0D || c.point == 0x30FC ||
                         c.point == 0x2010 || c.point == 0xFF0B;
    const bool ascii =
        c.point < 0x80 && kAscii.find(static_cast<char>(c.point)) != std::string_view::npos;
    if (!drawing && !ascii) return false;
    if (c.point != ' ' && c.point != '\t' && c.point != '\r' && c.point != '|') ++drawn;
    i += c.bytes;
  }
  return drawn >= 2;
}

std::vector<std::size_t> aligned_stops(std::span<const std::string_view> lines) {
  std::vector<std::size_t> occupied;
  for (const auto line : lines) {
    const auto kinds = kinds_of(line);
    if (occupied.size() < kinds.size()) occupied.resize(kinds.size());
    for (std::size_t i = 0; i < kinds.size(); ++i) {
      if (kinds[i] != Kind::kBlank) ++occupied[i];
    }
  }
  // One line in twenty may be out of line.
  const std::size_t allowed = lines.size() / 20;
  std::vector<std::size_t> stops = {0};
  bool gap = true;
  for (std::size_t i = 0; i < occupied.size(); ++i) {
    const bool blank = occupied[i] <= allowed;
    if (gap && !blank && i > 0 && stops.size() < kMostCells) stops.push_back(i);
    gap = blank;
  }
  // Blanks before the first column do not make one.
  if (stops.size() > 1 && !occupied.empty() && occupied[0] <= allowed)
    stops.erase(stops.begin() + 1);
  return stops.size() < 2 ? std::vector<std::size_t>() : stops;
}

std::vector<std::size_t> packed_stops(std::span<const std::string_view> lines) {
  if (lines.size() < 4) return {};
  std::vector<std::vector<Kind>> all;
  all.reserve(lines.size());
  for (const auto line : lines) all.push_back(kinds_of(line));
  std::vector<std::size_t> widths;
  widths.reserve(lines.size());
  for (const auto& kinds : all) widths.push_back(kinds.size());
  std::ranges::sort(widths);
  const std::size_t width = widths[widths.size() / 2];
  const auto same = static_cast<std::size_t>(std::ranges::count(widths, width));
  if (same * 10 < widths.size() * 9 || width < 8) return {};
  std::erase_if(all, [&](const auto& kinds) { return kinds.size() != width; });
  std::vector<std::size_t> stops = {0};
  for (std::size_t p = 1; p < width; ++p) {
    std::size_t begins = 0, against = 0;
    for (const auto& kinds : all) {
      const Kind here = kinds[p];
      Kind before = kinds[p - 1];
      if (before == Kind::kStraddled) before = kinds[p - 2];
      if (here == Kind::kBlank) {
        against += before != Kind::kBlank;
      } else if (here == Kind::kStraddled || before == here) {
        ++against;
      } else {
        ++begins;
      }
    }
    if (against == 0 && begins * 2 > all.size() && stops.size() < kMostCells) stops.push_back(p);
  }
  return stops.size() < 2 ? std::vector<std::size_t>() : stops;
}

std::optional<BankFile> bank_file_at(std::string_view text) {
  if (text.size() < kBankWidth || (text[0] != '1' && text[0] != '2')) return std::nullopt;
  std::size_t columns = 0, i = 0;
  std::string narrow;
  while (i < text.size() && columns < kBankWidth) {
    const WideCharacter c = wide_character(text.substr(i));
    if (c.point == '\n' || c.point == '\r' || c.columns != 1) return std::nullopt;
    narrow += c.point < 0x80 ? static_cast<char>(c.point) : '?';
    ++columns;
    i += c.bytes;
  }
  if (columns < kBankWidth) return std::nullopt;
  const std::string_view record = narrow;
  if (record[0] == '1') {
    // 種別 of a header: 21 transfers, 11/12/71/72 wages, 91 direct debits; then 0/1 and digits.
    constexpr std::string_view kKinds[] = {"21", "11", "12", "71", "72", "91"};
    if (std::ranges::find(kKinds, record.substr(1, 2)) == std::end(kKinds) ||
        !digits(record.substr(3, 11))) {
      return std::nullopt;
    }
  } else if (!digits(record.substr(1, 4)) || !digits(record.substr(20, 3)) ||
             !digits(record.substr(42, 8)) || !digits(record.substr(80, 10))) {
    return std::nullopt;
  }
  BankFile file;
  file.dialect.cut = Dialect::Cut::kStops;
  file.dialect.stops = {0, 1, 5, 20, 23, 38, 42, 43, 50, 80, 90, 91, 111};
  file.dialect.width = kBankWidth;
  file.layout.cells = file.dialect.stops.size();
  file.layout.columns = {
      {11, {FieldId::kRef}},    {1, {FieldId::kBank, 1}}, {3, {FieldId::kBank, 2}},
      {6, {FieldId::kBank, 3}}, {7, {FieldId::kBank, 4}}, {8, {FieldId::kKana}},
  };
  return file;
}

bool is_bank_data(std::span<const std::string_view> cells) {
  return !cells.empty() && cells[0] == "2";
}

}  // namespace hitokoe::matcher
