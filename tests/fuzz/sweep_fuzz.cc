// Any text: every way through the sweep's scanner, whole and cut in two, gives what the obvious way
// gives.
#include <cstdlib>

#include "tests/unit/matcher/collected_tokens.h"

using namespace hitokoe::matcher::sweep;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > (1U << 14)) return 0;
  // As long as the text, so that a read beyond it is seen.
  const std::vector<char> exact(data, data + size);
  const std::string_view text(exact.data(), exact.size());
  const Found expected = obvious(text);
  std::size_t broken = 0;
  for (const Cpu cpu : cpus()) {
    if (swept(text, cpu, &broken) != expected) std::abort();
  }
  if (broken != 0) std::abort();
  const std::size_t cut = size == 0 ? 0 : (data[0] * std::size_t{257}) % (size + 1);
  if (swept_in_pieces(text, {cut}) != expected) std::abort();
  return 0;
}
