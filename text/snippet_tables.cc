#include "text/snippet_tables.h"

#include <algorithm>

#include "text/characters.h"

namespace hitokoe::text {

const SnippetTables& SnippetTables::get() {
  static const SnippetTables made;
  return made;
}

SnippetTables::SnippetTables() {
  const Prices& model = Prices::model();
  std::array<bool, 64> known{};
  known[Prices::kStart] = true;
  for (char32_t c = 0; c < 0x20000; ++c) known[model.class_of(c)] = true;
  std::array<Price, 64> least;
  least.fill(Prices::kErrorByte);
  for (std::size_t from = 0; from < kRow; ++from) {
    for (std::size_t to = 0; to < kRow; ++to) {
      Price price = Prices::kErrorByte;
      if (known[to]) {
        const auto before = static_cast<Class>(known[from] ? from : Prices::kStart);
        price = model.of(before, static_cast<Class>(to));
        least[to] = std::min(least[to], price);
      }
      after[from * kRow + to] = static_cast<std::uint8_t>(price);
    }
  }

  shift_jis.fill(kHole);
  euc_jp.fill(kHole);
  for (unsigned first = 0; first < 256; ++first) {
    std::array<std::uint8_t, 2> pair{static_cast<std::uint8_t>(first), 0};
    for (unsigned second = 0; second < 256; ++second) {
      pair[1] = static_cast<std::uint8_t>(second);
      const std::size_t size = second == 0 ? 1 : 2;
      const auto fill = [&](Classes& to, const Character& c) {
        if (c.length == size && c.valid) to[first << 8 | second] = model.class_of(c.value);
        if (second == 0 && !c.valid) to[first << 8] = kBroken;
      };
      fill(shift_jis, shift_jis_at(pair.data(), size));
      fill(euc_jp, euc_jp_at(pair.data(), size));
    }
  }

  const Price beyond = std::min(least[model.class_of(0x1f600)], least[model.class_of(0x1f0000)]);
  for (unsigned b = 0; b < 256; ++b) {
    Price unit = Prices::kErrorByte;
    for (unsigned low = 0; low < 256; ++low) {
      unit = std::min(unit, least[model.class_of(b << 8 | low)]);
    }
    if (b >= 0xd8 && b <= 0xdf) unit = beyond / 2;  // two make a character
    bytes.unit[b] = static_cast<std::uint8_t>(unit);
    const auto byte = static_cast<std::uint8_t>(b);
    const Class single = model.class_of(windows_1252_at(&byte, 1).value);
    bytes.single[b] = static_cast<std::uint8_t>(least[single]);
    bytes.ascii_alone[b] = b < 0x80 ? bytes.single[b] : std::uint8_t{0};
    if (b < 0x80) bytes.ascii[b] = single;
  }
  // A byte that is refused stands for itself: it cannot be cheaper than one that is cut.
  for (std::size_t first = 0; first < 256; ++first) {
    Price price = Prices::kSkippedByte;
    for (std::size_t second = 0; second < 256; ++second) {
      const Class c = shift_jis[first << 8 | second];
      if (c != kHole) price = std::min(price, c == kBroken ? Prices::kErrorByte : least[c]);
    }
    bytes.shift_jis[first] = static_cast<std::uint8_t>(price);
  }
  static_assert(Prices::kStart == 0 && Prices::kLastPlain == 7);
  for (std::size_t i = 0; i < bytes.after_ascii.size(); ++i) {
    bytes.after_ascii[i] = after[i / 8 * kRow + i % 8];
  }
}

}  // namespace hitokoe::text
