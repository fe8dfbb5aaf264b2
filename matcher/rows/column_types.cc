#include "matcher/rows/column_types.h"

#include <algorithm>
#include <map>
#include <set>

#include "hitokoe/identity/canonical.h"
#include "matcher/rows/cell_shape.h"
#include "matcher/rows/layout.h"

namespace hitokoe::matcher {

namespace {

using identity::FieldId;
using identity::Side;
using Rows = std::span<const std::vector<std::string>>;

constexpr int kMostYears = 2030;
constexpr int kYoungest = 2016;  // years of birth; customers are no infants

struct Share {
  std::size_t filled = 0;
  std::size_t hits = 0;
  bool most(std::size_t percent) const { return filled > 0 && hits * 100 >= filled * percent; }
};

// What stands in one column.
struct Facts {
  bool wanted = false;
  std::size_t filled = 0;
  std::size_t chars = 0;
  std::size_t distinct = 0;
  std::size_t digits_only = 0, with_digits = 0, with_at = 0, with_space = 0, with_letters = 0;
  std::size_t kana = 0, name_like = 0, japanese = 0, hyphens = 0, prefectures = 0, places = 0;
  std::size_t titles = 0, building_like = 0, numbers_like = 0, two_words = 0;
  bool counting = true;  // 1, 2, 3, …

  bool most(std::size_t n, std::size_t percent) const {
    return filled > 0 && n * 100 >= filled * percent;
  }
  double average() const {
    return filled == 0 ? 0 : static_cast<double>(chars) / static_cast<double>(filled);
  }
  bool varied(std::size_t percent) const {
    return filled < 4 || distinct * 100 >= filled * percent;
  }
};

bool ends_with_any(std::string_view cell, std::initializer_list<std::string_view> ends) {
  return std::ranges::any_of(ends, [&](std::string_view e) { return cell.ends_with(e); });
}

bool ends_like_place(std::string_view cell) {
  return ends_with_any(cell, {"市", "区", "町", "村", "郡", "県", "府", "都", "道"});
}

// Ends of words that are no names of people.
bool ends_like_thing(std::string_view cell) {
  return ends_with_any(cell,
                       {"店", "社", "部", "課", "所",     "駅",     "中", "済", "済み", "者",
                        "員", "料", "型", "系", "プラン", "コース", "約", "行", "館",   "会"});
}

bool two_words(std::string_view cell, const CellShape& s) {
  return s.letters >= 4 && s.spaces == 1 && s.letters + s.spaces + s.other + s.hyphens == s.chars &&
         s.other <= 1 && cell[0] != ' ';
}

int number_of(std::string_view cell) {
  if (cell.empty() || cell.size() > 5) return -1;
  int n = 0;
  for (const char c : cell) {
    if (c < '0' || c > '9') return -1;
    n = n * 10 + (c - '0');
  }
  return n;
}

class Typing {
 public:
  Typing(Rows rows, std::span<const std::size_t> wanted, const identity::NumberPatterns& numbers)
      : rows_(rows), numbers_(numbers), facts_(rows[0].size()), types_(rows[0].size()) {
    for (const std::size_t i : wanted) {
      if (i < facts_.size()) facts_[i].wanted = true;
    }
  }

  std::vector<ColumnTypes> run() {
    for (std::size_t i = 0; i < facts_.size(); ++i) {
      if (!facts_[i].wanted) continue;
      gather(i);
      types_[i].empty = facts_[i].filled == 0;
    }
    for (std::size_t i = 0; i < facts_.size(); ++i) emails(i);
    for (std::size_t i = 0; i < facts_.size(); ++i) dates_in_three(i);
    for (std::size_t i = 0; i < facts_.size(); ++i) phones_in_three(i);
    for (std::size_t i = 0; i < facts_.size(); ++i) addresses_in_parts(i);
    for (std::size_t i = 0; i < facts_.size(); ++i) postal_in_two(i);
    whole_addresses();
    names(FieldId::kKana);
    names(FieldId::kName);
    for (std::size_t i = 0; i < facts_.size(); ++i) numbers(i);
    choose_birthdate();
    return std::move(types_);
  }

 private:
  bool free(std::size_t i) const {
    return i < facts_.size() && facts_[i].wanted && facts_[i].filled > 0 &&
           types_[i].meanings.empty();
  }
  std::string_view cell(std::size_t row, std::size_t column) const {
    if (column >= rows_[row].size()) return {};
    const std::string_view text = clean(rows_[row][column]);
    return is_null(text) ? std::string_view() : text;
  }
  void set(std::size_t column, FieldId field, std::uint8_t part = 0, std::uint8_t group = 0) {
    types_[column].meanings = {{field, part}};
    types_[column].group = group;
  }
  bool reads(FieldId field, std::string_view text) {
    scratch_.clear();
    identity::normalize(field, text, Side::kLeak, scratch_);
    return !scratch_.empty();
  }
  template <class Fits>
  Share share(std::size_t column, Fits fits) {
    Share s;
    for (std::size_t r = 0; r < rows_.size(); ++r) {
      const auto text = cell(r, column);
      if (text.empty()) continue;
      ++s.filled;
      if (fits(text)) ++s.hits;
    }
    return s;
  }

  void gather(std::size_t i) {
    Facts& f = facts_[i];
    std::set<std::string_view> seen;
    int before = -1;
    for (std::size_t r = 0; r < rows_.size(); ++r) {
      const auto text = cell(r, i);
      if (text.empty()) {
        f.counting = false;
        continue;
      }
      const CellShape s = shape_of(text);
      ++f.filled;
      f.chars += s.chars;
      seen.insert(text);
      f.digits_only += s.only_digits();
      f.with_digits += s.digits > 0;
      f.with_at += s.at;
      f.with_letters += s.letters > 0;
      f.with_space += s.spaces > 0;
      f.kana += s.kana_only();
      f.name_like += s.name_like();
      f.japanese += s.japanese();
      f.hyphens += s.hyphens > 0;
      f.prefectures += is_prefecture(text);
      f.places += ends_like_place(text);
      f.titles += ends_like_thing(text);
      f.building_like += (s.katakana > 1 || s.kanji > 0 || s.letters > 0) && !s.at &&
                         (s.digits > 0 || s.katakana > 1);
      f.numbers_like += s.digits > 0 && s.digits + s.hyphens == s.chars && s.digits <= 10 &&
                        (s.hyphens > 0 || s.digits <= 4);
      f.two_words += two_words(text, s);
      const int n = number_of(text);
      if (n < 0 || (before >= 0 && n != before + 1)) f.counting = false;
      before = n;
    }
    f.distinct = seen.size();
    if (f.filled < 2) f.counting = false;
  }

  void emails(std::size_t i) {
    if (!free(i) || !facts_[i].most(facts_[i].with_at, 60)) return;
    if (share(i, [&](std::string_view c) {
          return c.find('@') != std::string_view::npos && reads(FieldId::kEmail, c);
        }).most(60)) {
      set(i, FieldId::kEmail);
    }
  }

  // Share of the rows whose three cells from `i` on fit; rows with an empty one do not count.
  template <class Fits>
  Share threes(std::size_t i, Fits fits) {
    Share s;
    for (std::size_t r = 0; r < rows_.size(); ++r) {
      const auto a = cell(r, i), b = cell(r, i + 1), c = cell(r, i + 2);
      if (a.empty() || b.empty() || c.empty()) continue;
      ++s.filled;
      if (fits(a, b, c)) ++s.hits;
    }
    return s;
  }

  void dates_in_three(std::size_t i) {
    if (!free(i) || !free(i + 1) || !free(i + 2)) return;
    const bool era_before = i > 0 && free(i - 1) &&
                            share(i - 1, [](std::string_view c) {
                              return c == "明治" || c == "大正" || c == "昭和" || c == "平成" ||
                                     c == "令和" ||
                                     (c.size() == 1 && std::string_view("MTSHRmtshr").find(c[0]) !=
                                                           std::string_view::npos);
                            }).most(90);
    const Share s = threes(i, [&](std::string_view a, std::string_view b, std::string_view c) {
      const int y = number_of(a), m = number_of(b), d = number_of(c);
      const bool year = era_before ? y >= 1 && y <= 64 : y >= 1900 && y <= kMostYears;
      return year && m >= 1 && m <= 12 && d >= 1 && d <= 31;
    });
    if (!s.most(90)) return;
    if (era_before) set(i - 1, FieldId::kBirthdate, 1);
    for (std::size_t k = 0; k < 3; ++k) {
      set(i + k, FieldId::kBirthdate, static_cast<std::uint8_t>(2 + k));
    }
  }

  void phones_in_three(std::size_t i) {
    if (!free(i) || !free(i + 1) || !free(i + 2)) return;
    std::string whole;
    const Share s = threes(i, [&](std::string_view a, std::string_view b, std::string_view c) {
      if (a.size() > 5 || b.size() > 4 || c.size() > 4 || number_of(a) < 0 || number_of(b) < 0 ||
          number_of(c) < 0) {
        return false;
      }
      whole.assign(a).append("-").append(b).append("-").append(c);
      return whole.size() >= 11 && reads(FieldId::kPhone, whole);
    });
    if (!s.most(80)) return;
    for (std::size_t k = 0; k < 3; ++k) {
      set(i + k, FieldId::kPhone, static_cast<std::uint8_t>(1 + k), phones_);
    }
    ++phones_;
  }

  void postal_in_two(std::size_t i) {
    if (!free(i) || !free(i + 1)) return;
    // Only beside an address: three and four digits are too common.
    const bool beside = (i + 2 < types_.size() && has(i + 2, FieldId::kAddress)) ||
                        (i > 0 && has(i - 1, FieldId::kAddress)) ||
                        (i + 2 < facts_.size() && looks_like_addresses(i + 2));
    if (!beside) return;
    Share s;
    for (std::size_t r = 0; r < rows_.size(); ++r) {
      const auto a = cell(r, i), b = cell(r, i + 1);
      if (a.empty() || b.empty()) continue;
      ++s.filled;
      if (a.size() <= 3 && b.size() <= 4 && number_of(a) >= 1 && number_of(b) >= 0 &&
          a.size() + b.size() >= 5) {
        ++s.hits;
      }
    }
    if (!s.most(90)) return;
    set(i, FieldId::kPostal, 1);
    set(i + 1, FieldId::kPostal, 2);
  }

  bool has(std::size_t i, FieldId field) const {
    return std::ranges::any_of(types_[i].meanings,
                               [&](const ColumnMeaning& m) { return m.field == field; });
  }

  bool looks_like_addresses(std::size_t i) {
    const Facts& f = facts_[i];
    if (!free(i) || !f.most(f.japanese, 60) || f.most(f.with_at, 20)) return false;
    if (f.most(f.prefectures, 60)) return true;
    return f.with_digits > 0 && f.average() > 5 &&
           share(i, [&](std::string_view c) { return reads(FieldId::kAddress, c); }).most(50);
  }

  bool is_building(std::size_t i) {
    if (!free(i)) return false;
    const Facts& f = facts_[i];
    const bool dates =
        share(i, [&](std::string_view c) { return reads(FieldId::kBirthdate, c); }).most(60);
    return !dates && f.most(f.building_like, 60) && !f.most(f.kana, 80) && !f.most(f.with_at, 10) &&
           f.most(f.japanese, 40);
  }

  // 都道府県 | 市区町村 | 町 | 番地 | 建物, from either of the first two on.
  void addresses_in_parts(std::size_t i) {
    if (!free(i)) return;
    const Facts& f = facts_[i];
    const bool prefecture = f.most(f.prefectures, 60);
    const auto is_city = [&](std::size_t k) {
      return free(k) && facts_[k].most(facts_[k].places, 80) && facts_[k].average() >= 2.5 &&
             facts_[k].most(facts_[k].name_like, 60);
    };
    std::size_t at = i;
    if (prefecture) {
      if (!free(i + 1) || !facts_[i + 1].most(facts_[i + 1].japanese, 60)) return;
      set(at++, FieldId::kAddress, 1);
    } else if (!is_city(i) || !free(i + 1) ||
               !(facts_[i + 1].most(facts_[i + 1].with_digits, 60) ||
                 (free(i + 2) && facts_[i + 2].most(facts_[i + 2].numbers_like, 60)))) {
      return;
    }
    if (is_city(at)) set(at++, FieldId::kAddress, 2);
    bool numbered = false;
    if (free(at) && facts_[at].most(facts_[at].japanese, 60) &&
        !facts_[at].most(facts_[at].kana, 80)) {
      numbered = facts_[at].most(facts_[at].with_digits, 60);
      set(at++, FieldId::kAddress, 3);
    }
    if (!numbered && free(at) && facts_[at].most(facts_[at].with_digits, 60) &&
        (facts_[at].most(facts_[at].numbers_like, 60) ||
         facts_[at].most(facts_[at].japanese, 60))) {
      set(at++, FieldId::kAddress, 4);
    }
    if (is_building(at)) set(at, FieldId::kAddress, 5);
  }

  void whole_addresses() {
    for (std::size_t i = 0; i < facts_.size(); ++i) {
      if (!looks_like_addresses(i) || facts_[i].most(facts_[i].kana, 60)) continue;
      set(i, FieldId::kAddress);
      if (is_building(i + 1) &&
          !share(i + 1, [&](std::string_view c) { return prefecture_at(c) > 0; }).most(30)) {
        set(i, FieldId::kAddress, 3, addresses_);
        set(i + 1, FieldId::kAddress, 5, addresses_);
      }
      ++addresses_;
    }
  }

  bool may_be_names(std::size_t i, FieldId field) {
    if (!free(i)) return false;
    const Facts& f = facts_[i];
    if (field == FieldId::kKana) return f.most(f.kana, 60) && f.average() <= 16 && f.varied(30);
    return f.most(f.name_like, 60) && f.average() >= 1.2 && f.average() <= 10 &&
           (f.varied(25) || (f.distinct >= 3 && f.average() >= 3.5)) && !f.most(f.titles, 60) &&
           !(f.most(f.places, 90) && f.average() > 2.4);
  }

  // The best column of names, or the best two side by side.
  void names(FieldId field) {
    const bool kana = field == FieldId::kKana;
    const double most_surname = kana ? 6 : 2.9;
    for (std::size_t i = 0; i + 1 < facts_.size(); ++i) {
      if (!may_be_names(i, field) || !may_be_names(i + 1, field)) continue;
      const Facts &a = facts_[i], &b = facts_[i + 1];
      if (a.average() > most_surname || b.average() > (kana ? 6 : 3.2) ||
          a.most(a.with_space, 30) || b.most(b.with_space, 30) || a.average() + b.average() < 2.4) {
        continue;
      }
      set(i, field, 1);
      set(i + 1, field, 2);
      return;
    }
    std::size_t best = facts_.size();
    double best_score = 0;
    for (std::size_t i = 0; i < facts_.size(); ++i) {
      if (!may_be_names(i, field)) continue;
      const Facts& f = facts_[i];
      if (!kana && f.average() < 2) continue;
      if (!share(i, [&](std::string_view c) { return reads(field, c); }).most(60)) continue;
      // Full names are about as long as this, and hardly any comes twice.
      const double odd = std::abs(f.average() - (kana ? 8.0 : 4.2));
      const double variety = static_cast<double>(f.distinct) / static_cast<double>(f.filled);
      const double score = variety + 1 / (1 + odd);
      if (best == facts_.size() || score > best_score + 0.25) {
        best = i;
        best_score = score;
      }
    }
    if (best < facts_.size()) {
      set(best, field);
    } else if (!kana) {
      for (std::size_t i = 0; i < facts_.size(); ++i) {
        const Facts& f = facts_[i];
        if (free(i) && f.most(f.two_words, 80) && f.varied(60)) {
          set(i, FieldId::kRomaji);
          return;
        }
      }
    }
  }

  void numbers(std::size_t i) {
    if (!free(i) || facts_[i].counting) return;
    auto& t = types_[i];
    if (facts_[i].with_digits * 100 >= facts_[i].filled * 60) {
      for (const auto& [field, percent] : {std::pair(FieldId::kBirthdate, std::size_t{80}),
                                           std::pair(FieldId::kPostal, std::size_t{80}),
                                           std::pair(FieldId::kPhone, std::size_t{60})}) {
        const Facts& f = facts_[i];
        const bool words =
            field != FieldId::kBirthdate && (f.most(f.japanese, 50) || f.most(f.with_letters, 50));
        if (words || (field == FieldId::kPostal && f.average() > 10)) continue;
        if (share(i, [&](std::string_view c) { return reads(field, c); }).most(percent)) {
          t.meanings.push_back({field});
        }
      }
    }
    if (by_pattern(i)) return;
    const bool phones =
        share(i, [](std::string_view c) { return plain_field(c) == FieldId::kPhone; }).most(80);
    const bool told = has(i, FieldId::kBirthdate) ||
                      (has(i, FieldId::kPostal) && facts_[i].most(facts_[i].hyphens, 80));
    if (phones || told || !facts_[i].varied(60)) return;
    t.id = ids(i);
  }

  // As carriers write their contract and customer numbers.
  bool by_pattern(std::size_t i) {
    if (numbers_.empty() || !facts_[i].most(facts_[i].with_digits, 60)) return false;
    bool any = false;
    for (const auto field : {FieldId::kRef, FieldId::kContract}) {
      if (share(i, [&](std::string_view c) {
            return numbers_.fields_of(c).contains(field);
          }).most(80)) {
        types_[i].meanings.push_back({field});
        any = true;
      }
    }
    return any;
  }

  // 0: no identifiers; 2: all of one pattern, letters before digits, as systems count.
  int ids(std::size_t i) {
    std::map<std::string, std::size_t> patterns;
    std::string pattern;
    const Share s = share(i, [&](std::string_view c) {
      if (c.size() < 3 || c.size() > 24) return false;
      pattern.clear();
      std::size_t digits = 0;
      for (const char x : c) {
        const bool digit = x >= '0' && x <= '9';
        const char low = static_cast<char>(x | 32);
        if (!digit && !(low >= 'a' && low <= 'z') && x != '-' && x != '_') return false;
        digits += digit;
        pattern += digit ? '0' : x == '-' || x == '_' ? x : 'a';
      }
      if (digits < 2) return false;
      ++patterns[pattern];
      return true;
    });
    if (!s.most(80)) return 0;
    const bool regular = std::ranges::any_of(patterns, [&](const auto& p) {
      return p.second * 10 >= s.hits * 9 && p.first.find("0a") == std::string::npos &&
             p.first.size() >= 5;
    });
    return regular ? 2 : 1;
  }

  // Of several columns of dates, the one whose dates are the oldest: the others say when a contract
  // was made or a row written.
  void choose_birthdate() {
    std::size_t best = facts_.size();
    std::string oldest = std::to_string(kYoungest);
    for (std::size_t i = 0; i < types_.size(); ++i) {
      if (!has(i, FieldId::kBirthdate) || types_[i].meanings[0].part != 0) continue;
      std::vector<std::string> years;
      for (std::size_t r = 0; r < rows_.size(); ++r) {
        if (!cell(r, i).empty() && reads(FieldId::kBirthdate, cell(r, i))) {
          years.push_back(scratch_[0].substr(0, 4));
        }
      }
      std::ranges::sort(years);
      // Times, and dates of last year: nobody is born then.
      const bool times = share(i, [](std::string_view c) {
                           return c.find(':') != std::string_view::npos;
                         }).most(60);
      if (times || years.empty() || years[years.size() / 2] >= oldest) continue;
      oldest = years[years.size() / 2];
      best = i;
    }
    for (std::size_t i = 0; i < types_.size(); ++i) {
      if (i == best || !has(i, FieldId::kBirthdate) || types_[i].meanings[0].part != 0) continue;
      std::erase_if(types_[i].meanings,
                    [](const ColumnMeaning& m) { return m.field == FieldId::kBirthdate; });
    }
  }

  Rows rows_;
  const identity::NumberPatterns& numbers_;
  std::vector<Facts> facts_;
  std::vector<ColumnTypes> types_;
  std::vector<std::string> scratch_;
  std::uint8_t phones_ = 0;
  std::uint8_t addresses_ = 1;
};

}  // namespace

std::vector<ColumnTypes> type_columns(Rows rows, std::span<const std::size_t> wanted,
                                      const identity::NumberPatterns& numbers) {
  if (rows.empty() || rows[0].empty()) return {};
  return Typing(rows, wanted, numbers).run();
}

}  // namespace hitokoe::matcher
