#include "matcher/rows/layout.h"

#include <algorithm>
#include <set>

#include "hitokoe/identity/canonical.h"

namespace hitokoe::matcher {

namespace {

using identity::FieldId;
using identity::Side;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::size_t digits_in(std::string_view cell) {
  return static_cast<std::size_t>(std::ranges::count_if(cell, is_digit));
}

bool looks_like_data(std::string_view cell) {
  return digits_in(cell) >= 4 || cell.find('@') != std::string_view::npos;
}

bool reads_as(FieldId field, std::string_view cell, std::vector<std::string>& scratch) {
  scratch.clear();
  identity::normalize(field, cell, Side::kLeak, scratch);
  return !scratch.empty();
}

// An identifier as systems give it: ASCII letters, digits and hyphens, with digits in it.
bool looks_like_id(std::string_view cell) {
  if (cell.size() < 3 || cell.size() > 24 || digits_in(cell) < 2) return false;
  return std::ranges::all_of(
      cell, [](char c) { return is_digit(c) || is_letter(c) || c == '-' || c == '_'; });
}

// Japanese text without digits and signs: a name, not an address.
bool looks_like_name(std::string_view cell) {
  if (cell.size() < 6 || cell.size() > 48) return false;
  return std::ranges::none_of(
      cell, [](char c) { return static_cast<unsigned char>(c) < 0x80 && c != ' '; });
}

bool is_kana(std::string_view cell) {
  bool any = false;
  for (std::size_t i = 0; i < cell.size();) {
    const auto lead = static_cast<unsigned char>(cell[i]);
    if (lead == ' ' || lead == '-') {
      ++i;
      continue;
    }
    if (lead < 0xE0 || lead >= 0xF0 || i + 2 >= cell.size()) return false;
    const unsigned point = ((lead & 0x0FU) << 12) |
                           ((static_cast<unsigned char>(cell[i + 1]) & 0x3FU) << 6) |
                           (static_cast<unsigned char>(cell[i + 2]) & 0x3FU);
    const bool kana = (point >= 0x3041 && point <= 0x30FF) || (point >= 0xFF65 && point <= 0xFF9F);
    if (!kana && point != 0x3000) return false;
    any = any || kana;
    i += 3;
  }
  return any;
}

struct Share {
  std::size_t filled = 0;
  std::size_t hits = 0;
  bool most(std::size_t percent) const { return filled > 0 && hits * 100 >= filled * percent; }
};

struct Typing {
  std::vector<FieldId> fields;  // a cell may be read in more than one way
  bool id = false;
};

Typing type_column(std::span<const std::vector<std::string>> rows, std::size_t column) {
  std::vector<std::string> scratch;
  const auto share = [&](const auto& fits) {
    Share s;
    for (const auto& row : rows) {
      if (column >= row.size() || row[column].empty()) continue;
      ++s.filled;
      if (fits(std::string_view(row[column]))) ++s.hits;
    }
    return s;
  };
  const auto reads = [&](FieldId field) {
    return [&, field](std::string_view cell) { return reads_as(field, cell, scratch); };
  };
  constexpr std::size_t kMost = 60;
  Typing t;
  if (share([&](std::string_view c) {
        return c.find('@') != std::string_view::npos && reads_as(FieldId::kEmail, c, scratch);
      }).most(kMost)) {
    t.fields = {FieldId::kEmail};
    return t;
  }
  if (share(is_kana).most(kMost) && share(reads(FieldId::kKana)).most(kMost)) {
    t.fields = {FieldId::kKana};
    return t;
  }
  const auto has_digits = share([](std::string_view c) { return digits_in(c) > 0; });
  const bool japanese =
      share([](std::string_view c) {
        return std::ranges::any_of(c, [](char x) { return static_cast<unsigned char>(x) >= 0xE3; });
      }).most(kMost);
  if (japanese && share(looks_like_name).most(kMost) && share(reads(FieldId::kName)).most(kMost)) {
    t.fields = {FieldId::kName};
    return t;
  }
  if (share(reads(FieldId::kBirthdate)).most(80)) t.fields.push_back(FieldId::kBirthdate);
  if (share(reads(FieldId::kPostal)).most(80)) t.fields.push_back(FieldId::kPostal);
  if (share(reads(FieldId::kPhone)).most(kMost)) t.fields.push_back(FieldId::kPhone);
  if (t.fields.empty() && japanese && has_digits.hits > 0 &&
      share(reads(FieldId::kAddress)).most(50)) {
    t.fields = {FieldId::kAddress};
    return t;
  }
  t.id = share(looks_like_id).most(80);
  return t;
}

}  // namespace

Layout layout_of_header(std::span<const std::string_view> cells, char delimiter) {
  Layout layout;
  layout.delimiter = delimiter;
  layout.cells = cells.size();
  std::set<FieldId> fields;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (looks_like_data(cells[i])) return {};
    if (const auto meaning = meaning_of(cells[i])) {
      layout.columns.push_back({i, *meaning});
      fields.insert(meaning->field);
    }
  }
  if (fields.size() < 2) return {};
  std::ranges::stable_sort(layout.columns, {}, [](const Layout::Column& c) {
    return std::pair(c.meaning.field, c.meaning.part);
  });
  return layout;
}

Layout layout_of_rows(std::span<const std::vector<std::string>> rows, char delimiter,
                      std::size_t least_typed) {
  Layout layout;
  layout.delimiter = delimiter;
  if (rows.empty()) return {};
  layout.cells = rows[0].size();
  std::set<FieldId> fields;
  std::vector<std::size_t> ids;
  for (std::size_t column = 0; column < layout.cells; ++column) {
    const Typing t = type_column(rows, column);
    for (const auto field : t.fields) {
      layout.columns.push_back({column, {field}});
      fields.insert(field);
    }
    if (t.id) ids.push_back(column);
  }
  if (fields.size() < least_typed) return {};
  // The first column of identifiers is most likely the customer number, each may be a contract.
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (i == 0) layout.columns.push_back({ids[i], {FieldId::kRef}});
    layout.columns.push_back({ids[i], {FieldId::kContract}});
  }
  return layout;
}

void RowValues::apply(const Layout& layout, std::span<const std::string_view> cells) {
  values_.clear();
  std::size_t used = 0;
  for (std::size_t i = 0; i < layout.columns.size();) {
    const auto& column = layout.columns[i];
    if (column.meaning.part == 0) {
      if (column.index < cells.size() && !cells[column.index].empty()) {
        values_.push_back({column.meaning.field, cells[column.index]});
      }
      ++i;
      continue;
    }
    // Parts stand together in the layout. The first that is empty does not matter.
    if (used == joined_.size()) break;  // one for each field with parts, so never
    std::string& whole = joined_[used];
    whole.clear();
    const FieldId field = column.meaning.field;
    for (; i < layout.columns.size() && layout.columns[i].meaning.field == field &&
           layout.columns[i].meaning.part != 0;
         ++i) {
      if (layout.columns[i].index < cells.size()) whole += cells[layout.columns[i].index];
    }
    if (whole.empty()) continue;
    ++used;
    values_.push_back({field, whole});
  }
}

}  // namespace hitokoe::matcher
