// What NumberPatterns hold, for the scan of a window.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hitokoe/identity/number_patterns.h"
#include "hitokoe/text/regex.h"
#include "identity/forms.h"

namespace hitokoe::identity {

struct NumberPatterns::Compiled {
  struct One {
    FieldId field;
    text::Regex regex;
  };
  std::vector<One> all;
  // Any of them: most texts hold none, and one pass tells. Nothing where that takes too much
  // memory.
  std::optional<text::Regex> any;
};

class NumberSink {
 public:
  // Characters of the text.
  virtual void found(FieldId field, std::size_t begin, std::size_t end) = 0;

 protected:
  ~NumberSink() = default;
};

// Every match in folded text; `scratch` is written over.
void find_numbers(const NumberPatterns& patterns, Chars text, std::string& scratch,
                  NumberSink& out);

}  // namespace hitokoe::identity
