// What the fields' rules work on: folded code points in, canonical forms out.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

#include "hitokoe/identity/canonical.h"
#include "hitokoe/text/fold.h"
#include "identity/form_text.h"

namespace hitokoe::identity {

using Chars = std::span<const char32_t>;

inline constexpr std::size_t kLongestRaw = 1024;  // bytes; longer values are nothing we know
inline constexpr std::size_t kLongestForm = 512;

// Canonical forms, appended one after the other in one buffer.
class Forms {
 public:
  static constexpr std::size_t kMostOfRecord = 192U << 10;  // bytes; a customer has about 500
  static constexpr std::size_t kMargin = 64U << 10;  // more than a form that is being written

  Forms() = default;
  // `room`: bytes for the records between two clear()s; the buffer is never moved then: views into
  // it stay valid until clear().
  explicit Forms(std::size_t room) : text_(room + kMostOfRecord + kMargin) {}

  void clear() {
    text_.clear();
    ends_.clear();
    base_ = 0;
  }
  // Numbers begin at 0 again; what was written stays where it is. False: clear() first.
  bool begin_record() {
    if (text_.size() + kMostOfRecord + kMargin > text_.capacity()) return false;
    ends_.clear();
    base_ = text_.size();
    return true;
  }
  std::size_t size() const { return ends_.size(); }
  std::string_view operator[](std::size_t i) const {
    const std::size_t begin = i == 0 ? base_ : ends_[i - 1];
    return {text_.data() + begin, ends_[i] - begin};
  }

  // The form that is being written: append to text(), then commit() or drop().
  FormText& text() { return text_; }
  std::size_t begin() const { return ends_.empty() ? base_ : ends_.back(); }
  std::string_view current() const { return {text_.data() + begin(), text_.size() - begin()}; }
  // Keeps it, unless it is empty, too long or the same as a form from number `first` on.
  void commit(std::size_t first = 0) {
    const std::string_view form = current();
    bool keep =
        !form.empty() && form.size() <= kLongestForm && text_.size() <= base_ + kMostOfRecord;
    for (std::size_t i = first; keep && i < size(); ++i) keep = (*this)[i] != form;
    if (keep) {
      ends_.push_back(static_cast<std::uint32_t>(text_.size()));
    } else {
      drop();
    }
  }
  void drop() { text_.cut(begin()); }
  // a, or a and b, or a, b and c with `between` between them, as a form by itself that is known to
  // be new; empty where it is too long.
  std::string_view join(std::initializer_list<std::string_view> parts, char between) {
    std::size_t size = parts.size() - 1;
    for (const auto part : parts) size += part.size();
    const std::size_t at = text_.size();
    if (size > kLongestForm || at + size > base_ + kMostOfRecord) return {};
    char* const form = text_.more(size);  // within the capacity
    char* to = form;
    for (const auto part : parts) {
      if (to != form) *to++ = between;
      copy_short(to, part);
      to += part.size();
    }
    ends_.push_back(static_cast<std::uint32_t>(at + size));
    return {form, size};
  }

 private:
  FormText text_;
  std::vector<std::uint32_t> ends_;
  std::size_t base_ = 0;  // of the record
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
