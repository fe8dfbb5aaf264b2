// One pass over folded text with a scanner for each kind of identifier. Long texts are read in
// windows that end at a line, or overlap by more than the longest identifier.
#include <algorithm>

#include "hitokoe/identity/extractor.h"
#include "identity/address.h"
#include "identity/bank.h"
#include "identity/birthdate.h"
#include "identity/characters.h"
#include "identity/email.h"
#include "identity/fixed_numbers.h"
#include "identity/forms.h"
#include "identity/labels.h"
#include "identity/number_finder.h"
#include "identity/phone.h"
#include "identity/places.h"
#include "identity/postal.h"

namespace hitokoe::identity {
namespace {

constexpr std::size_t kWindow = 64U << 10;
constexpr std::size_t kOverlap = 1024;
constexpr std::size_t kLongestAddress = 100;  // characters
constexpr std::size_t kLongestValue = 80;     // of a labelled value, characters

// What ends a value in running text.
bool ends_value(char32_t c) {
  switch (c) {
    case U'\n':
    case U'\r':
    case U'\t':
    case U'|':
    case U';':
    case U',':
    case U'、':
    case U'。':
    case U'"':
    case U'「':
    case U'」':
    case U'【':
    case U'】':
    case U'<':
    case U'>':
    case U'{':
    case U'}':
    case U'\0':
      return true;
    default:
      return false;
  }
}

class Window {
 public:
  explicit Window(const NumberPatterns& patterns) : patterns_(patterns) {
    addresses_.only_with_place();
  }

  // Tokens get `base` added to their offsets; those that begin before `from` or not before `until`
  // (bytes of the window) belong to another window.
  void read(std::string_view text, std::uint64_t base, std::size_t from, std::size_t until,
            std::vector<Token>& out) {
    text::fold_with_offsets(text, chars_, offsets_);
    offsets_.push_back(static_cast<std::uint32_t>(text.size()));
    text_ = chars_;
    base_ = base;
    from_ = from;
    until_ = until;
    out_ = &out;
    const auto first = static_cast<std::ptrdiff_t>(out.size());

    PhoneTokens phones(*this);
    find_phones(text_, {.dropped_zero = true, .bare_landline = false, .ranges = true}, phones);
    const auto middle = static_cast<std::ptrdiff_t>(out.size());
    scan();
    const auto by_pattern = static_cast<std::ptrdiff_t>(out.size());
    sort_scanned(middle, by_pattern);
    std::inplace_merge(out.begin() + first, out.begin() + middle, out.end(), begins_before);
    if (!patterns_.empty()) {
      Numbers numbers(*this);
      find_numbers(patterns_, text_, scratch_, numbers);
      std::stable_sort(out.begin() + by_pattern, out.end(), begins_before);
      std::inplace_merge(out.begin() + first, out.begin() + by_pattern, out.end(), begins_before);
    }
    drop_doubles(first);
  }

 private:
  class PhoneTokens final : public PhoneSink {
   public:
    explicit PhoneTokens(Window& window) : window_(window) {}
    void found(const PhoneMatch& match) override {
      window_.add(FieldId::kPhone, match.number(), match.begin, match.end);
    }

   private:
    Window& window_;
  };

  class LongNumbers final : public FixedNumberSink {
   public:
    explicit LongNumbers(Window& window) : window_(window) {}
    void found(const FixedNumber& n) override {
      // An individual number goes no further than its place in the text.
      const bool never = n.field == FieldId::kMynumber;
      window_.add(n.field, never ? kHidden : n.view(), n.begin, n.end);
    }

   private:
    static constexpr std::string_view kHidden = "************";
    Window& window_;
  };

  class Numbers final : public NumberSink {
   public:
    explicit Numbers(Window& window) : window_(window) {}
    void found(FieldId field, std::size_t begin, std::size_t end) override {
      window_.forms_.clear();
      normalize_folded(field, window_.text_.subspan(begin, end - begin), Side::kLeak,
                       window_.forms_);
      window_.add_forms(field, begin, end);
    }

   private:
    Window& window_;
  };

  // A value that two rules found at one place, also where other values of that place stand between.
  void drop_doubles(std::ptrdiff_t first) {
    auto kept = out_->begin() + first;
    for (auto it = kept; it != out_->end(); ++it) {
      bool known = false;
      for (auto before = kept; !known && before != out_->begin() + first;) {
        --before;
        if (before->begin != it->begin) break;
        known = before->field == it->field && before->value == it->value;
      }
      if (known) continue;
      if (kept != it) *kept = std::move(*it);
      ++kept;
    }
    out_->erase(kept, out_->end());
  }

  static bool begins_before(const Token& a, const Token& b) { return a.begin < b.begin; }

  // The scan is in order but for tokens that reach back a little (the local part of an address):
  // insertion is linear for those.
  void sort_scanned(std::ptrdiff_t from, std::ptrdiff_t until) {
    const auto begin = out_->begin() + from;
    for (auto it = begin; it != out_->begin() + until; ++it) {
      auto to = it;
      while (to != begin && it->begin < (to - 1)->begin) --to;
      if (to != it) std::rotate(to, it, it + 1);
    }
  }

  void add(FieldId field, std::string_view value, std::size_t begin, std::size_t end) {
    const std::size_t first_byte = offsets_[begin];
    if (first_byte < from_ || first_byte >= until_ || value.empty()) return;
    out_->push_back({field, std::string(value), base_ + first_byte, base_ + offsets_[end]});
  }
  void add_forms(FieldId field, std::size_t begin, std::size_t end) {
    for (std::size_t i = 0; i < forms_.size(); ++i) add(field, forms_[i], begin, end);
    forms_.clear();
  }

  void scan() {
    std::size_t place_end = 0;   // an address is not searched again inside itself
    std::size_t number_end = 0;  // nor long numbers inside their groups
    LongNumbers long_numbers(*this);
    for (std::size_t i = 0; i < text_.size(); ++i) {
      const char32_t c = text_[i];
      if (c == U'@') {
        email(i);
      } else if (c == U':' || c == U'=' || c == U'】' || c == U'\t') {
        labelled(i);
      } else if (is_ascii_digit(c) || kanji_digit(c) >= 0) {
        if (begins_number(i)) {
          if (i >= number_end) number_end = find_fixed_numbers(text_, i, long_numbers);
          postal(i);
          if (!goes_on(i)) date(i);
        }
      } else if (c == U'〒') {
        postal(i);
      } else if (c < 0x80) {
        if (is_ascii_letter(c) && may_begin_date(i)) date(i);
      } else if (c == U'明' || c == U'大' || c == U'昭' || c == U'平' || c == U'令') {
        date(i);
      } else if (c == U'普' || c == U'当' || c == U'貯' || c == U'記') {
        if (is_account_word(text_, i)) account(i);
      }
      if (i >= place_end && is_kanji(c)) place_end = std::max(place_end, place(i));
    }
  }

  bool begins_number(std::size_t i) const {
    return i == 0 || !(is_ascii_digit(text_[i - 1]) || kanji_digit(text_[i - 1]) >= 0);
  }

  // S55, Jan 2; most words are neither.
  bool may_begin_date(std::size_t i) const {
    if (i > 0 && is_ascii_letter(text_[i - 1])) return false;
    const char32_t next = i + 1 < text_.size() ? text_[i + 1] : 0;
    if (!is_ascii_letter(next)) {
      return std::u32string_view(U"MTSHR").find(upper(text_[i])) != std::u32string_view::npos;
    }
    return std::u32string_view(U"jfmasond").find(lower(text_[i])) != std::u32string_view::npos &&
           std::u32string_view(U"aepuco").find(lower(next)) != std::u32string_view::npos;
  }

  // The second group of a number (1234 of 090-1234-5678), digits after a letter: no date begins.
  bool goes_on(std::size_t i) const {
    if (i == 0) return false;
    const char32_t before = text_[i - 1];
    if (is_ascii_letter(before)) return true;
    return i > 1 && (is_dash(before) || before == U'/' || before == U'.') &&
           is_ascii_digit(text_[i - 2]);
  }

  void email(std::size_t at) {
    const EmailMatch match = email_around(text_, at, false);
    if (match.begin == match.end) return;
    forms_.clear();
    append_email(text_, match, at, forms_);
    add_forms(FieldId::kEmail, match.begin, match.end);
  }

  void postal(std::size_t at) {
    if (at > 0 && text_[at] != U'〒' && (is_dash(text_[at - 1]) || text_[at - 1] == U'.')) return;
    const PostalMatch match = postal_at(text_, at);
    if (match.length == 0 || !match.sure) return;
    add(FieldId::kPostal, {match.digits.data(), match.digits.size()}, at, at + match.length);
  }

  void date(std::size_t at) {
    const DateMatch match = date_at(text_, at);
    if (match.length == 0 || !match.sure) return;
    forms_.clear();
    append_dates(match, forms_);
    add_forms(FieldId::kBirthdate, at, at + match.length);
  }

  // An account around the word for its type or kind: the codes of bank and branch stand before it,
  // the number after it.
  void account(std::size_t at) {
    constexpr std::size_t kMostAround = 40;  // characters
    constexpr std::size_t kCodes = 7, kNumber = 7, kPost = 14;
    const auto ends = [&](std::size_t i) {
      return text_[i] == U'\n' || text_[i] == U'\r' || text_[i] == U'。';
    };
    const bool post = text_[at] == U'記';
    std::size_t begin = at, digits = 0;
    while (!post && begin > 0 && at - begin < kMostAround && digits < kCodes && !ends(begin - 1)) {
      digits += is_ascii_digit(text_[--begin]) ? 1U : 0U;
    }
    std::size_t end = at;
    digits = 0;
    while (end < text_.size() && end - at < kMostAround && !ends(end)) {
      const bool digit = is_ascii_digit(text_[end]);
      if (digits >= (post ? kPost : kNumber) || (!post && digits > 0 && !digit)) break;
      digits += digit ? 1U : 0U;
      ++end;
    }
    if (digits == 0) return;
    forms_.clear();
    append_account_in_text(text_.subspan(begin, end - begin), forms_);
    add_forms(FieldId::kBank, begin, end);
  }

  std::size_t value_end(std::size_t at, std::size_t most) const {
    const std::size_t last = std::min(text_.size(), at + most);
    while (at < last && !ends_value(text_[at])) ++at;
    return at;
  }

  // Tries an address at `at`; gives where the search for the next one goes on.
  std::size_t place(std::size_t at) {
    // A prefecture may stand anywhere, a city only where a word begins.
    if (!begins_prefecture(at)) {
      const bool boundary = at == 0 || !(is_kanji(text_[at - 1]) || is_katakana(text_[at - 1]) ||
                                         is_hiragana(text_[at - 1]));
      if (!boundary || !may_be_city(at)) return at;
    }
    return address(at, value_end(at, kLongestAddress), at);
  }

  bool begins_prefecture(std::size_t at) {
    const auto is = [&](std::size_t ahead, std::u32string_view set) {
      return at + ahead < text_.size() && set.find(text_[at + ahead]) != set.npos;
    };
    if (!is(2, U"都道府県縣") && !is(3, U"県縣")) return false;
    tokenize_address(text_.subspan(at, std::min<std::size_t>(4, text_.size() - at)), head_);
    std::size_t length = 0;
    return prefecture_at(head_, 0, length) >= 0;
  }

  bool may_be_city(std::size_t at) const {
    constexpr std::size_t kLongestCity = 16;
    const std::size_t end = std::min(text_.size(), at + kLongestCity);
    for (std::size_t i = at + 1; i < end && !ends_value(text_[i]); ++i) {
      const char32_t c = text_[i];
      if (c == U'市' || c == U'区' || c == U'區' || c == U'町' || c == U'村') return true;
    }
    return false;
  }

  std::size_t address(std::size_t at, std::size_t end, std::size_t nothing) {
    const auto found = addresses_.read(text_.subspan(at, end - at), Side::kLeak);
    if (found.empty() || !addresses_.begins_with_place()) return nothing;
    // A place without numbers is talk about a town, not where somebody lives.
    if (std::none_of(found.begin(), found.end(), [](const Address& a) { return a.block > 0; })) {
      return nothing;
    }
    forms_.clear();
    append_address_forms(found, Side::kLeak, forms_);
    add_forms(FieldId::kAddress, at, end);
    return end;
  }

  void labelled(std::size_t colon) {
    const auto field = label_before(text_, colon);
    if (!field) return;
    std::size_t begin = colon + 1;
    while (begin < text_.size() &&
           (text_[begin] == U' ' || text_[begin] == U'"' || text_[begin] == U'\'' ||
            text_[begin] == U':' || text_[begin] == U'>')) {
      ++begin;
    }
    std::size_t end =
        value_end(begin, *field == FieldId::kAddress ? kLongestAddress : kLongestValue);
    while (end > begin && (is_space(text_[end - 1]) || text_[end - 1] == U'\'')) --end;
    if (begin == end) return;
    forms_.clear();
    if (*field == FieldId::kAddress) {
      const Chars value = text_.subspan(begin, end - begin);
      append_address_forms(labelled_.read(value, Side::kLeak), Side::kLeak, forms_);
      add_forms(*field, begin, end);
      return;
    }
    if (*field != FieldId::kPhone && *field != FieldId::kEmail) end = next_label(begin, end);
    normalize_folded(*field, text_.subspan(begin, end - begin), Side::kLeak, forms_);
    add_forms(*field, begin, end);
  }

  // "氏名：山田太郎 電話：…" on one line: the value ends where the next label's word begins.
  std::size_t next_label(std::size_t begin, std::size_t end) const {
    for (std::size_t i = begin; i < end; ++i) {
      if (text_[i] != U':' && text_[i] != U'=') continue;
      std::size_t cut = i;
      while (cut > begin && !is_space(text_[cut - 1])) --cut;
      while (cut > begin && is_space(text_[cut - 1])) --cut;
      return cut;
    }
    return end;
  }

  const NumberPatterns& patterns_;
  std::u32string chars_;
  std::string scratch_;
  std::vector<std::uint32_t> offsets_;
  Chars text_;
  std::uint64_t base_ = 0;
  std::size_t from_ = 0, until_ = 0;
  std::vector<Token>* out_ = nullptr;
  Forms forms_;
  AddressReader addresses_;  // in running text
  AddressReader labelled_;
  AddressTokens head_;
};

std::size_t to_character(std::string_view text, std::size_t at) {
  while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80U) ++at;
  return at;
}

void read_windows(Window& window, std::string_view text, std::vector<Token>& out) {
  std::size_t begin = 0;  // of the window
  std::size_t from = 0;   // what the windows before have not given
  while (from < text.size()) {
    std::size_t end = std::min(text.size(), begin + kWindow);
    std::size_t until = end;
    if (end < text.size()) {
      const std::size_t line = text.rfind('\n', end - 1);
      if (line != std::string_view::npos && line > begin + kWindow / 2) {
        end = until = line + 1;
      } else {
        end = to_character(text, end);
        until = to_character(text, end - kOverlap);
      }
    }
    window.read(text.substr(begin, end - begin), begin, from - begin, until - begin, out);
    from = until;
    // Without a line's end the next window also sees what stands before its first token.
    begin = until == end ? end : to_character(text, until - kOverlap);
  }
}

}  // namespace

void extract(std::string_view text, std::vector<Token>& out) {
  static const NumberPatterns none;
  extract(text, none, out);
}

void extract(std::string_view text, const NumberPatterns& patterns, std::vector<Token>& out) {
  Window window(patterns);
  read_windows(window, text, out);
}

struct Extractor::State {
  explicit State(const NumberPatterns& patterns) : window(patterns) {}
  Window window;
};

Extractor::Extractor(const NumberPatterns& patterns) : patterns_(patterns) {}
Extractor::~Extractor() = default;

void Extractor::extract(std::string_view text, std::vector<Token>& out) {
  if (state_ == nullptr) state_ = std::make_unique<State>(patterns_);
  read_windows(state_->window, text, out);
}

}  // namespace hitokoe::identity
