#include "matcher/rows/layout.h"

#include <algorithm>
#include <bit>
#include <map>
#include <tuple>

#include "matcher/rows/cell_shape.h"
#include "matcher/rows/column_types.h"

namespace hitokoe::matcher {

namespace {

using identity::FieldId;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alnum(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::size_t digits_in(std::string_view cell) {
  return static_cast<std::size_t>(std::ranges::count_if(cell, is_digit));
}

// A number in three columns, and then another: where the parts begin anew.
bool repeats(FieldId field) {
  return field == FieldId::kPhone || field == FieldId::kPostal || field == FieldId::kBirthdate ||
         field == FieldId::kBank;
}

void set_groups(Layout& layout) {
  struct Last {
    std::uint8_t group = 0, part = 0;
  };
  std::map<std::pair<Person, FieldId>, Last> last;
  for (auto& c : layout.columns) {
    if (c.meaning.part == 0 || !repeats(c.meaning.field)) continue;
    Last& l = last[{c.meaning.person, c.meaning.field}];
    if (l.part != 0 && c.meaning.part <= l.part) ++l.group;
    l.part = c.meaning.part;
    c.group = l.group;
  }
}

// "都道府県, 住所" and "住所, 建物名": the whole is a part where the others leave its place empty.
void make_parts_of_wholes(Layout& layout) {
  std::map<std::pair<Person, FieldId>, unsigned> parts;  // bits
  for (const auto& c : layout.columns) {
    parts[{c.meaning.person, c.meaning.field}] |= 1U << c.meaning.part;
  }
  for (auto& c : layout.columns) {
    if (c.meaning.part != 0) continue;
    unsigned& have = parts[{c.meaning.person, c.meaning.field}];
    if (c.meaning.field == FieldId::kAddress) {
      constexpr unsigned kTown = 1U << 3, kCity = 1U << 2, kNumbers = 1U << 4;
      const bool alone = (have & ~1U) == 0;
      const bool complete = (have & kTown) != 0 || ((have & kCity) != 0 && (have & kNumbers) != 0);
      if (alone || complete) continue;
      c.meaning.part = 3;
    } else if (c.meaning.field == FieldId::kName || c.meaning.field == FieldId::kKana) {
      // name, surname
      if ((have & 2U) == 0 || (have & 4U) != 0) continue;
      c.meaning.part = 2;
    } else if (c.meaning.field == FieldId::kBirthdate) {
      // birth_year, birth_month, birth_day
      if ((have & 12U) != 12U || (have & 16U) != 0) continue;
      c.meaning.part = 4;
    } else {
      continue;
    }
    have |= 1U << c.meaning.part;
  }
}

// 利用者 is another person only beside a 契約者.
void name_the_user(Layout& layout) {
  const bool named = std::ranges::any_of(layout.columns, [](const Layout::Column& c) {
    return c.meaning.person == Person::kSelf &&
           kind_bit(c.meaning.field) == kind_bit(FieldId::kName);
  });
  if (named) return;
  for (auto& c : layout.columns) {
    if (c.meaning.person == Person::kUser) c.meaning.person = Person::kSelf;
  }
}

void arrange(Layout& layout) {
  name_the_user(layout);
  set_groups(layout);
  make_parts_of_wholes(layout);
  std::ranges::stable_sort(layout.columns, {}, [](const Layout::Column& c) {
    return std::tuple(c.meaning.person, c.meaning.field, c.group, c.meaning.part);
  });
}

// Several mail addresses in one cell are each a value.
void put_addresses(std::string_view cell, std::vector<identity::FieldValue>& out) {
  constexpr std::size_t kMost = 64;
  constexpr std::string_view kBetween[] = {" ", ",", ";", "/", "|", "\t", "、", "，", "；", "／"};
  const std::size_t first = cell.find('@');
  if (first == std::string_view::npos || cell.find('@', first + 1) == std::string_view::npos) {
    out.push_back({FieldId::kEmail, cell});
    return;
  }
  const std::size_t most = out.size() + kMost;
  std::size_t begin = 0;
  for (std::size_t at = 0; at <= cell.size() && out.size() < most;) {
    const auto* const between = std::ranges::find_if(
        kBetween, [&](std::string_view one) { return cell.substr(at, one.size()) == one; });
    if (at < cell.size() && between == std::end(kBetween)) {
      ++at;
      continue;
    }
    const std::string_view piece = cell.substr(begin, at - begin);
    if (piece.find('@') != std::string_view::npos) out.push_back({FieldId::kEmail, piece});
    at += at < cell.size() ? between->size() : 1;
    begin = at;
  }
}

std::size_t own_fields(const Layout& layout) {
  std::uint64_t seen = 0;
  for (const auto& c : layout.columns) {
    if (c.meaning.person == Person::kSelf) {
      seen |= std::uint64_t{1} << static_cast<unsigned>(c.meaning.field);
    }
  }
  return static_cast<std::size_t>(std::popcount(seen));
}

// Without a header only a carrier's pattern tells these.
bool is_number(FieldId field) { return field == FieldId::kRef || field == FieldId::kContract; }

void add_types(Layout& layout, const std::vector<ColumnTypes>& types) {
  for (std::size_t i = 0; i < types.size(); ++i) {
    for (const auto& m : types[i].meanings) {
      layout.columns.push_back({i, m, types[i].group});
      layout.own_numbers = layout.own_numbers || is_number(m.field);
    }
    if (types[i].empty) layout.open.push_back(i);
  }
}

}  // namespace

bool looks_like_data(std::string_view cell) {
  return cell.size() > 96 || digits_in(cell) >= 4 || cell.find('@') != std::string_view::npos;
}

unsigned kind_bit(FieldId field) {
  switch (field) {
    case FieldId::kName:
    case FieldId::kKana:
    case FieldId::kRomaji:
      return 1U << 0;
    case FieldId::kAddress:
    case FieldId::kPostal:
      return 1U << 1;
    case FieldId::kPlan:
    case FieldId::kCorporate:
    case FieldId::kMynumber:
      return 0;  // of no use without the others
    default:
      return 1U << (1 + (static_cast<unsigned>(field) & 15U));
  }
}

std::size_t distinct_kinds(std::span<const identity::FieldValue> values) {
  unsigned seen = 0;
  for (const auto& v : values) seen |= kind_bit(v.field);
  return static_cast<std::size_t>(std::popcount(seen));
}

Layout layout_of_names(std::span<const std::string_view> names) {
  Layout layout;
  layout.cells = names.size();
  for (std::size_t i = 0; i < names.size(); ++i) {
    const NameReading name = read_name(names[i]);
    if (name.meaning) {
      layout.columns.push_back({i, *name.meaning});
    } else if (!name.other) {
      layout.open.push_back(i);
    }
  }
  arrange(layout);
  return layout;
}

Layout layout_of_meanings(std::span<const ColumnMeaning> meanings) {
  Layout layout;
  layout.cells = meanings.size();
  for (std::size_t i = 0; i < meanings.size(); ++i) layout.columns.push_back({i, meanings[i]});
  arrange(layout);
  return layout;
}

Layout layout_of_header(std::span<const std::string_view> cells) {
  if (cells.size() < 2 || std::ranges::any_of(cells, looks_like_data)) return {};
  Layout layout = layout_of_names(cells);
  const std::size_t fields = own_fields(layout);
  if (fields >= 2) return layout;
  // mail:password
  return fields == 1 && layout.open.empty() ? layout : Layout{};
}

void complete_layout(Layout& layout, std::span<const CellRow> rows,
                     const identity::NumberPatterns& numbers) {
  if (layout.open.empty() || rows.empty()) return;
  const std::vector<std::size_t> wanted = std::move(layout.open);
  layout.open.clear();
  const auto types = type_columns(rows, wanted, numbers);
  std::uint64_t announced = 0;
  for (const auto& c : layout.columns) {
    announced |= std::uint64_t{1} << static_cast<unsigned>(c.meaning.field);
  }
  for (const std::size_t i : wanted) {
    if (i >= types.size() || types[i].empty) {
      layout.open.push_back(i);
      continue;
    }
    for (const auto& m : types[i].meanings) {
      if (is_number(m.field)) {
        layout.columns.push_back({i, m, types[i].group});
        layout.own_numbers = true;
        continue;
      }
      // A date or a number under a name that says nothing is most likely neither a birth date nor
      // a customer number.
      const bool told = m.field == FieldId::kEmail || m.field == FieldId::kPhone ||
                        m.field == FieldId::kName || m.field == FieldId::kKana ||
                        m.field == FieldId::kAddress;
      if (!told || (announced >> static_cast<unsigned>(m.field) & 1U) != 0) continue;
      layout.columns.push_back({i, m, types[i].group});
    }
  }
  arrange(layout);
}

Layout layout_of_rows(std::span<const CellRow> rows, std::size_t least_typed,
                      const identity::NumberPatterns& numbers) {
  if (rows.empty()) return {};
  Layout layout;
  layout.cells = rows[0].size();
  std::vector<std::size_t> all(layout.cells);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  const auto types = type_columns(rows, all, numbers);
  add_types(layout, types);
  if (own_fields(layout) < least_typed) return {};
  // The most regular column of identifiers, else the first, is most likely the customer number;
  // each may be a contract.
  std::size_t ref = types.size();
  for (std::size_t i = 0; i < types.size(); ++i) {
    if (types[i].id == 0) continue;
    layout.columns.push_back({i, {FieldId::kContract}});
    if (ref == types.size() || types[i].id > types[ref].id) ref = i;
  }
  const bool told = std::ranges::any_of(
      layout.columns, [](const Layout::Column& c) { return c.meaning.field == FieldId::kRef; });
  if (ref < types.size() && !told) layout.columns.push_back({ref, {FieldId::kRef}});
  // What was typed by its cells keeps its groups.
  std::ranges::stable_sort(layout.columns, {}, [](const Layout::Column& c) {
    return std::tuple(c.meaning.person, c.meaning.field, c.group, c.meaning.part);
  });
  return layout;
}

bool is_null(std::string_view cell) {
  if (cell.empty()) return true;
  if (cell.size() > 6) return false;
  switch (cell[0]) {
    case '\\':
      return cell == "\\N" || cell == "\\n";
    case 'N':
    case 'n':
      return cell == "NULL" || cell == "null" || cell == "None" || cell == "nan" || cell == "NaN" ||
             cell == "N/A" || cell == "n/a" || cell == "nil" || cell == "Null" || cell == "none";
    case '(':
      return cell == "(null)" || cell == "(NULL)";
    case '-':
      return cell == "-" || cell == "--";
    case '<':
      return cell == "<null>" || cell == "<NULL>";
    default:
      return cell == "ー" || cell == "－" || cell == "なし" || cell == "無し";
  }
}

std::string_view clean(std::string_view cell) {
  if (cell.size() < 2) return cell;
  if (cell[0] == '=' && cell[1] == '"' && cell.size() > 3 && cell.back() == '"') {
    return cell.substr(2, cell.size() - 3);
  }
  if (cell[0] == '\'') {
    if (cell.size() > 2 && cell.back() == '\'') return cell.substr(1, cell.size() - 2);
    if (is_digit(cell[1]) || cell[1] == '+') return cell.substr(1);
  }
  return cell;
}

void RowValues::put(FieldId field, std::string_view raw) { values_.push_back({field, raw}); }

void RowValues::end_record(Person person) {
  const std::size_t begin = ends_.empty() ? 0 : ends_.back();
  if (person != Person::kSelf &&
      distinct_kinds(std::span<const identity::FieldValue>(values_).subspan(begin)) < 2) {
    values_.resize(begin);  // one value of somebody else is no record
    return;
  }
  ends_.push_back(values_.size());
}

// Columns [from, to) are the parts of one value.
void RowValues::join(const Layout& layout, std::size_t from, std::size_t to,
                     std::span<const std::string_view> cells) {
  const FieldId field = layout.columns[from].meaning.field;
  const auto cell_of = [&](std::size_t i) {
    const std::size_t index = layout.columns[i].index;
    const std::string_view cell = index < cells.size() ? clean(cells[index]) : std::string_view();
    return is_null(cell) ? std::string_view() : cell;
  };
  std::size_t filled = 0, longest = 0, last = from;
  for (std::size_t i = from; i < to; ++i) {
    const auto cell = cell_of(i);
    if (cell.empty()) continue;
    ++filled;
    longest = std::max(longest, digits_in(cell));
    last = i;
  }
  if (filled == 0) return;
  // tel1, tel2 are two numbers when they are long enough, and parts of one when not.
  const bool apart = (field == FieldId::kPhone && (longest > 5 || filled < 2)) ||
                     (field == FieldId::kPostal && (longest > 4 || filled < 2));
  if (filled == 1 || used_ == kMostJoined) {
    if (field != FieldId::kBirthdate || digits_in(cell_of(last)) > 4) put(field, cell_of(last));
    return;
  }
  if (apart) {
    for (std::size_t i = from; i < to; ++i) {
      if (!cell_of(i).empty()) put(field, cell_of(i));
    }
    return;
  }
  std::string& whole = joined_[used_++];
  whole.clear();
  for (std::size_t i = from; i < to; ++i) {
    const auto cell = cell_of(i);
    if (cell.empty()) continue;
    const std::uint8_t part = layout.columns[i].meaning.part;
    switch (field) {
      case FieldId::kAddress: {
        // 東京都 | 東京都江東区豊洲: said twice
        bool again = false;
        for (std::size_t k = i + 1; k < to && part <= 2 && !again; ++k) {
          again = layout.columns[k].meaning.part <= 4 && cell_of(k).starts_with(cell);
        }
        if (again) continue;
        if (!whole.empty() && is_alnum(whole.back()) && is_alnum(cell[0])) whole += ' ';
        whole += cell;
        break;
      }
      case FieldId::kPhone:
      case FieldId::kBank:
        if (!whole.empty()) whole += '-';
        whole += cell;
        break;
      case FieldId::kPostal:
        if (!whole.empty()) whole += '-';
        // Spreadsheets drop leading zeros.
        if (const std::size_t n = part == 1 ? 3 : 4; cell.size() < n && digits_in(cell) > 0) {
          whole.append(n - cell.size(), '0');
        }
        whole += cell;
        break;
      case FieldId::kBirthdate: {
        whole += cell;
        const bool bare = is_digit(cell.back());
        if (part == 2 && bare) whole += "年";
        if (part == 3 && bare) whole += "月";
        if (part == 4 && bare) whole += "日";
        break;
      }
      default:
        if (!whole.empty() && is_alnum(whole.back()) && is_alnum(cell[0])) whole += ' ';
        whole += cell;
    }
  }
  put(field, whole);
}

void RowValues::apply(const Layout& layout, std::span<const std::string_view> cells) {
  values_.clear();
  ends_.clear();
  used_ = 0;
  Person person = Person::kSelf;
  const auto open_cells = [&] {
    for (const std::size_t i : layout.open) {
      if (i >= cells.size() || cells[i].size() < 6) continue;
      if (numbers_ == nullptr) {
        if (const auto field = plain_field(cells[i])) put(*field, cells[i]);
      } else {
        for (const auto field : plain_fields(cells[i], *numbers_)) put(field, cells[i]);
      }
    }
  };
  const auto& columns = layout.columns;
  for (std::size_t i = 0; i < columns.size();) {
    const auto& c = columns[i];
    if (c.meaning.person != person) {
      if (person == Person::kSelf) open_cells();
      end_record(person);
      person = c.meaning.person;
    }
    if (c.meaning.part == 0) {
      if (c.index < cells.size()) {
        const auto cell = clean(cells[c.index]);
        if (c.meaning.field == FieldId::kEmail) {
          if (!is_null(cell)) put_addresses(cell, values_);
        } else if (!is_null(cell)) {
          put(c.meaning.field, cell);
        }
      }
      ++i;
      continue;
    }
    std::size_t end = i + 1;
    while (end < columns.size() && columns[end].meaning.part != 0 &&
           columns[end].meaning.field == c.meaning.field && columns[end].group == c.group &&
           columns[end].meaning.person == person) {
      ++end;
    }
    join(layout, i, end, cells);
    i = end;
  }
  if (person == Person::kSelf) open_cells();
  end_record(person);
  if (ends_.empty()) ends_.push_back(0);
}

}  // namespace hitokoe::matcher
