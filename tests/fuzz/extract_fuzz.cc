// Any text: tokens are in order, inside the text, and bounded by its length; an individual number
// is never shown. First byte: whether carriers' patterns are used.
#include <cstdlib>

#include "hitokoe/identity/extract.h"
#include "hitokoe/identity/number_patterns.h"

using namespace hitokoe::identity;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > (1U << 16)) return 0;
  static const NumberPattern kPatterns[] = {{FieldId::kContract, "K[0-9]{9}"},
                                            {FieldId::kRef, "(?i)[a-z]-[0-9]{3}-?[0-9]{4}"}};
  static const NumberPatterns patterns = NumberPatterns::compile(kPatterns).value();
  static const NumberPatterns none;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::vector<Token> tokens;
  extract(text, data[0] % 2 == 0 ? none : patterns, tokens);
  std::uint64_t last = 0;
  for (const auto& token : tokens) {
    if (token.begin < last || token.end < token.begin || token.end > text.size()) std::abort();
    if (token.value.empty() || token.value.size() > 512) std::abort();
    if (token.field == FieldId::kMynumber && token.value != "************") std::abort();
    last = token.begin;
  }
  if (tokens.size() > 16 * size + 16) std::abort();
  return 0;
}
