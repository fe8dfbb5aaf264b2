// Names and readings.
#include <algorithm>
#include <array>
#include <string>

#include "hitokoe/text/fold.h"
#include "identity/characters.h"
#include "identity/kana.h"
#include "identity/variants.h"

namespace hitokoe::identity {
namespace {

constexpr std::size_t kLongestName = 64;  // characters

// Spaces and the points between the parts of a name.
bool is_gap(char32_t c) {
  return is_space(c) || c == U'・' || c == U'·' || c == U'、' || c == U',' || c == U'.' ||
         c == U'=' || c == 0x30a0;
}

// A mark that stands at no kana: after a point that is left out it would join what stands before
// it.
bool is_lone_sound_mark(char32_t c) { return c == 0x3099 || c == 0x309a; }

bool is_letter(char32_t c) {
  if (is_lone_sound_mark(c)) return false;
  return is_ascii_letter(c) || is_kanji(c) || is_hiragana(c) || is_katakana(c) ||
         (c >= 0xc0 && c < 0x250) || (c >= 0x370 && c < 0x530) || (c >= 0xac00 && c <= 0xd7a3);
}

bool ends_with(Chars value, std::u32string_view tail) {
  return value.size() > tail.size() && value.back() == tail.back() &&
         std::equal(tail.begin(), tail.end(), value.end() - static_cast<long>(tail.size()));
}

constexpr std::array<std::u32string_view, 7> kHonorifics = {U"様",   U"さま", U"サマ", U"殿",
                                                            U"さん", U"御中", U"先生"};

Chars without_honorific(Chars value) {
  for (const auto tail : kHonorifics) {
    // 様 of 様子 is no honorific, and a name has two characters at least.
    if (ends_with(value, tail) && value.size() >= tail.size() + 2) {
      return value.first(value.size() - tail.size());
    }
  }
  return value;
}

// "山田太郎(ヤマダタロウ)" → "山田太郎": a reading or a note after the name.
Chars without_note(Chars value) {
  const auto open = std::find(value.begin(), value.end(), U'(');
  if (open == value.end() || value.back() != U')') return value;
  const auto before = static_cast<std::size_t>(open - value.begin());
  return before >= 2 ? value.first(before) : value;
}

// What stands after the name, however often: 山田様(ヤマダ)様.
Chars name_alone(Chars value) {
  for (std::size_t before = 0; before != value.size();) {
    before = value.size();
    value = without_honorific(without_note(value));
  }
  return value;
}

// 株式会社 and what is written for it: NFKC has made ㈱ (株), and ㍿ the word.
struct Kind {
  std::u32string_view mark, word;
};
constexpr Kind kKinds[] = {
    {U"(株)", U"株式会社"}, {U"(有)", U"有限会社"},    {U"(合)", U"合同会社"},
    {U"(資)", U"合資会社"}, {U"(名)", U"合名会社"},    {U"(社)", U"社団法人"},
    {U"(財)", U"財団法人"}, {U"(医)", U"医療法人"},    {U"(学)", U"学校法人"},
    {U"(宗)", U"宗教法人"}, {U"(福)", U"社会福祉法人"}};

// The kind of company at the beginning or the end, as a word; `room` receives the name.
Chars with_kind_as_word(Chars value, std::array<char32_t, kLongestName>& room) {
  if (value.empty() || (value.front() != U'(' && value.back() != U')')) return value;
  for (const auto& [mark, word] : kKinds) {
    if (value.size() <= mark.size() || value.size() - mark.size() + word.size() > room.size()) {
      continue;
    }
    const std::u32string_view text(value.data(), value.size());
    if (!text.starts_with(mark) && !text.ends_with(mark)) continue;
    const bool first = text.starts_with(mark);
    const auto rest = first ? text.substr(mark.size()) : text.substr(0, text.size() - mark.size());
    auto* to = room.data();
    if (first) to = std::copy(word.begin(), word.end(), to);
    to = std::copy(rest.begin(), rest.end(), to);
    if (!first) to = std::copy(word.begin(), word.end(), to);
    return {room.data(), static_cast<std::size_t>(to - room.data())};
  }
  return value;
}

std::size_t letters_of(Chars value) {
  return static_cast<std::size_t>(std::count_if(value.begin(), value.end(), is_letter));
}

std::size_t digits_of(Chars value) {
  return static_cast<std::size_t>(std::count_if(value.begin(), value.end(), is_ascii_digit));
}

// A value in the form in which it is compared, before what stands after the name is taken away:
// what is taken away must not depend on gaps and variants within it.
class Letters {
 public:
  explicit Letters(Chars value) {
    take(value);
    if (std::any_of(chars_.begin(), chars_.begin() + static_cast<long>(size_), may_combine)) {
      // Marks of other scripts that a gap held apart stand side by side now, and have an order.
      std::string text;
      for (const char32_t c : all()) text::append_utf8(c, text);
      std::array<char32_t, kLongestName> again;
      take({again.data(), text::fold(text, again)});
    }
  }
  Chars all() const { return {chars_.data(), size_}; }

 private:
  static bool may_combine(char32_t c) {
    return c >= 0x300 && c != 0xfffd && !is_kanji(c) && !is_hiragana(c) && !is_katakana(c);
  }

  void take(Chars value) {
    size_ = 0;
    for (const char32_t c : value) {
      if (is_gap(c) || is_lone_sound_mark(c)) continue;
      const char32_t previous = size_ == 0 ? 0 : chars_[size_ - 1];
      const bool lengthens = is_dash(c) && (is_katakana(previous) || is_hiragana(previous));
      chars_[size_++] = is_kanji(c) ? fold_name_kanji(c) : lengthens ? U'ー' : lower(c);  // マリ−
    }
  }

  std::array<char32_t, kLongestName> chars_;
  std::size_t size_ = 0;
};

void append(Chars value, FormText& out) {
  for (const char32_t c : value) out.put(c);
}

}  // namespace

void normalize_name(Chars value, Side, Forms& forms) {
  value = trim(value);
  if (value.size() > kLongestName) return;
  const Letters letters(value);
  std::array<char32_t, kLongestName> company;
  const Chars whole = with_kind_as_word(without_honorific(letters.all()), company);
  const Chars name = name_alone(whole);
  if (letters_of(name) < 2 || digits_of(name) > 1) return;
  if (std::find(name.begin(), name.end(), U'@') != name.end()) return;
  const std::size_t first = forms.size();
  append(name, forms.text());
  forms.commit(first);
  const auto loose = [](char32_t c) { return is_kanji(c) ? fold_loose_kanji(c) : c; };
  if (std::none_of(name.begin(), name.end(), [&](char32_t c) { return loose(c) != c; })) return;
  for (const char32_t c : name) forms.text().put(loose(c));
  forms.commit(first);
}

void normalize_kana(Chars value, Side, Forms& forms) {
  value = trim(value);
  if (value.size() > kLongestName) return;
  std::array<char32_t, kLongestName> chars;
  std::size_t size = 0;
  for (const char32_t c : value) {
    if (!is_gap(c) && c != U'(' && c != U')') chars[size++] = c;
  }
  size = name_alone({chars.data(), size}).size();
  std::size_t kana = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const char32_t folded = is_dash(chars[i]) ? (i == 0 ? 0 : U'ー') : kana_of(chars[i]);
    if (folded == 0) return;
    chars[i] = folded;
  }
  const Chars name = name_alone({chars.data(), size});  // once more: サま is サマ now
  for (const char32_t c : name) kana += c == U'ー' ? 0 : 1;
  if (kana < 2) return;
  const std::size_t first = forms.size();
  append(name, forms.text());
  forms.commit(first);
  if (kana == name.size()) return;
  for (const char32_t c : name) {
    if (c != U'ー') forms.text().put(c);
  }
  forms.commit(first);
}

}  // namespace hitokoe::identity
