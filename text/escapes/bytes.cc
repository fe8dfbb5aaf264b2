#include "text/escapes/bytes.h"

#include <algorithm>
#include <array>

#include "hitokoe/text/charset.h"
#include "text/price.h"
#include "text/utf8.h"
#include "text/utf8_lanes.h"

namespace hitokoe::text {
namespace {

constexpr double kPlausible = 11.5, kBearable = 16;  // bits for a character that is not ASCII

bool is_printable(std::uint8_t byte) {
  return (byte >= 0x20 && byte < 0x7f) || byte == '\n' || byte == '\r' || byte == '\t';
}

constexpr std::array<std::int8_t, 256> kDigits = [] {
  std::array<std::int8_t, 256> digits{};
  digits.fill(-1);
  constexpr std::string_view kAll =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < kAll.size(); ++i) {
    digits[static_cast<unsigned char>(kAll[i])] = static_cast<std::int8_t>(i);
  }
  digits['-'] = 62;
  digits['_'] = 63;
  return digits;
}();

bool has_control(std::string_view utf8) {
  return !std::all_of(utf8.begin(), utf8.end(), [](char c) {
    return static_cast<unsigned char>(c) >= 0x80 || is_printable(static_cast<std::uint8_t>(c));
  });
}

double bits_per_character(std::string_view utf8) {
  const Prices& model = Prices::model();
  const ByteView bytes = as_bytes(utf8);
  Price told = 0;
  std::int64_t telling = 0;
  Prices::Class previous = Prices::kStart;
  for (std::size_t at = 0; at < bytes.size();) {
    const CodePoint c = next_code_point(bytes.data() + at, bytes.size() - at);
    const Prices::Class next = model.class_of(c.value);
    if (Prices::tells(next)) {
      told += model.of(previous, next);
      ++telling;
    }
    previous = next;
    at += c.length;
  }
  return telling == 0 ? 0 : static_cast<double>(told) / kBit / static_cast<double>(telling);
}

}  // namespace

std::optional<Unescaped> plausible_text(ByteView bytes, bool trusted) {
  if (bytes.empty()) return std::nullopt;
  if (std::all_of(bytes.begin(), bytes.end(), is_printable)) {
    return Unescaped{std::string(as_text(bytes)), true};
  }
  const double limit = trusted ? kBearable : kPlausible;
  if (valid_utf8(bytes.data(), bytes.size()) == bytes.size()) {
    if (!has_control(as_text(bytes)) && bits_per_character(as_text(bytes)) <= limit) {
      return Unescaped{std::string(as_text(bytes)), false};
    }
  }
  const Detection found = detect_two(bytes);
  if (found.best == Charset::kBinary || found.best == Charset::kWindows1252 ||
      found.best == Charset::kUtf8 || found.skip > 0 || found.in_kanji) {
    return std::nullopt;
  }
  Decoded text = decode(bytes, found.best);
  if (text.undecodable > 0 || has_control(text.utf8) || bits_per_character(text.utf8) > limit)
    return std::nullopt;
  return Unescaped{std::move(text.utf8), false};
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_base64(char c) { return kDigits[static_cast<unsigned char>(c)] >= 0; }

std::optional<std::string> base64_bytes(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  if (text.size() % 4 == 1) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() * 3 / 4 + 3);
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const auto digit = static_cast<std::uint8_t>(kDigits[static_cast<unsigned char>(c)]);
    if (digit > 63) return std::nullopt;  // -1: no digit
    bits = bits << 6 | digit;
    if (++count % 4 == 0) {
      bytes += static_cast<char>(bits >> 16);
      bytes += static_cast<char>(bits >> 8);
      bytes += static_cast<char>(bits);
    }
  }
  // What is left over of a last digit is zero in real base64.
  if (count % 4 == 2) {
    if ((bits & 0xf) != 0) return std::nullopt;
    bytes += static_cast<char>(bits >> 4);
  } else if (count % 4 == 3) {
    if ((bits & 0x3) != 0) return std::nullopt;
    bytes += static_cast<char>(bits >> 10);
    bytes += static_cast<char>(bits >> 2);
  }
  return bytes;
}

}  // namespace hitokoe::text
