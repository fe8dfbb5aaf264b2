// The numbers that a carrier gives its contracts and customers, by pattern: found in running text
// where no label stands before them.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "hitokoe/base/result.h"
#include "hitokoe/identity/extract.h"
#include "hitokoe/identity/field.h"
#include "hitokoe/identity/field_set.h"

namespace hitokoe::identity {

struct NumberPattern {
  FieldId field = FieldId::kContract;  // kContract or kRef
  std::string pattern;                 // RE2, of the whole number: "K[0-9]{9}", "(?i)c-[0-9]{7}"
  friend bool operator==(const NumberPattern&, const NumberPattern&) = default;
};

// Immutable; thread-safe. A pattern sees text as the fields do: full-width letters and digits are
// ASCII, every dash is '-'; what is not ASCII then matches nothing but '.'.
class NumberPatterns {
 public:
  static constexpr std::size_t kMost = 256;
  static constexpr std::size_t kLongestPattern = 256;  // bytes
  // Characters of a match, of letters and digits; others are no number.
  static constexpr std::size_t kShortest = 5, kLongest = 64;

  // kBadInput: a pattern that RE2 refuses, is too long, or matches nothing at all, an empty text or
  // something of another field; kLimit: over kMost. The text names the pattern's place in the list
  // (from 1), never more.
  static Result<NumberPatterns> compile(std::span<const NumberPattern> patterns);
  // One pattern, to tell a person which line of a file is wrong: the error is compile's, without
  // the place.
  static Result<void> check(const NumberPattern& pattern);

  NumberPatterns();  // none
  NumberPatterns(NumberPatterns&&) noexcept;
  NumberPatterns& operator=(NumberPatterns&&) noexcept;
  ~NumberPatterns();

  bool empty() const;
  // What the whole of `cell` is a number of, spaces around it left out; empty: of nothing.
  FieldSet fields_of(std::string_view cell) const;

  struct Compiled;
  const Compiled* compiled() const { return compiled_.get(); }

 private:
  std::unique_ptr<Compiled> compiled_;
};

// As extract(), and the numbers that `patterns` describe, where neither a letter nor a digit stands
// beside them. O(length × patterns).
void extract(std::string_view text, const NumberPatterns& patterns, std::vector<Token>& out);

}  // namespace hitokoe::identity
