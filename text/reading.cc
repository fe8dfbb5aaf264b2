#include "text/reading.h"

#include "text/characters.h"
#include "text/decoders.h"

namespace hitokoe::text {
namespace {

// `kLimited`: `most` counts.
template <bool kLimited, class At>
void price_characters(Reading& reading, ByteView data, std::size_t limit, Price most, At at) {
  const Prices& model = Prices::model();
  const std::uint8_t* const begin = data.data();
  const std::uint8_t* p = begin + reading.at;
  const std::uint8_t* const end = begin + limit;
  Price sum = 0, told = 0;
  std::uint64_t telling = 0;
  Prices::Class previous = reading.previous;
  while (p < end && (!kLimited || sum <= most)) {
    const Character c = at(p, static_cast<std::size_t>(end - p));
    if (c.cut) break;
    if (!c.valid) {
      // A text that was cut begins with the rest of a character of UTF-8.
      const bool rest = p - begin < 3 && (*p & 0xc0) == 0x80 && reading.charset == Charset::kUtf8;
      sum += c.length * (rest ? Prices::kSkippedByte : Prices::kErrorByte);
      previous = Prices::kStart;
    } else {
      const Prices::Class next = model.class_of(c.value);
      const Price price = model.of(previous, next);
      sum += price;
      if (Prices::tells(next)) {
        told += price;
        ++telling;
      }
      previous = next;
    }
    p += c.length;
  }
  reading.previous = previous;
  reading.price += sum;
  reading.told += told;
  reading.telling += telling;
  reading.at = static_cast<std::size_t>(p - begin);
}

// Types, not functions, so that each loop holds its own decoder.
constexpr auto kAtUtf8 = [](const std::uint8_t* p, std::size_t n) { return next_code_point(p, n); };
constexpr auto kAtShiftJis = [](const std::uint8_t* p, std::size_t n) {
  return shift_jis_at(p, n);
};
constexpr auto kAtEucJp = [](const std::uint8_t* p, std::size_t n) { return euc_jp_at(p, n); };
constexpr auto kAtUtf16Le = [](const std::uint8_t* p, std::size_t n) {
  return utf16_at(p, n, false);
};
constexpr auto kAtUtf16Be = [](const std::uint8_t* p, std::size_t n) {
  return utf16_at(p, n, true);
};
constexpr auto kAtWindows1252 = [](const std::uint8_t* p, std::size_t n) {
  return windows_1252_at(p, n);
};

template <bool kLimited>
void price(Reading& reading, ByteView data, std::size_t limit, Price most) {
  switch (reading.charset) {
    case Charset::kShiftJis:
      return price_characters<kLimited>(reading, data, limit, most, kAtShiftJis);
    case Charset::kEucJp:
      return price_characters<kLimited>(reading, data, limit, most, kAtEucJp);
    case Charset::kUtf16Le:
      return price_characters<kLimited>(reading, data, limit, most, kAtUtf16Le);
    case Charset::kUtf16Be:
      return price_characters<kLimited>(reading, data, limit, most, kAtUtf16Be);
    case Charset::kIso2022Jp:
      return price_characters<kLimited>(
          reading, data, limit, most, [&](const std::uint8_t* p, std::size_t n) {
            const Character c = iso2022_jp_at(p, n, reading.state);
            return c.value == kDesignation ? Character{' ', c.length, true} : c;
          });
    case Charset::kWindows1252:
      return price_characters<kLimited>(reading, data, limit, most, kAtWindows1252);
    default:
      return price_characters<kLimited>(reading, data, limit, most, kAtUtf8);
  }
}

}  // namespace

void price_more(Reading& reading, ByteView data, std::size_t limit) {
  if (reading.at < limit) price<false>(reading, data, limit, 0);
}
void price_up_to(Price most, Reading& reading, ByteView data) {
  price<true>(reading, data, data.size(), most);
}

bool has_iso2022_escape(ByteView data) {
  for (std::size_t i = 0; i + 2 < data.size(); ++i) {
    if (data[i] != 0x1b) continue;
    const std::uint8_t a = data[i + 1], b = data[i + 2];
    if (a == '$' && (b == '@' || b == 'B' || b == '(')) return true;
    // "(B": the end of a text that was cut inside a run of kanji; nothing else designates ASCII.
    if (a == '(' && (b == 'I' || b == 'J' || b == 'B')) return true;
  }
  // One that is cut.
  return data.size() >= 2 && data[data.size() - 2] == 0x1b &&
         (data.back() == '$' || data.back() == '(');
}

}  // namespace hitokoe::text
