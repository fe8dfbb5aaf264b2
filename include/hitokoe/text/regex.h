// Regular expressions with linear time (RE2). The only way to match outside text.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/base/result.h"

namespace hitokoe::text {

// Immutable; thread-safe. UTF-8.
class Regex {
 public:
  // kBadInput: what is wrong and where in the pattern. Memory bounded at 8 MiB.
  static Result<Regex> compile(std::string_view pattern);
  Regex(Regex&&) noexcept;
  Regex& operator=(Regex&&) noexcept;
  ~Regex();

  bool matches_all(std::string_view text) const;
  // The first match at or after `from`: group 0, then the capturing groups ({} where unset).
  std::optional<std::vector<std::string_view>> search(std::string_view text,
                                                      std::size_t from = 0) const;
  // Every non-overlapping match.
  std::vector<std::vector<std::string_view>> find_all(std::string_view text) const;
  int groups() const;

 private:
  struct State;
  explicit Regex(std::unique_ptr<State>);
  std::unique_ptr<State> state_;
};

}  // namespace hitokoe::text
