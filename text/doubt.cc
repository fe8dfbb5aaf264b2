#include "text/doubt.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "text/byte_masks.h"
#include "text/characters.h"
#include "text/price.h"
#include "text/utf8_lanes.h"

namespace hitokoe::text {
namespace {

constexpr Price kCheaper = kBit * 4;       // by so much another charset must be, for a run …
constexpr Price kChangesLine = kBit * 10;  // … and for a line (segments.cc)
constexpr std::size_t kLongestRun = 64;    // of a run that is priced: its beginning tells

template <class At>
Price price_of(ByteView run, At at) {
  const Prices& model = Prices::model();
  Price sum = 0;
  Prices::Class previous = Prices::kStart;
  for (std::size_t i = 0; i < run.size();) {
    const Character c = at(run.data() + i, run.size() - i);
    if (c.valid) {
      const Prices::Class next = model.class_of(c.value);
      sum += model.of(previous, next);
      previous = next;
    } else {
      sum += c.cut ? Prices::kSkippedByte : Prices::kErrorByte;
      previous = Prices::kStart;
    }
    i += c.length;
  }
  return sum;
}

Price as_shift_jis(ByteView run) {
  return price_of(run, [](const std::uint8_t* p, std::size_t n) { return shift_jis_at(p, n); });
}
Price as_euc_jp(ByteView run) {
  return price_of(run, [](const std::uint8_t* p, std::size_t n) { return euc_jp_at(p, n); });
}

// The run of bytes A1 to FE at `at`.
ByteView run_at(ByteView data, std::size_t at) {
  std::size_t end = at;
  while (end < data.size() && data[end] >= 0xa1 && data[end] != 0xff) ++end;
  return data.subspan(at, std::min(end - at, kLongestRun));
}

bool is_designation(ByteView data, std::size_t at) {
  return at + 1 < data.size() && (data[at + 1] == '$' || data[at + 1] == '(');
}

// Looks like characters of UTF-8: two of three bytes in a row, or one by itself.
std::uint64_t like_utf8(const ByteBlock& block, std::uint64_t high, bool after_high) {
  const std::uint64_t lead = block.in<0xe2, 0xe9>() | block.in<0xef, 0xef>();
  const std::uint64_t rest = block.in<0x80, 0xbf>();
  const std::uint64_t triple = lead & rest >> 1 & rest >> 2;
  const std::uint64_t before = high << 1 | static_cast<std::uint64_t>(after_high);
  return (triple & triple >> 3) | (triple & ~before & ~(high >> 3));
}

// Four bytes of EUC-JP in a row, which two characters of CP932 seldom are.
std::uint64_t like_euc_jp(const ByteBlock& block) {
  const std::uint64_t euc = block.in<0xa1, 0xfe>();
  return euc & euc >> 1 & euc >> 2 & euc >> 3;
}

constexpr unsigned kNever = 1;   // of EUC-JP
constexpr unsigned kNoKana = 2;  // of CP932
constexpr std::array<std::uint8_t, 256> kKinds = [] {
  std::array<std::uint8_t, 256> kinds{};
  for (unsigned byte = 0x80; byte < 0x100; ++byte) {
    const bool never = (byte < 0xa1 && byte != 0x8e && byte != 0x8f) || byte == 0xff;
    const bool kana = byte >= 0xa6 && byte <= 0xdf;
    kinds[byte] = static_cast<std::uint8_t>((never ? kNever : 0U) | (kana ? 0U : kNoKana));
  }
  return kinds;
}();

// What a run of EUC-JP from `at` on, of bytes that are not ASCII, may be.
enum class Run { kCertain, kPriced, kNot };
Run run_of_euc_jp(ByteView data, std::size_t at, std::size_t& end) {
  std::size_t longer = 0;  // 8F begins three bytes
  unsigned seen = 0;
  for (end = at; end < data.size() && data[end] >= 0x80; ++end) {
    seen |= kKinds[data[end]];
    longer += data[end] == 0x8f ? 1U : 0U;
  }
  if ((seen & kNever) != 0) return Run::kNot;
  if (end < data.size() && (end - at + longer) % 2 != 0) return Run::kNot;
  return (seen & kNoKana) != 0 ? Run::kCertain : Run::kPriced;
}

class Lines {
 public:
  // `as_a_whole`: runs that another charset makes cheaper are no doubts, only gain().
  Lines(Charset charset, ByteView data, bool as_a_whole)
      : charset_(charset), data_(data), as_a_whole_(as_a_whole) {}

  // By how much all priced runs are cheaper in the other charset.
  Price gain() const { return gain_; }

  std::size_t first_doubt() {
    std::size_t at = 0;
    for (; data_.size() - at > ByteBlock::kSize; at += kStep) {
      const std::size_t found = in_window(at, ByteBlock(data_.data() + at), kNew);
      if (found < data_.size()) return found;
    }
    std::uint8_t rest[ByteBlock::kSize] = {};
    std::memcpy(rest, data_.data() + at, data_.size() - at);
    return in_window(at, ByteBlock(rest), ~std::uint64_t{0});
  }

 private:
  // Windows overlap, so that what begins in the first bytes of one stands in it as a whole.
  static constexpr std::size_t kStep = ByteBlock::kSize - 8;
  static constexpr std::uint64_t kNew = (std::uint64_t{1} << kStep) - 1;

  std::size_t in_window(std::size_t at, const ByteBlock& block, std::uint64_t wanted) {
    const std::uint64_t escape = block.in<0x1b, 0x1b>();
    const std::uint64_t high = block.high();
    std::uint64_t utf8 = 0, places = charset_ == Charset::kIso2022Jp ? 0 : escape;
    const bool after_high = at > 0 && data_[at - 1] >= 0x80;
    if (charset_ != Charset::kShiftJis) {
      places |= high & ~(high << 1 | static_cast<std::uint64_t>(after_high));  // begins a run
    } else if (high != 0) {
      utf8 = like_utf8(block, high, after_high);
      places |= utf8 | like_euc_jp(block);
    }
    for (places &= wanted; places != 0; places &= places - 1) {
      const auto bit = static_cast<std::size_t>(std::countr_zero(places));
      if ((utf8 >> bit & 1) != 0 || is_doubt(at + bit)) return at + bit;
    }
    return data_.size();
  }

  bool is_doubt(std::size_t place) {
    if (data_[place] == 0x1b) return is_designation(data_, place);
    if (place < run_end_) return false;
    if (charset_ == Charset::kEucJp) {
      const Run run = run_of_euc_jp(data_, place, run_end_);
      if (run != Run::kPriced) return run == Run::kNot;
      const ByteView priced = data_.subspan(place, std::min(run_end_ - place, kLongestRun));
      return is_cheaper(as_shift_jis(priced), as_euc_jp(priced));
    }
    if (charset_ != Charset::kShiftJis) return true;
    const ByteView run = run_at(data_, place);
    run_end_ = place + run.size();
    return is_cheaper(as_euc_jp(run), as_shift_jis(run));
  }

  bool is_cheaper(Price other, Price expected) {
    gain_ += expected - other;
    return !as_a_whole_ && other + kCheaper < expected;
  }

  Charset charset_;
  ByteView data_;
  bool as_a_whole_;
  std::size_t run_end_ = 0;
  Price gain_ = 0;
};

}  // namespace

std::size_t first_doubt(Charset charset, ByteView data) {
  if (data.empty()) return 0;
  if (charset != Charset::kUtf8) return Lines(charset, data, false).first_doubt();
  std::size_t found = valid_utf8(data.data(), data.size());
  for (std::size_t at = 0; at < found;) {
    const void* escape = std::memchr(data.data() + at, 0x1b, found - at);
    if (escape == nullptr) break;
    const auto place =
        static_cast<std::size_t>(static_cast<const std::uint8_t*>(escape) - data.data());
    if (is_designation(data, place)) return place;
    at = place + 1;
  }
  return found;
}

bool holds_as_a_whole(Charset charset, ByteView line) {
  if (charset == Charset::kUtf8) return false;
  Lines lines(charset, line, true);
  return lines.first_doubt() == line.size() && lines.gain() <= kChangesLine;
}

std::size_t first_odd_byte(ByteView data) {
  return static_cast<std::size_t>(
      std::find_if(data.begin(), data.end(),
                   [](std::uint8_t b) { return b >= 0x80 || b == 0x1b; }) -
      data.begin());
}

}  // namespace hitokoe::text
