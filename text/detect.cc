// Detection: every candidate decodes the bytes strictly, and the text that comes out is priced with
// a crude model of Japanese data (bits a character would need). The cheapest reading wins; the
// reading as plain bytes costs 8 bits each, so what compresses in no charset is binary.
#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <span>

#include "hitokoe/text/charset.h"
#include "text/ascii_run.h"
#include "text/characters.h"
#include "text/decoders.h"
#include "text/evident.h"
#include "text/price.h"
#include "text/reading.h"
#include "text/segments.h"
#include "text/snippet.h"

namespace hitokoe::text {
namespace {

constexpr std::size_t kLookedAt = 64U << 10;
constexpr std::size_t kFirstRound = 32;
constexpr std::size_t kLongestRound = 4096;
constexpr std::size_t kEnough = 16U << 10;  // where only one charset is left

constexpr Price kCertain = kBit * 80;  // a lead that no more text will turn

std::optional<Charset> by_mark(ByteView data) {
  if (data.size() < 2 || data[0] < 0xef) return std::nullopt;
  if (data[0] == 0xff && data[1] == 0xfe) return Charset::kUtf16Le;
  if (data[0] == 0xfe && data[1] == 0xff) return Charset::kUtf16Be;
  const bool utf8 = data.size() >= 3 && data[0] == 0xef && data[1] == 0xbb && data[2] == 0xbf;
  return utf8 ? std::optional(Charset::kUtf8) : std::nullopt;
}

// Of the first byte that is not ASCII.
std::size_t first_odd(ByteView data) {
  return static_cast<std::size_t>(
      std::find_if(data.begin(), data.end(), [](std::uint8_t b) { return b >= 0x80; }) -
      data.begin());
}

// The readings that are left, cheapest first where two cost the same.
class Readings {
 public:
  void add(const Reading& reading) { all_[size_++] = reading; }
  std::span<Reading> all() { return std::span(all_).first(size_); }
  const Reading& best() {
    return *std::min_element(all().begin(), all().end(),
                             [](const Reading& a, const Reading& b) { return a.price < b.price; });
  }

  // Drops what has lost: by more than `lead`, or come to where a cheaper reading of the charset is.
  void prune(Price lead) {
    const Price dearest = best().price + lead;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < size_; ++i) {
      const Reading& reading = all_[i];
      bool lost = reading.price > dearest;
      for (std::size_t j = 0; j < size_ && !lost; ++j) {
        const Reading& other = all_[j];
        lost = other.charset == reading.charset && other.at == reading.at &&
               other.previous == reading.previous && other.state == reading.state &&
               (other.price < reading.price || (other.price == reading.price && j < i));
      }
      if (!lost) all_[kept++] = reading;
    }
    size_ = kept;
  }

  bool one_charset() {
    return std::all_of(all().begin(), all().end(),
                       [this](const Reading& r) { return r.charset == all_[0].charset; });
  }

 private:
  std::array<Reading, 10> all_;
  std::size_t size_ = 0;
};

// In this order where two readings cost the same. While a text is ASCII, its eight-bit readings are
// one, that of UTF-8.
Readings candidates(ByteView data, std::size_t odd) {
  Readings readings;
  const auto add = [&](Charset charset, std::size_t skip, Price handicap, int state = 0) {
    if (skip > 0 && skip >= data.size()) return;
    const Price cut = static_cast<Price>(skip) * Prices::kSkippedByte;
    Reading reading;
    reading.charset = charset;
    reading.skip = reading.at = skip;
    reading.price = handicap + cut + (skip > 0 ? kCutHandicap : 0);
    reading.state = state;
    reading.previous = Prices::kStart;
    readings.add(reading);
  };
  add(Charset::kUtf8, 0, 0);
  if (odd == data.size()) {
    add(Charset::kIso2022Jp, 0, kInKanjiHandicap, kIso2022InKanji);
    add(Charset::kIso2022Jp, 1, kInKanjiHandicap, kIso2022InKanji);
  } else if (odd == 0) {
    add(Charset::kShiftJis, 1, 0);
    add(Charset::kEucJp, 1, 0);
  }
  for (const std::size_t skip : {0U, 1U}) {
    add(Charset::kUtf16Le, skip, kUtf16Handicap);
    add(Charset::kUtf16Be, skip, kUtf16Handicap);
  }
  return readings;
}

// ASCII has ended.
void add_eight_bit(Readings& readings) {
  for (const Reading& reading : readings.all()) {
    if (reading.charset != Charset::kUtf8) continue;
    Reading ascii = reading;
    for (const Charset charset : {Charset::kShiftJis, Charset::kEucJp, Charset::kWindows1252}) {
      ascii.charset = charset;
      if (charset == Charset::kWindows1252) ascii.price += kWindows1252Handicap;
      readings.add(ascii);
    }
    return;
  }
}

Detection answer(Readings& readings) {
  const Reading& best = readings.best();
  Detection found;
  found.best = found.second = best.charset;
  found.skip = best.skip;
  found.in_kanji = best.charset == Charset::kIso2022Jp;
  found.margin = static_cast<double>(kCertain) / kBit;
  found.bits_per_character = best.bits_per_character();
  Price second = best.price + kCertain;
  for (const Reading& reading : readings.all()) {
    if (reading.charset == best.charset || reading.price >= second) continue;
    second = reading.price;
    found.second = reading.charset;
    found.margin = static_cast<double>(second - best.price) / kBit;
  }
  return found;
}

Detection certain(Charset charset) {
  Detection found;
  found.best = found.second = charset;
  found.margin = static_cast<double>(kCertain) / kBit;
  return found;
}

// A text with escape sequences: did it begin inside kanji?
Detection iso2022_jp(ByteView data) {
  // After the first escape sequence all are in the same state.
  const auto first_escape =
      static_cast<std::size_t>(std::find(data.begin(), data.end(), 0x1b) - data.begin());
  Readings readings;
  for (int i = 0; i < (data.size() > 1 ? 3 : 2); ++i) {
    Reading reading;
    reading.charset = Charset::kIso2022Jp;
    reading.previous = Prices::kStart;
    reading.state = i == 0 ? 0 : kIso2022InKanji;
    reading.skip = reading.at = i == 2 ? 1 : 0;
    reading.price = (i == 0 ? 0 : kBit * 6) + (i == 2 ? Prices::kSkippedByte : 0);
    price_more(reading, data, std::min(data.size(), first_escape + 4));
    readings.add(reading);
  }
  const Reading* const best = &readings.best();
  Detection found = certain(Charset::kIso2022Jp);
  found.in_kanji = best != readings.all().data();
  found.skip = best->skip;
  return found;
}

bool is_eight_bit_japanese(Charset charset) {
  return charset == Charset::kUtf8 || charset == Charset::kShiftJis || charset == Charset::kEucJp;
}

// Of ASCII after ASCII, which segments leave out.
Price ascii_price(ByteView data) {
  const Prices& model = Prices::model();
  Price sum = 0;
  for (std::size_t i = 1; i < data.size(); ++i) {
    if (data[i - 1] < 0x80 && data[i] < 0x80) {
      sum += model.of(model.class_of(data[i - 1]), model.class_of(data[i]));
    }
  }
  return sum;
}

// A text in several charsets makes all of them dear: are they together cheaper than `winner`? Then
// the one of most bytes that are not ASCII.
std::optional<Charset> mixed(ByteView data, const Reading& winner) {
  data = data.first(std::min(data.size(), kLongestRound));
  Reading again = winner;
  again.at = winner.skip;
  again.price = static_cast<Price>(winner.skip) * Prices::kSkippedByte;
  again.previous = Prices::kStart;
  price_more(again, data, data.size());
  Segments segments;
  const auto& found = segments.find(data, Charset::kUtf8, true);
  const Price bytes = static_cast<Price>(data.size()) * kBinaryByte;
  if (segments.price() + ascii_price(data) >= std::min(again.price, bytes)) return std::nullopt;
  std::array<std::uint64_t, 3> odd{};
  for (const Segment& segment : found) {
    odd[static_cast<std::size_t>(segment.charset)] +=
        count_high(data.data() + segment.begin, segment.end - segment.begin);
  }
  return static_cast<Charset>(std::max_element(odd.begin(), odd.end()) - odd.begin());
}

}  // namespace

Detection detect_two(ByteView data) {
  data = data.subspan(0, std::min(data.size(), kLookedAt));
  if (const auto marked = by_mark(data)) return certain(*marked);
  if (data.empty()) return certain(Charset::kUtf8);
  const std::size_t odd = first_odd(data);
  if (odd == data.size() && has_iso2022_escape(data)) return iso2022_jp(data);

  Readings readings = candidates(data, odd);
  if (odd == 0) add_eight_bit(readings);
  // Short texts are read to the end in every way: snippet.h gives the same answer.
  const Price lead = data.size() > kSnippet ? kCertain : std::numeric_limits<Price>::max() / 2;
  std::size_t looked_at = 0;
  for (std::size_t round = kFirstRound; looked_at < data.size();
       round = std::min(2 * round, kLongestRound)) {
    // Readings advance together, so that their prices cover the same bytes.
    const std::size_t end = looked_at < odd ? odd : data.size();
    const std::size_t limit = std::min(looked_at + round, end);
    for (Reading& reading : readings.all()) price_more(reading, data, limit);
    looked_at = limit;
    readings.prune(lead);
    if (looked_at == odd) {
      add_eight_bit(readings);
      round = kFirstRound / 2;
    }
    if (looked_at >= kEnough && readings.one_charset() && looked_at > odd) break;
  }
  for (Reading& reading : readings.all()) {  // a character that is cut at the end
    if (reading.at < looked_at) {
      reading.price += static_cast<Price>(looked_at - reading.at) * Prices::kSkippedByte;
    }
  }
  Detection found = answer(readings);
  const Price best = readings.best().price;
  const bool binary = best > kBinaryHandicap + static_cast<Price>(looked_at) * kBinaryByte;
  const bool odd_winner = found.best == Charset::kWindows1252 ||
                          (!is_eight_bit_japanese(found.best) && !found.plausible());
  if (odd < data.size() && (binary || odd_winner)) {
    if (const auto most = mixed(data, readings.best())) {
      found.second = found.best;
      found.best = *most;
      found.skip = 0;
      found.margin = 0;
      return found;
    }
  }
  if (binary) {
    found.second = found.best;
    found.best = Charset::kBinary;
    found.margin = static_cast<double>(best - static_cast<Price>(looked_at) * kBinaryByte) / kBit;
  }
  return found;
}

Charset detect(ByteView data) {
  data = data.subspan(0, std::min(data.size(), kLookedAt));
  if (!data.empty() && data.size() <= kSnippet && !by_mark(data)) {
    if (const auto found = detect_snippet(data)) return *found;
  }
  return evidently_utf8(data) ? Charset::kUtf8 : detect_two(data).best;
}

}  // namespace hitokoe::text
