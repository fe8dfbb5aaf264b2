// What one exposure contributed: any bytes as a contribution. Nothing may crash or ask for more
// memory than the bytes are worth; what is read is what is written again.
#include <cstdlib>

#include "matcher/contribution/contribution.h"

using namespace hitokoe;
using namespace hitokoe::matcher;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto made = decode_contribution({data, size});
  if (!made) return 0;
  const Bytes written = encode(made.value());
  const auto again = decode_contribution(written);
  if (!again || encode(again.value()) != written) std::abort();
  for (const auto& kind : made.value().kinds) {
    for (const auto& part : kind.parts) {
      if (part.carrier >= made.value().carriers.size() || part.set >= made.value().sets.size() ||
          part.known >= made.value().known.size()) {
        std::abort();
      }
    }
  }
  return 0;
}
