#include "hitokoe/identity/contacts.h"

#include "identity/characters.h"
#include "identity/email.h"
#include "identity/forms.h"
#include "identity/phone.h"

namespace hitokoe::identity {
namespace {

constexpr std::size_t kMostLetters = 4;
constexpr std::size_t kFewestDigits = 6;
constexpr std::size_t kFewestAlone = 8;
constexpr std::size_t kMostDigits = 12;

class Contacts {
 public:
  Contacts(std::string_view text, std::vector<Token>& out) : out_(out) {
    text::fold_with_offsets(text, chars_, offsets_);
    offsets_.push_back(static_cast<std::uint32_t>(text.size()));
    text_ = chars_;
  }

  void phones() {
    class Sink final : public PhoneSink {
     public:
      explicit Sink(Contacts& to) : to_(to) {}
      void found(const PhoneMatch& match) override {
        to_.add(FieldId::kPhone, match.number(), match.begin, match.end);
      }

     private:
      Contacts& to_;
    };
    Sink sink(*this);
    find_phones(text_, {.dropped_zero = true, .bare_landline = false, .ranges = true}, sink);
  }

  void emails() {
    for (std::size_t i = 0; i < text_.size(); ++i) {
      if (text_[i] != U'@') continue;
      const EmailMatch match = email_around(text_, i, false);
      if (match.begin == match.end) continue;
      forms_.clear();
      append_email(text_, match, i, forms_);
      for (std::size_t f = 0; f < forms_.size(); ++f) {
        add(FieldId::kEmail, forms_[f], match.begin, match.end);
      }
    }
  }

  void numbers() {
    for (std::size_t i = 0; i < text_.size();) {
      const std::size_t begin = i;
      while (i < text_.size() && is_ascii_digit(text_[i])) ++i;
      if (i == begin) {
        ++i;
      } else {
        number(begin, i);
      }
    }
  }

 private:
  char32_t at(std::size_t i) const { return i < text_.size() ? text_[i] : 0; }  // also of -1
  static bool is_word(char32_t c) { return is_ascii_digit(c) || is_ascii_letter(c); }
  static bool joins(char32_t c) { return c == U'-' || c == U'.'; }

  // The digits from `begin` to `end`, as many as there are.
  void number(std::size_t begin, std::size_t end) {
    const std::size_t size = end - begin;
    if (size < kFewestDigits || size > kMostDigits) return;
    if (is_word(at(end)) || at(end) == U'@') return;
    const std::size_t word_end = at(begin - 1) == U'-' ? begin - 1 : begin;
    std::size_t word = word_end;
    while (word > 0 && is_ascii_letter(text_[word - 1]) && word_end - word <= kMostLetters) --word;
    const std::size_t letters = word_end - word;
    if (letters >= 1 && letters <= kMostLetters && !is_word(at(word - 1))) {
      return add_number(word, word_end, begin, end);
    }
    const char32_t before = at(begin - 1);
    if (size < kFewestAlone || is_word(before) || before == U'+') return;
    if (joins(before) && is_ascii_digit(at(begin - 2))) return;
    if (joins(at(end)) && is_ascii_digit(at(end + 1))) return;
    add_number(begin, begin, begin, end);
  }

  void add_number(std::size_t word, std::size_t word_end, std::size_t begin, std::size_t end) {
    std::string value;
    for (std::size_t i = word; i < word_end; ++i) value += static_cast<char>(upper(text_[i]));
    for (std::size_t i = begin; i < end; ++i) value += static_cast<char>(text_[i]);
    add(FieldId::kContract, value, word, end);
    add(FieldId::kRefToken, value, word, end);
  }

  void add(FieldId field, std::string_view value, std::size_t begin, std::size_t end) {
    out_.push_back({field, std::string(value), offsets_[begin], offsets_[end]});
  }

  std::vector<Token>& out_;
  std::u32string chars_;
  std::vector<std::uint32_t> offsets_;
  Chars text_;
  Forms forms_;
};

}  // namespace

void extract_contacts(std::string_view text, ContactKinds kinds, std::vector<Token>& out) {
  Contacts contacts(text, out);
  if (kinds.number) contacts.numbers();
  if (kinds.email) contacts.emails();
  if (kinds.phone) contacts.phones();
}

}  // namespace hitokoe::identity
