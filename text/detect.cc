// Detection: every candidate decodes the bytes strictly, and the text that comes out is priced with
// a crude model of Japanese data (bits a character would need). The cheapest reading wins; the
// reading as plain bytes costs 8 bits each, so what compresses in no charset is binary.
#include <algorithm>
#include <array>
#include <bitset>
#include <vector>

#include "hitokoe/text/charset.h"
#include "text/decoders.h"
#include "text/tables/tables.h"
#include "text/utf8.h"

namespace hitokoe::text {
namespace {

constexpr std::size_t kLookedAt = 64U << 10;
constexpr std::size_t kRound = 4096;

// Quarter bits.
constexpr int kErrorByte = 4 * 24;
constexpr int kSkippedByte = 4 * 10;
constexpr int kBinaryByte = 4 * 8 + 1;
constexpr int kBinaryHandicap = 4 * 24;
constexpr int kUtf16Handicap = 4 * 30;  // without a byte order mark it is rare
constexpr int kCertain = 4 * 400;       // a lead that no more text will turn

class Prices {
 public:
  Prices() {
    for (unsigned row = 15; row < 84; ++row) {
      for (unsigned cell = 0; cell < 94; ++cell) {
        const std::uint16_t c = tables::kJisX0208[row * 94 + cell];
        if (c >= 0x4e00 && c < 0xa000) (row < 47 ? level1_ : level2_).set(c - 0x4e00U);
      }
    }
  }

  // Price of `c` after `previous`.
  int of(char32_t c, char32_t previous) const {
    if (c < 0x80) return ascii(c);
    if (c == kReplacement) return kErrorByte;
    if (c >= 0x3041 && c <= 0x3096) return 4 * 8;
    if (c >= 0x30a1 && c <= 0x30fc) return 4 * 8;
    if (c >= 0x4e00 && c < 0xa000) {
      if (level1_.test(c - 0x4e00)) return 4 * 13;
      return level2_.test(c - 0x4e00) ? 4 * 15 + 2 : 4 * 19;
    }
    if (c >= 0xff61 && c <= 0xff9f) return half_width_kana(c, previous);
    if (c >= 0x3000 && c <= 0x301f) return 4 * 8;
    if (c >= 0xff01 && c <= 0xff5e) return 4 * 9;
    if (c >= 0xac00 && c <= 0xd7a3) return 4 * 15;
    if (c >= 0xa0 && c < 0x530) return 4 * 14;
    if (c >= 0x2000 && c < 0x2800) return 4 * 14;
    if (c >= 0xe000 && c < 0xf900) return 4 * 22;
    if (c >= 0x1f300 && c < 0x1fb00) return 4 * 18;
    return 4 * 20;
  }

 private:
  static int ascii(char32_t c) {
    if (c == '\n' || c == '\r' || c == '\t' || c == ' ') return 4 * 4;
    if (c < 0x20 || c == 0x7f) return 4 * 20;
    const bool alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return alnum || c == ',' || c == '-' || c == '.' || c == '/' || c == '@' ? 4 * 5 : 4 * 7;
  }

  // Cheap inside a run of kana that could be a word, dear elsewhere: two bytes of EUC-JP kanji look
  // like two half-width kana, but not like a word.
  static int half_width_kana(char32_t c, char32_t previous) {
    const bool run = previous >= 0xff66 && previous <= 0xff9f;
    if (c == 0xff9e || c == 0xff9f) {  // sound marks
      const bool ha = previous >= 0xff8a && previous <= 0xff8e;
      const bool takes =
          ha || (c == 0xff9e && ((previous >= 0xff76 && previous <= 0xff84) || previous == 0xff73));
      return takes ? 4 * 3 : 4 * 20;
    }
    if (c <= 0xff65) return 4 * 14;  // half-width punctuation
    const bool small = c >= 0xff67 && c <= 0xff6f;
    if (small && !run) return 4 * 18;
    if (small) return 4 * 7;
    return run ? 4 * 5 + 2 : 4 * 12;
  }

  std::bitset<0x9fff - 0x4e00 + 1> level1_;
  std::bitset<0x9fff - 0x4e00 + 1> level2_;
};

const Prices& prices() {
  static const Prices made;
  return made;
}

// One reading of the bytes: a charset, begun at byte `skip` (the text may have been cut inside a
// character).
struct Reading {
  Charset charset;
  std::size_t skip;
  std::size_t at = 0;
  std::int64_t price = 0;
  char32_t previous = 0;
};

// Decodes and prices the bytes up to `limit`; a character that is cut there costs nothing yet.
void price_more(Reading& reading, ByteView data, std::size_t limit) {
  if (reading.at < reading.skip) {
    reading.at = reading.skip;
    reading.price += static_cast<std::int64_t>(reading.skip) * kSkippedByte;
  }
  if (reading.at >= limit) return;
  const ByteView slice = data.subspan(reading.at, limit - reading.at);
  std::array<char, 3 * (kRound + 8)> out;
  std::uint64_t bad = 0;
  Step done{};
  switch (reading.charset) {
    case Charset::kShiftJis:
      done = decode_shift_jis(slice, out.data(), false, bad);
      break;
    case Charset::kEucJp:
      done = decode_euc_jp(slice, out.data(), false, bad);
      break;
    case Charset::kUtf16Le:
    case Charset::kUtf16Be:
      done = decode_utf16(slice, out.data(), false, bad, reading.charset == Charset::kUtf16Be);
      break;
    default:
      done = decode_utf8(slice, out.data(), false, bad);
  }
  const auto* p = reinterpret_cast<const std::uint8_t*>(out.data());
  const auto* const end = p + done.written;
  while (p < end) {
    const CodePoint c = next_code_point(p, static_cast<std::size_t>(end - p));
    reading.price += prices().of(c.value, reading.previous);
    reading.previous = c.value;
    p += c.length;
  }
  reading.at += done.taken;
}

bool has_utf16_mark(ByteView data, std::uint8_t first, std::uint8_t second) {
  return data.size() >= 2 && data[0] == first && data[1] == second;
}

bool is_ascii(ByteView data) {
  return std::all_of(data.begin(), data.end(), [](std::uint8_t b) { return b < 0x80; });
}

bool has_iso2022_escape(ByteView data) {
  for (std::size_t i = 0; i + 2 < data.size(); ++i) {
    if (data[i] != 0x1b) continue;
    const std::uint8_t a = data[i + 1], b = data[i + 2];
    if (a == '$' && (b == '@' || b == 'B' || b == '(')) return true;
    if (a == '(' && (b == 'I' || b == 'J')) return true;
    // The end of a text that was cut inside a run of kanji: nothing else designates ASCII.
    if (a == '(' && b == 'B') return true;
  }
  return false;
}

}  // namespace

Charset detect(ByteView data) {
  data = data.subspan(0, std::min(data.size(), kLookedAt));
  if (has_utf16_mark(data, 0xff, 0xfe)) return Charset::kUtf16Le;
  if (has_utf16_mark(data, 0xfe, 0xff)) return Charset::kUtf16Be;
  if (data.size() >= 3 && data[0] == 0xef && data[1] == 0xbb && data[2] == 0xbf) {
    return Charset::kUtf8;
  }
  const bool ascii = is_ascii(data);
  if (ascii && has_iso2022_escape(data)) return Charset::kIso2022Jp;

  // In this order where two readings cost the same.
  std::vector<Reading> readings = {
      {Charset::kUtf8, 0},     {Charset::kUtf8, 1},     {Charset::kUtf8, 2},
      {Charset::kShiftJis, 0}, {Charset::kShiftJis, 1}, {Charset::kEucJp, 0},
      {Charset::kEucJp, 1},    {Charset::kUtf16Le, 0},  {Charset::kUtf16Be, 0},
      {Charset::kUtf16Le, 1},  {Charset::kUtf16Be, 1}};
  for (Reading& reading : readings) {
    if (reading.charset == Charset::kUtf16Le || reading.charset == Charset::kUtf16Be) {
      reading.price = kUtf16Handicap;
    }
  }
  std::size_t looked_at = 0;
  const auto cheaper = [](const Reading& a, const Reading& b) { return a.price < b.price; };
  for (std::size_t round = 0; round * kRound < data.size(); ++round) {
    // Readings advance together, so that their prices cover the same bytes.
    const std::size_t limit = std::min((round + 1) * kRound, data.size());
    for (Reading& reading : readings) price_more(reading, data, limit);
    looked_at = limit;
    const auto best = std::min_element(readings.begin(), readings.end(), cheaper);
    const std::int64_t dearest = best->price + kCertain;
    std::erase_if(readings, [dearest](const Reading& r) { return r.price > dearest; });
    const Charset charset = readings.front().charset;
    if (std::all_of(readings.begin(), readings.end(),
                    [charset](const Reading& r) { return r.charset == charset; }) &&
        round >= 3) {
      break;
    }
  }
  for (Reading& reading : readings) {  // a character that is cut at the end
    reading.price += static_cast<std::int64_t>(looked_at - reading.at) * kSkippedByte;
  }
  const auto best = std::min_element(readings.begin(), readings.end(), cheaper);
  const auto looked = static_cast<std::int64_t>(looked_at);
  if (best->price > kBinaryHandicap + looked * kBinaryByte) return Charset::kBinary;
  return best->charset;
}

}  // namespace hitokoe::text
