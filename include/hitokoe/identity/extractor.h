// extract() for many short texts: what it works in is made once, at the first of them.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "hitokoe/identity/extract.h"

namespace hitokoe::identity {

class NumberPatterns;  // number_patterns.h

// One per thread.
class Extractor {
 public:
  // `patterns` outlive it.
  explicit Extractor(const NumberPatterns& patterns);
  ~Extractor();
  Extractor(const Extractor&) = delete;
  Extractor& operator=(const Extractor&) = delete;
  // As the functions of that name: identifiers, and the numbers that the patterns describe.
  void extract(std::string_view text, std::vector<Token>& out);

 private:
  struct State;
  const NumberPatterns& patterns_;
  std::unique_ptr<State> state_;
};

}  // namespace hitokoe::identity
