// Any text: tokens are in order, inside the text, and bounded by its length.
#include <cstdlib>

#include "hitokoe/identity/extract.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > (1U << 16)) return 0;
  std::vector<hitokoe::identity::Token> tokens;
  hitokoe::identity::extract({reinterpret_cast<const char*>(data), size}, tokens);
  std::uint64_t last = 0;
  for (const auto& token : tokens) {
    if (token.begin < last || token.end < token.begin || token.end > size) std::abort();
    if (token.value.empty() || token.value.size() > 512) std::abort();
    last = token.begin;
  }
  if (tokens.size() > 8 * size + 8) std::abort();
  return 0;
}
