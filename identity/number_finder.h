// What NumberPatterns hold, for the scan of a window.
#pragma once

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
