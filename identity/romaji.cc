// Names in Latin letters, the ways of writing Japanese in them made one: Ohno, Oono and Ōno;
// Kohji, Koji and Kouji; Jun'ichiro and Junichirou; Shinbashi, Shimbashi and Sinbasi.
#include <algorithm>
#include <array>
#include <string_view>

#include "identity/characters.h"

namespace hitokoe::identity {
namespace {

constexpr std::size_t kLongest = 64;  // letters
constexpr std::size_t kMostWords = 4;

// The letter under a long or accented vowel; 0: none. Folding has composed them.
char vowel_under(char32_t c) {
  constexpr std::u32string_view kMarked = U"āâáàäēêéèëīîíìïōôóòöőūûúùüű";
  constexpr std::string_view kPlain = "aaaaaeeeeeiiiiioooooouuuuuu";
  const std::size_t at = kMarked.find(c < 0x80                   ? c
                                      : c == 0x14c               ? 0x14d
                                      : c == 0x16a               ? 0x16b
                                      : c == 0x100               ? 0x101
                                      : c == 0x112               ? 0x113
                                      : c == 0x12a               ? 0x12b
                                      : (c >= 0xc0 && c <= 0xde) ? c + 0x20
                                                                 : c);
  return at == kMarked.npos || c < 0x80 ? '\0' : kPlain[at];
}

bool is_vowel(char c) { return c == 'a' || c == 'i' || c == 'u' || c == 'e' || c == 'o'; }

struct Rule {
  std::string_view from, to;
};
// Longer first. Kunrei and Nippon to Hepburn; what readings write both ways becomes one.
constexpr Rule kRules[] = {
    {"tch", "cch"}, {"shh", "sh"},  {"sya", "sha"}, {"syu", "shu"}, {"syo", "sho"}, {"tya", "cha"},
    {"tyu", "chu"}, {"tyo", "cho"}, {"cya", "cha"}, {"cyu", "chu"}, {"cyo", "cho"}, {"zya", "ja"},
    {"zyu", "ju"},  {"zyo", "jo"},  {"jya", "ja"},  {"jyu", "ju"},  {"jyo", "jo"},  {"dya", "ja"},
    {"dyu", "ju"},  {"dyo", "jo"},  {"dzu", "zu"},  {"tsu", "tsu"}, {"chi", "chi"}, {"shi", "shi"},
    {"si", "shi"},  {"ti", "chi"},  {"tu", "tsu"},  {"hu", "fu"},   {"zi", "ji"},   {"di", "ji"},
    {"du", "zu"},   {"wo", "o"},    {"l", "r"},     {"v", "b"}};

// One word; written over itself.
class Word {
 public:
  void add(char c) {
    if (size_ < text_.size()) text_[size_++] = c;
  }
  bool empty() const { return size_ == 0; }
  std::string_view view() const { return {text_.data(), size_}; }

  // Until nothing changes: tti is tchi and then cchi. What is written without spaces must come to
  // the same, so that a whole name is folded, not its words.
  void fold() {
    constexpr int kMostTurns = 6;
    for (int turn = 0; turn < kMostTurns; ++turn) {
      const std::array<char, kLongest> before = text_;
      const std::size_t size = size_;
      shorten();
      rewrite();
      if (size == size_ &&
          std::equal(before.begin(), before.begin() + static_cast<long>(size), text_.begin())) {
        return;
      }
    }
  }

 private:
  // ou oo oh o- → o, uu → u …; the h of Ohara and the u of Inoue's e stay where a vowel follows h.
  void shorten() {
    std::size_t out = 0;
    for (std::size_t i = 0; i < size_; ++i) {
      const char c = text_[i];
      const char last = out > 0 ? text_[out - 1] : '\0';
      if (is_vowel(last)) {
        if (c == last && c != 'i' && c != 'e') continue;
        if (last == 'o' && c == 'u') continue;
        const bool silent = c == 'h' && !(i + 1 < size_ && is_after_h(text_[i + 1]));
        if (silent && (last == 'o' || last == 'u' || last == 'a')) continue;
      }
      if (c == 'm' && i + 1 < size_ &&
          (text_[i + 1] == 'b' || text_[i + 1] == 'p' || text_[i + 1] == 'm')) {
        text_[out++] = 'n';
        continue;
      }
      text_[out++] = c;
    }
    size_ = out;
  }
  static bool is_after_h(char c) { return is_vowel(c) || c == 'y'; }

  void rewrite() {
    std::array<char, kLongest> from = text_;
    const std::string_view all(from.data(), size_);
    size_ = 0;
    for (std::size_t i = 0; i < all.size();) {
      const std::string_view rest = all.substr(i);
      const auto* rule = std::find_if(std::begin(kRules), std::end(kRules),
                                      [&](const Rule& r) { return rest.starts_with(r.from); });
      // tsu is not su of tsi, shi not hi.
      const bool applies =
          rule != std::end(kRules) && !(i > 0 && all[i - 1] == 't' && rule->from == "si");
      const std::string_view to = applies ? rule->to : rest.substr(0, 1);
      for (const char c : to) add(c);
      i += applies ? rule->from.size() : 1;
    }
  }

  std::array<char, kLongest> text_;
  std::size_t size_ = 0;
};

bool is_title(std::string_view word) {
  return word == "mr" || word == "mrs" || word == "ms" || word == "miss" || word == "dr" ||
         word == "sama" || word == "san";
}

}  // namespace

void normalize_romaji(Chars value, Side, Forms& forms) {
  value = trim(value);
  if (value.size() > kLongest) return;
  std::array<Word, kMostWords> words;
  std::size_t count = 0, letters = 0;
  bool open = false;
  for (const char32_t c : value) {
    const char plain = is_ascii_letter(c) ? static_cast<char>(lower(c)) : vowel_under(c);
    if (plain != '\0') {
      if (!open) {
        if (count == kMostWords) return;
        ++count;
        open = true;
      }
      words[count - 1].add(plain);
      ++letters;
    } else if (is_space(c) || c == U',' || c == U'.' || c == U'・' || c == U'_') {
      if (open && is_title(words[count - 1].view())) words[--count] = Word();
      open = false;
    } else if (c != U'\'' && c != 0x2019 && c != U'`' && c != 0x2bc && !is_dash(c) && c != 0x300 &&
               c != 0x304 && c != U'^' && c != U'~') {
      return;
    }
  }
  if (open && count > 1 && is_title(words[count - 1].view())) --count;
  if (letters < 3 || count == 0) return;
  const std::size_t first = forms.size();
  // The words from number `from` on, then those before it.
  const auto add = [&](std::size_t from) {
    Word name;
    for (std::size_t i = 0; i < count; ++i) {
      for (const char c : words[(i + from) % count].view()) name.add(c);
    }
    name.fold();
    forms.text() += name.view();
    forms.commit(first);
  };
  add(0);
  if (count > 1) add(count - 1);  // family name and given name stand both ways
  if (count > 2) add(1);          // Taro Robert Yamada
}

}  // namespace hitokoe::identity
