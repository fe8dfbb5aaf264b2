#include "matcher/terms/punycode.h"

#include <cstdint>

namespace hitokoe::matcher {
namespace {

// RFC 3492, section 5.
constexpr std::uint32_t kBase = 36, kTMin = 1, kTMax = 26, kSkew = 38, kDamp = 700;
constexpr std::uint32_t kFirstBias = 72, kFirst = 128;
constexpr std::size_t kLongest = 63;

std::optional<std::uint32_t> digit(char c) {
  if (c >= 'a' && c <= 'z') return static_cast<std::uint32_t>(c - 'a');
  if (c >= 'A' && c <= 'Z') return static_cast<std::uint32_t>(c - 'A');
  if (c >= '0' && c <= '9') return static_cast<std::uint32_t>(c - '0' + 26);
  return std::nullopt;
}

std::uint32_t adapted(std::uint32_t delta, std::uint32_t points, bool first) {
  delta = first ? delta / kDamp : delta / 2;
  delta += delta / points;
  std::uint32_t k = 0;
  while (delta > (kBase - kTMin) * kTMax / 2) {
    delta /= kBase - kTMin;
    k += kBase;
  }
  return k + (kBase - kTMin + 1) * delta / (delta + kSkew);
}

}  // namespace

std::optional<std::u32string> decode_punycode(std::string_view encoded) {
  if (encoded.empty() || encoded.size() > kLongest) return std::nullopt;
  std::u32string out;
  const auto dash = encoded.rfind('-');
  if (dash != std::string_view::npos) {
    for (const char c : encoded.substr(0, dash)) {
      if (static_cast<unsigned char>(c) >= 0x80) return std::nullopt;
      out.push_back(static_cast<char32_t>(c >= 'A' && c <= 'Z' ? c + 32 : c));
    }
    encoded.remove_prefix(dash + 1);
  }
  std::uint64_t n = kFirst;
  std::uint64_t i = 0;
  std::uint32_t bias = kFirstBias;
  for (std::size_t at = 0; at < encoded.size();) {
    const std::uint64_t before = i;
    std::uint64_t weight = 1;
    for (std::uint32_t k = kBase;; k += kBase) {
      if (at == encoded.size()) return std::nullopt;
      const auto d = digit(encoded[at++]);
      if (!d) return std::nullopt;
      i += *d * weight;
      const std::uint32_t t = k <= bias ? kTMin : k >= bias + kTMax ? kTMax : k - bias;
      if (*d < t) break;
      weight *= kBase - t;
      if (i > 0xffffffff || weight > 0xffffffff) return std::nullopt;
    }
    if (i > 0xffffffff) return std::nullopt;
    const auto points = static_cast<std::uint32_t>(out.size()) + 1;
    bias = adapted(static_cast<std::uint32_t>(i - before), points, before == 0);
    n += i / points;
    i %= points;
    if (n > 0x10ffff || (n >= 0xd800 && n <= 0xdfff)) return std::nullopt;
    out.insert(out.begin() + static_cast<std::ptrdiff_t>(i), static_cast<char32_t>(n));
    ++i;
  }
  return out;
}

}  // namespace hitokoe::matcher
