// extract() for many short texts: what it works in is made once, at the first of them.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "hitokoe/identity/extract.h"

namespace hitokoe::identity {

// One per thread.
class Extractor {
 public:
  Extractor();
  ~Extractor();
  void extract(std::string_view text, std::vector<Token>& out);  // as the function of that name

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hitokoe::identity
