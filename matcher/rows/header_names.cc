#include "matcher/rows/header_names.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <string>
#include <unordered_map>
#include <vector>

#include "matcher/rows/name_dictionary.h"

namespace hitokoe::matcher {

namespace {

using identity::FieldId;

constexpr std::size_t kLongest = 96;
constexpr int kMostStrips = 4;  // words around a name that are taken off

// Half-width katakana in full width, U+FF66 … U+FF9F.
constexpr std::string_view kWideKana =
    "ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤ"
    "ユヨ"
    "ラリルレロワン゛゜";

struct Character {
  unsigned point = 0;
  std::size_t bytes = 1;
};

Character character_at(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) & 0x3FU : 0U;
  };
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return {lead, 1};
  if (lead >= 0xF0) {
    return {((lead & 7U) << 18) | (byte(1) << 12) | (byte(2) << 6) | byte(3),
            std::min<std::size_t>(4, text.size())};
  }
  if (lead >= 0xE0) {
    return {((lead & 15U) << 12) | (byte(1) << 6) | byte(2), std::min<std::size_t>(3, text.size())};
  }
  return {((lead & 31U) << 6) | byte(1), std::min<std::size_t>(2, text.size())};
}

// A name as the dictionary has it, and where its words begin.
struct Reduced {
  std::string text;
  std::bitset<512> starts;

  bool starts_word(std::size_t at) const { return at >= text.size() || starts[at]; }
};

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

class Reducer {
 public:
  explicit Reducer(bool brackets) : brackets_(brackets) {}

  Reduced reduce(std::string_view name) {
    for (std::size_t i = 0; i < name.size();) {
      const Character c = character_at(name.substr(i));
      take(c.point, name.substr(i, c.bytes));
      i += c.bytes;
    }
    return std::move(out_);
  }

 private:
  void take(unsigned point, std::string_view bytes) {
    if (point >= 0xFF01 && point <= 0xFF5E) point = point - 0xFF01 + 0x21;
    if (point == '(' || point == '[' || point == 0x3014 || point == 0xFF3B || point == '<') {
      ++depth_;
      begin_word();
      return;
    }
    if (point == ')' || point == ']' || point == 0x3015 || point == 0xFF3D || point == '>') {
      if (depth_ > 0) --depth_;
      begin_word();
      return;
    }
    if (depth_ > 0 && !brackets_) return;
    if (point < 0x80) {
      ascii(static_cast<char>(point));
      return;
    }
    wide(point, bytes);
  }

  void begin_word() {
    begin_ = true;
    last_ = ' ';
  }

  void put(std::string_view bytes) {
    if (out_.text.size() + bytes.size() >= out_.starts.size()) return;
    if (begin_ || out_.text.empty()) out_.starts[out_.text.size()] = true;
    begin_ = false;
    out_.text += bytes;
  }

  void ascii(char c) {
    if (!is_digit(c) && !is_lower(c) && !is_upper(c)) {
      begin_word();
      return;
    }
    if (is_upper(c) && (is_lower(last_) || is_digit(last_))) begin_ = true;
    if (last_ == '\x7f') begin_ = true;  // after Japanese
    last_ = c;
    const char small = is_upper(c) ? static_cast<char>(c + 32) : c;
    put(std::string_view(&small, 1));
  }

  void wide(unsigned point, std::string_view bytes) {
    if (point >= 0xFF66 && point <= 0xFF9F) {
      if (point == 0xFF9E || point == 0xFF9F) {
        voice(point == 0xFF9E ? 1 : 2);
        return;
      }
      bytes = kWideKana.substr(std::size_t{point - 0xFF66} * 3, 3);
    } else if (skipped(point)) {
      begin_word();
      return;
    }
    if (last_ != '\x7f') begin_ = true;
    last_ = '\x7f';
    put(bytes);
  }

  // The katakana before gets its mark: in Unicode it is the next letter but one or two.
  void voice(unsigned char by) {
    if (out_.text.size() < 3) return;
    const auto last = static_cast<unsigned char>(out_.text.back());
    if (last + by <= 0xBF) out_.text.back() = static_cast<char>(last + by);
  }

  static bool skipped(unsigned point) {
    if (point >= 0x2000 && point <= 0x206F) return true;  // punctuation, marks of direction
    if (point >= 0x2460 && point <= 0x24FF) return true;  // ①
    if (point >= 0x25A0 && point <= 0x26FF) return true;  // ■ ● ◆ ★
    if (point >= 0x3000 && point <= 0x3004) return true;  // spaces, 、。
    if (point >= 0x3008 && point <= 0x3020 && point != 0x3012) return true;  // 「」【】, but 〒
    return point == 0x30FB || point == 0xFEFF || point == 0x203B || point == 0xFF65 ||
           point == 0xA0 || point == 0xFFFD;
  }

  Reduced out_;
  bool brackets_;
  bool begin_ = true;
  int depth_ = 0;
  char last_ = ' ';
};

std::vector<std::string_view> words_of(std::string_view list) {
  std::vector<std::string_view> words;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(' '), list.size());
    if (end > 0) words.push_back(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  std::ranges::stable_sort(words, std::ranges::greater(), &std::string_view::size);
  return words;
}

// Words by their beginning, so that a name is not compared with each of them: Japanese ones by
// their first character, ASCII ones as a whole.
template <class Meaning>
class WordList {
 public:
  void add(std::string_view word, Meaning meaning) {
    of(word)[key_of(word)].push_back({word, meaning});
  }

  // The first word of the list that stands in the name, ASCII only as whole words.
  struct Hit {
    std::size_t at;
    std::string_view word;
    Meaning meaning;
  };
  std::optional<Hit> find_in(const Reduced& name) const {
    std::optional<Hit> best;
    for (std::size_t at = 0; at < name.text.size(); ++at) {
      visit(name, at, [&](std::string_view word, const Meaning& meaning) {
        if (!best || word.size() > best->word.size()) best = Hit{at, word, meaning};
      });
    }
    return best;
  }

  // Words that the name has at `at`.
  template <class Visit>
  void visit(const Reduced& name, std::size_t at, Visit seen) const {
    const auto lead = static_cast<unsigned char>(name.text[at]);
    if ((lead & 0xC0U) == 0x80) return;  // within a character
    if (lead < 0x80) {
      if (!name.starts[at]) return;
      std::size_t end = at + 1;
      while (end < name.text.size() && !name.starts[end] &&
             static_cast<unsigned char>(name.text[end]) < 0x80) {
        ++end;
      }
      const auto found = ascii_.find(std::string_view(name.text).substr(at, end - at));
      if (found == ascii_.end()) return;
      for (const auto& [word, meaning] : found->second) seen(word, meaning);
      return;
    }
    const std::string_view rest = std::string_view(name.text).substr(at);
    const auto found = wide_.find(rest.substr(0, 3));
    if (found == wide_.end()) return;
    for (const auto& [word, meaning] : found->second) {
      if (rest.starts_with(word)) seen(word, meaning);
    }
  }

 private:
  using Words =
      std::unordered_map<std::string_view, std::vector<std::pair<std::string_view, Meaning>>>;
  static bool narrow(std::string_view word) { return static_cast<unsigned char>(word[0]) < 0x80; }
  static std::string_view key_of(std::string_view word) {
    return narrow(word) ? word : word.substr(0, 3);
  }
  Words& of(std::string_view word) { return narrow(word) ? ascii_ : wide_; }

  Words ascii_, wide_;
};

// Immutable after the first use; initialisation is thread-safe.
struct Dictionary {
  std::unordered_map<std::string_view, ColumnMeaning> whole;
  std::vector<std::pair<std::string_view, ColumnMeaning>> telling;
  WordList<Person> persons;
  WordList<char> others;
  WordList<FieldId> scripts;
  // By their first character.
  std::array<std::vector<std::string_view>, 256> owners;
  std::vector<std::string_view> fillers = words_of(filler_words());

  Dictionary() {
    for (const auto& group : whole_names()) {
      for (const auto name : words_of(group.names)) whole.emplace(name, group.meaning);
    }
    for (const auto& group : telling_parts()) {
      for (const auto name : words_of(group.names)) telling.emplace_back(name, group.meaning);
    }
    for (const auto& group : person_words()) {
      for (const auto word : words_of(group.words)) persons.add(word, group.person);
    }
    for (const auto word : words_of(other_words())) others.add(word, 0);
    for (const auto word : words_of(kana_words())) scripts.add(word, FieldId::kKana);
    for (const auto word : words_of(romaji_words())) scripts.add(word, FieldId::kRomaji);
    for (const auto word : words_of(owner_words())) {
      owners[static_cast<unsigned char>(word[0])].push_back(word);
    }
  }

  static const Dictionary& get() {
    static const Dictionary dictionary;
    return dictionary;
  }
};

bool is_ascii(std::string_view word) { return static_cast<unsigned char>(word[0]) < 0x80; }

Reduced without(const Reduced& name, std::size_t at, std::size_t size) {
  Reduced out;
  out.text = name.text.substr(0, at) + name.text.substr(at + size);
  for (std::size_t i = 0; i < at; ++i) out.starts[i] = name.starts[i];
  for (std::size_t i = at + size; i < name.text.size(); ++i) {
    out.starts[i - size] = name.starts[i] || i == at + size;
  }
  return out;
}

std::optional<ColumnMeaning> look_up(const Reduced& name, int depth);

// 氏名カナ, kana_sei, lastNameRomaji: a name and the script it is written in.
std::optional<NameReading> by_script(const Reduced& name) {
  const auto hit = Dictionary::get().scripts.find_in(name);
  if (!hit) return std::nullopt;
  const Reduced rest = without(name, hit->at, hit->word.size());
  if (rest.text.empty()) return NameReading{ColumnMeaning{hit->meaning}, false};
  const auto inner = look_up(rest, 1);
  if (!inner) return std::nullopt;
  if (inner->field == FieldId::kName || inner->field == hit->meaning) {
    return NameReading{ColumnMeaning{hit->meaning, inner->part}, false};
  }
  if (inner->field == FieldId::kAddress) return NameReading{{}, true};  // 住所カナ
  return std::nullopt;
}

std::optional<ColumnMeaning> look_up(const Reduced& name, int depth) {
  const Dictionary& d = Dictionary::get();
  if (const auto at = d.whole.find(name.text); at != d.whole.end()) return at->second;
  if (depth >= kMostStrips) return std::nullopt;
  for (const auto word : d.owners[static_cast<unsigned char>(name.text[0])]) {
    if (name.text.size() <= word.size() || !name.text.starts_with(word)) continue;
    const bool boundary = name.starts_word(word.size());
    if (is_ascii(word) && !boundary && word.size() < 4) continue;
    if (const auto found = look_up(without(name, 0, word.size()), depth + 1)) return found;
  }
  for (const auto word : d.fillers) {
    if (name.text.size() <= word.size() || !name.text.ends_with(word)) continue;
    const std::size_t at = name.text.size() - word.size();
    if (is_ascii(word) && !is_digit(word[0]) && !name.starts_word(at)) continue;
    if (const auto found = look_up(without(name, at, word.size()), depth + 1)) return found;
  }
  return std::nullopt;
}

// The last words of an English name say what it is: acme_billing_phone_no. Not so for names and
// numbers, which everything has (project_name, order_id).
std::optional<ColumnMeaning> by_last_words(const Reduced& name) {
  const Dictionary& d = Dictionary::get();
  for (std::size_t at = 1; at < name.text.size(); ++at) {
    if (!name.starts[at]) continue;
    const auto found = d.whole.find(std::string_view(name.text).substr(at));
    if (found == d.whole.end() || found->first.size() < 3) continue;
    switch (found->second.field) {
      case FieldId::kEmail:
      case FieldId::kPhone:
      case FieldId::kPostal:
      case FieldId::kBirthdate:
      case FieldId::kContract:
      case FieldId::kKana:
      case FieldId::kImei:
      case FieldId::kIccid:
      case FieldId::kImsi:
        return found->second;
      default:
        break;
    }
  }
  return std::nullopt;
}

NameReading read_reduced(Reduced name) {
  if (name.text.empty()) return {};
  const Dictionary& d = Dictionary::get();
  if (const auto at = d.whole.find(name.text); at != d.whole.end()) return {at->second, false};
  Person person = Person::kSelf;
  if (const auto whose = d.persons.find_in(name)) {
    name = without(name, whose->at, whose->word.size());
    // 緊急連絡先 alone is a telephone number.
    if (name.text.empty() && whose->word == "緊急連絡先") {
      return {ColumnMeaning{FieldId::kPhone, 0, whose->meaning}, false};
    }
    person = whose->meaning;
  }
  if (name.text.empty()) return {{}, true};
  const auto of_person = [&](ColumnMeaning meaning) {
    meaning.person = person;
    return NameReading{meaning, false};
  };
  if (d.others.find_in(name)) return {{}, true};
  if (const auto found = look_up(name, 0)) return of_person(*found);
  if (const auto script = by_script(name)) {
    return script->meaning ? of_person(*script->meaning) : *script;
  }
  for (const auto& [part, meaning] : d.telling) {
    if (name.text.find(part) != std::string::npos) return of_person(meaning);
  }
  if (const auto found = by_last_words(name)) return of_person(*found);
  return {{}, person != Person::kSelf};
}

}  // namespace

NameReading read_name(std::string_view name) {
  if (name.empty() || name.size() > kLongest) return {};
  const bool brackets = name.find_first_of("([<") != std::string_view::npos ||
                        name.find("（") != std::string_view::npos ||
                        name.find("［") != std::string_view::npos ||
                        name.find("〔") != std::string_view::npos;
  const NameReading all = read_reduced(Reducer(true).reduce(name));
  if (!brackets || all.meaning || all.other) return all;
  return read_reduced(Reducer(false).reduce(name));
}

bool may_be_name(std::string_view cell) {
  if (cell.empty() || cell.size() > 72) return false;
  int digits = 0;
  for (const char c : cell) {
    if (c == '@') return false;
    digits += is_digit(c);
  }
  return digits < 4;
}

const NameReading& NameMemory::read(std::string_view name) {
  static const NameReading nothing;
  if (name.empty() || name.size() > kLongest) return nothing;
  key_.assign(name);
  if (const auto at = names_.find(key_); at != names_.end()) return at->second;
  if (names_.size() >= kMost) names_.clear();
  return names_.emplace(key_, read_name(name)).first->second;
}

}  // namespace hitokoe::matcher
