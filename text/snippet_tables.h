// The model of price.h by bytes instead of characters, for snippet.cc: one look-up a character.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "text/price.h"
#include "text/snippet_masks.h"

namespace hitokoe::text {

struct SnippetTables {
  using Class = Prices::Class;

  // Beside the classes of the model.
  static constexpr Class kBroken = 63;  // a byte that is no character
  static constexpr Class kHole = 62;    // two bytes to which the charset gives no character

  static const SnippetTables& get();  // built once, immutable
  SnippetTables();

  Price of(Class previous, Class next) const { return after[previous * kRow + next]; }
  static constexpr std::size_t kRow = 64;
  std::array<std::uint8_t, kRow * kRow> after{};  // as Prices::of()
  // Classes of characters of one byte and two: place is the first, eight bits, then the second, 0
  // where there is none.
  using Classes = std::array<Class, 0x10000>;
  Classes shift_jis, euc_jp;
  BytePrices bytes;
};

}  // namespace hitokoe::text
