// What an analyst may see of a leak around a term: its shape. Of each run of letters and digits
// only the kind is shown (x ASCII letter, 9 digit, ＊ any other letter); signs and blanks stay.
// Words of a fixed list that are about leaks, not of people (顧客, 名簿, パスワード, "for sale"),
// stay readable: what is not known to be harmless is masked.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace hitokoe::matcher {

class Automaton;
class Folding;

// Immutable; thread-safe.
class Masking {
 public:
  Masking();
  ~Masking();
  Masking(const Masking&) = delete;
  Masking& operator=(const Masking&) = delete;

  // `text` is around the term, which stands at [begin, end); `shown`: whether the term itself is
  // (else it is masked as the rest, in brackets). At most about 3 × the size of `text`.
  std::string around(std::string_view text, std::size_t begin, std::size_t end, bool shown) const;

 private:
  std::string masked(std::string_view text) const;

  std::unique_ptr<Folding> folding_;
  std::unique_ptr<Automaton> words_;
};

}  // namespace hitokoe::matcher
