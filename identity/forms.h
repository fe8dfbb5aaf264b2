// What the fields' rules work on: folded code points in, canonical forms out.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/identity/canonical.h"
#include "hitokoe/text/fold.h"

namespace hitokoe::identity {

using Chars = std::span<const char32_t>;

inline constexpr std::size_t kLongestRaw = 1024;  // bytes; longer values are nothing we know
inline constexpr std::size_t kLongestForm = 512;

// Canonical forms, appended one after the other in one buffer; keeps its memory when cleared.
class Forms {
 public:
  void clear() {
    text_.clear();
    ends_.clear();
  }
  std::size_t size() const { return ends_.size(); }
  std::string_view operator[](std::size_t i) const {
    const std::size_t begin = i == 0 ? 0 : ends_[i - 1];
    return std::string_view(text_).substr(begin, ends_[i] - begin);
  }

  // The form that is being written: append to text(), then commit() or drop().
  std::string& text() { return text_; }
  std::size_t begin() const { return ends_.empty() ? 0 : ends_.back(); }
  std::string_view current() const { return std::string_view(text_).substr(begin()); }
  // Keeps it, unless it is empty, too long or the same as a form from number `first` on.
  void commit(std::size_t first = 0) {
    const std::string_view form = current();
    bool keep = !form.empty() && form.size() <= kLongestForm;
    for (std::size_t i = first; keep && i < size(); ++i) keep = (*this)[i] != form;
    if (keep) {
      ends_.push_back(static_cast<std::uint32_t>(text_.size()));
    } else {
      drop();
    }
  }
  void drop() { text_.resize(begin()); }

 private:
  std::string text_;
  std::vector<std::uint32_t> ends_;
};

// A raw value, folded.
class Folded {
 public:
  // Empty where `raw` is longer than kLongestRaw.
  Chars of(std::string_view raw) {
    if (raw.size() > kLongestRaw) return {};
    return {chars_.data(), text::fold(raw, chars_)};
  }

 private:
  std::array<char32_t, kLongestRaw> chars_;
};

// The fields' rules. Each appends canonical form and variants of `value` to `forms`, nothing where
// it is not such a value.
void normalize_phone(Chars value, Side side, Forms& forms);
void normalize_email(Chars value, Side side, Forms& forms);
void normalize_name(Chars value, Side side, Forms& forms);
void normalize_kana(Chars value, Side side, Forms& forms);
void normalize_postal(Chars value, Side side, Forms& forms);
void normalize_birthdate(Chars value, Side side, Forms& forms);
void normalize_address(Chars value, Side side, Forms& forms);
void normalize_number(Chars value, Side side, Forms& forms);  // ref and contract
void normalize_romaji(Chars value, Side side, Forms& forms);
void normalize_plan(Chars value, Side side, Forms& forms);
void normalize_folded(FieldId field, Chars value, Side side, Forms& forms);

}  // namespace hitokoe::identity
