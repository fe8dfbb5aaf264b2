// A terms file of any bytes: refused with reasons, or terms that compile.
#include <cstdlib>
#include <string_view>

#include "hitokoe/matcher/terms.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hitokoe;
  const std::string_view yaml(reinterpret_cast<const char*>(data), size);
  const auto file = matcher::parse_terms(yaml, "fuzz.yaml");
  if (!file) {
    if (file.error().detail.empty() || file.error().detail_ja.empty()) std::abort();
    return 0;
  }
  // What the file's reader takes, the compiler takes, but for what needs too much memory.
  const auto set = matcher::TermSet::compile(file.value().terms);
  if (!set && set.error().code != Errc::kLimit) std::abort();
  return 0;
}
