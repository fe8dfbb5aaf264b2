// Every reading is a chain of characters, and every character a look-up that depends on the one
// before only by its class. So where the characters of CP932 and EUC-JP begin is worked out for all
// bytes first, from masks; the look-ups then follow each other without a branch that could be
// guessed wrongly. What a reading costs at least comes from sums over single bytes.
#include "text/snippet.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>

#include "text/decoders.h"
#include "text/evident.h"
#include "text/reading.h"
#include "text/snippet_tables.h"

namespace hitokoe::text {
namespace {

using Class = Prices::Class;
using Mask = std::uint64_t;

constexpr Mask kEven = 0x5555555555555555U;
constexpr std::size_t kAtTheEnds = 3;   // bytes of characters that are cut
constexpr unsigned kFewestEvident = 4;  // as evident.cc has them
constexpr unsigned kFewOthers = 8;

constexpr Mask below(std::size_t n) { return n >= 64 ? ~Mask{0} : (Mask{1} << n) - 1; }
std::size_t leading(Mask mask) { return static_cast<std::size_t>(std::countr_one(mask)); }
unsigned count(Mask mask) { return static_cast<unsigned>(std::popcount(mask)); }

// Of the bit before which `k` are set.
std::size_t place_of(Mask mask, std::size_t k) {
  for (; k > 0; --k) mask &= mask - 1;
  return static_cast<std::size_t>(std::countr_zero(mask));
}

class Snippet {
 public:
  Snippet(ByteView data, SeeSnippet see, ListCharacters list)
      : list_(list), data_(data), n_(data.size()), there_(below(n_)) {
    std::memset(bytes_.data(), 0, bytes_.size());
    std::memcpy(bytes_.data() + kAhead, data.data(), n_);
    seen_ = see(text_, n_, t_.bytes);
    best_.price = std::numeric_limits<Price>::max() / 2;
  }

  std::optional<Charset> charset();

 private:
  // In this order where two cost the same: as detect.cc has them.
  enum Order : unsigned { kPlain, kCutShiftJis, kCutEucJp, kInKanji, kWide = 5, kOthers = 9 };
  static constexpr std::size_t kAhead = 64;

  Mask in(Range range) const { return seen_.of[range]; }
  bool evidently_utf8() const;
  Reading begun(Charset charset, std::size_t skip, Price handicap) const;
  void offer(const Reading& reading, unsigned order);
  // What may be added to the reading before it is dearer than the best.
  Price most(const Reading& reading) const { return best_.price - reading.price; }
  void price_slowly(Reading reading, unsigned order);
  void price_pairs(Reading reading, unsigned order, Mask pairs, Mask may_go_on,
                   const SnippetTables::Classes& classes);
  void shift_jis(const Reading& reading, unsigned order);
  void euc_jp(const Reading& reading, unsigned order);
  template <bool kBig>
  void utf16(std::size_t skip, unsigned order);
  void eight_bit();
  void wide();
  void inside_kanji();

  const ListCharacters list_;
  std::array<std::uint8_t, kAhead + kSnippet + 8> bytes_;
  const std::uint8_t* const text_ = bytes_.data() + kAhead;
  const SnippetTables& t_ = SnippetTables::get();
  const Prices& model_ = Prices::model();
  ByteView data_;
  std::size_t n_;
  Mask there_;
  SnippetMasks seen_;
  Mask never_euc_ = 0;
  Mask whole_utf8_ = 0;  // bytes of characters
  Reading best_;
  unsigned order_ = 0;
};

// As evident.h has it.
bool Snippet::evidently_utf8() const {
  if ((in(kRareE0) | in(kRareEd) | in(kFour)) != 0) return text::evidently_utf8(data_);
  const std::size_t begin = std::min(kAtTheEnds, leading(in(kRest)));
  const Mask broken = in(kHigh) & ~whole_utf8_ & ~below(begin);
  std::size_t end = n_;
  if (broken != 0) {  // only one that is cut
    end = static_cast<std::size_t>(std::countr_zero(broken));
    const Mask behind = there_ & ~below(end + 1);
    if (n_ - end > kAtTheEnds || text_[end] < 0xc2 || (behind & ~in(kRest)) != 0) return false;
  }
  const Mask taken = below(end) & ~below(begin);
  if (((in(kBelowTab) | in(kShifts) | in(kEscape)) & taken) != 0) return false;
  const Mask japanese = (in(kCjk) | in(kNoRowEf)) & taken;
  const Mask others = (in(kTwo) | in(kThree)) & taken & ~japanese;
  return count(japanese) >= kFewestEvident && count(others) * kFewOthers <= count(japanese);
}

Reading Snippet::begun(Charset charset, std::size_t skip, Price handicap) const {
  Reading reading;
  reading.charset = charset;
  reading.skip = reading.at = skip;
  reading.price = handicap;
  if (skip > 0) reading.price += kCutHandicap + static_cast<Price>(skip) * Prices::kSkippedByte;
  return reading;
}

void Snippet::offer(const Reading& reading, unsigned order) {
  if (reading.price > best_.price || (reading.price == best_.price && order > order_)) return;
  best_ = reading;
  order_ = order;
}

void Snippet::price_slowly(Reading reading, unsigned order) {
  price_up_to(most(reading), reading, data_);
  reading.price += static_cast<Price>(n_ - reading.at) * Prices::kSkippedByte;
  offer(reading, order);
}

// `pairs`: bytes that are a character with the next one, if they begin one at all. `may_go_on`:
// bytes that at the end are not known to be none.
void Snippet::price_pairs(Reading reading, unsigned order, Mask pairs, Mask may_go_on,
                          const SnippetTables::Classes& classes) {
  std::array<std::uint16_t, kListed> characters;
  const Price limit = most(reading);
  Price sum = 0;
  Class previous = reading.previous;
  for (std::size_t at = reading.at; at < n_;) {
    const Mask from = there_ & ~below(at);
    at = n_;
    pairs &= from;
    // In a run of them every second one begins a character: those of runs that begin at an even
    // place are found by the carry of an addition.
    const Mask run_begins = pairs & ~(pairs << 1);
    const Mask of_even_runs = pairs & ~(pairs + (run_begins & kEven));
    const Mask firsts = (of_even_runs & kEven) | (pairs & ~of_even_runs & ~kEven);
    Mask begins = from & ~(firsts << 1);
    const Mask cut = begins & may_go_on & Mask{1} << (n_ - 1);
    begins &= ~cut;
    const std::size_t size = list_(text_, begins, firsts, characters.data());
    for (std::size_t k = 0; k < size; ++k) {
      Class next = classes[characters[k]];
      const bool hole = next == SnippetTables::kHole;
      if (hole) next = SnippetTables::kBroken;
      sum += t_.of(previous, next);
      previous = next;
      if (sum > limit) return;
      if (hole) {  // the next byte begins a character
        at = place_of(begins, k) + 1;
        break;
      }
    }
    if (at == n_ && cut != 0) sum += Prices::kSkippedByte;
  }
  reading.price += sum;
  offer(reading, order);
}

void Snippet::shift_jis(const Reading& reading, unsigned order) {
  // The byte before one that is begun with is passed over.
  const Price passed = reading.skip > 0 ? t_.bytes.shift_jis[text_[0]] : 0;
  if (seen_.shift_jis > best_.price + passed) return;
  const Mask cut = in(kLowLead) | in(kHighLead);
  const Mask lead = cut & ~(in(kNoRow85) | in(kNoRowEb) | in(kNoRowEf));
  price_pairs(reading, order, lead & in(kTrail) >> 1, cut, t_.shift_jis);
}

void Snippet::euc_jp(const Reading& reading, unsigned order) {
  if (seen_.ascii_alone > best_.price) return;
  if (count(never_euc_ & ~below(reading.at)) * Prices::kErrorByte > most(reading)) return;
  if ((in(kLongLead)&in(kEucOrFf) >> 1) != 0) return price_slowly(reading, order);
  const Mask pairs = (in(kEuc)&in(kEuc) >> 1) | (in(kKanaLead)&in(kKana) >> 1);
  price_pairs(reading, order, pairs, in(kEuc) | in(kKanaLead) | in(kLongLead), t_.euc_jp);
}

template <bool kBig>
void Snippet::utf16(std::size_t skip, unsigned order) {
  if (skip > 0 && skip >= n_) return;
  Reading reading = begun(kBig ? Charset::kUtf16Be : Charset::kUtf16Le, skip, kUtf16Handicap);
  const Price limit = most(reading);
  const std::size_t high_byte = (skip + (kBig ? 0 : 1)) % 2;
  Price floor = seen_.units[high_byte];
  if (!kBig && skip == 1) floor -= t_.bytes.unit[text_[0]];
  if (kBig && (n_ - skip) % 2 == 1) floor -= t_.bytes.unit[text_[n_ - 1]];
  if (floor > limit) return;
  if ((in(kSurrogate) & (high_byte == 0 ? kEven : ~kEven)) != 0)
    return price_slowly(reading, order);
  Price sum = 0, told = 0;
  std::uint64_t telling = 0;
  Class previous = Prices::kStart;
  std::size_t i = skip;
  for (; i + 2 <= n_; i += 2) {
    const unsigned first = text_[i], second = text_[i + 1];
    const Class next = model_.class_of(kBig ? first << 8 | second : second << 8 | first);
    const Price price = t_.of(previous, next);
    sum += price;
    if (sum > limit) return;
    const bool tells = Prices::tells(next);
    told += price & -static_cast<Price>(tells);
    telling += tells ? 1U : 0U;
    previous = next;
  }
  if (i < n_) sum += Prices::kSkippedByte;
  reading.price += sum;
  reading.told = told;
  reading.telling = telling;
  offer(reading, order);
}

// The likelier ones first: they spare the others.
void Snippet::wide() {
  if (seen_.units[1] <= seen_.units[0]) {
    utf16<false>(0, kWide);
    utf16<true>(1, kWide + 3);
    utf16<true>(0, kWide + 1);
    utf16<false>(1, kWide + 2);
  } else {
    utf16<true>(0, kWide + 1);
    utf16<false>(1, kWide + 2);
    utf16<false>(0, kWide);
    utf16<true>(1, kWide + 3);
  }
}

void Snippet::eight_bit() {
  Reading reading;  // of the ASCII at the beginning
  reading.at = static_cast<std::size_t>(std::countr_zero(in(kHigh)));
  reading.price = seen_.ascii;
  if (reading.at > 0) reading.previous = t_.bytes.ascii[text_[reading.at - 1]];
  const bool begins_high = reading.at == 0 && n_ > 1;
  // What is no UTF-8 costs less than that only at the two ends.
  const Mask broken = in(kHigh) & ~whole_utf8_ & ~below(kAtTheEnds) & there_ >> kAtTheEnds;
  const auto utf8 = [&] {
    reading.charset = Charset::kUtf8;
    const Price floor = count(broken) * Prices::kErrorByte;
    if (std::max<Price>(floor, seen_.ascii_alone) <= best_.price) price_slowly(reading, kPlain);
  };
  const auto as_shift_jis = [&] {
    reading.charset = Charset::kShiftJis;
    shift_jis(reading, kOthers);
    if (begins_high) shift_jis(begun(Charset::kShiftJis, 1, 0), kCutShiftJis);
  };
  const auto as_euc_jp = [&] {
    reading.charset = Charset::kEucJp;
    euc_jp(reading, kOthers + 1);
    if (begins_high) euc_jp(begun(Charset::kEucJp, 1, 0), kCutEucJp);
  };
  if (broken == 0) utf8();
  if (never_euc_ == 0) as_euc_jp();
  as_shift_jis();
  if (never_euc_ != 0) as_euc_jp();
  if (broken != 0) utf8();
  reading.charset = Charset::kWindows1252;
  reading.price += kWindows1252Handicap;
  if (seen_.singles + kWindows1252Handicap <= best_.price) price_slowly(reading, kOthers + 2);
}

void Snippet::inside_kanji() {
  for (const std::size_t skip : {0U, 1U}) {
    if (skip > 0 && skip >= n_) break;
    Reading reading = begun(Charset::kIso2022Jp, skip, kInKanjiHandicap);
    reading.state = kIso2022InKanji;
    price_slowly(reading, kInKanji + static_cast<unsigned>(skip));
  }
}

std::optional<Charset> Snippet::charset() {
  const bool ascii = in(kHigh) == 0;
  if (ascii && in(kEscape) != 0 && has_iso2022_escape(data_)) return Charset::kIso2022Jp;
  const Mask rest = in(kRest) >> 1;
  const Mask two = in(kTwo)&rest;
  const Mask three = in(kThree)&rest & rest >> 1;
  const Mask four = in(kFour)&rest & rest >> 1 & rest >> 2;
  const Mask of_two = two | three | four, of_three = three | four;
  whole_utf8_ = of_two | of_two << 1 | of_three << 2 | four << 3;
  if (!ascii && evidently_utf8()) return Charset::kUtf8;
  never_euc_ = in(kHigh) & ~(in(kEuc) | in(kKanaLead) | in(kLongLead));

  // Which comes first does not matter for the answer.
  const Price least_wide = kUtf16Handicap + std::min(seen_.units[0], seen_.units[1]);
  const bool wide_first = in(kZero) != 0 || least_wide <= Price{seen_.shift_jis};
  if (wide_first) wide();
  if (ascii) {
    Reading reading;
    reading.price = seen_.ascii;
    offer(reading, kPlain);
  } else {
    eight_bit();
  }
  if (!wide_first) wide();
  if (ascii) inside_kanji();

  if (best_.price > kBinaryHandicap + static_cast<Price>(n_) * kBinaryByte) return std::nullopt;
  if (ascii) return best_.charset;
  const bool utf16 = best_.charset == Charset::kUtf16Le || best_.charset == Charset::kUtf16Be;
  Detection found;
  found.bits_per_character = best_.bits_per_character();
  if (best_.charset == Charset::kWindows1252 || (utf16 && !found.plausible())) return std::nullopt;
  return best_.charset;
}

// All of it is compiled into each of the two: counting and searching bits costs most without the
// instructions for it.
#if defined(__x86_64__)
__attribute__((flatten, target("bmi,bmi2,lzcnt,popcnt"))) std::optional<Charset> by_bits(
    ByteView data) {
  return Snippet(data, see_avx512, list_avx512).charset();
}
#endif
__attribute__((flatten)) std::optional<Charset> plainly(ByteView data) {
  return Snippet(data, see_portable, list_portable).charset();
}

}  // namespace

std::optional<Charset> detect_snippet(ByteView data) {
#if defined(__x86_64__)
  static const bool fast = have_avx512();
  if (fast) return by_bits(data);
#endif
  return plainly(data);
}

std::optional<Charset> detect_snippet_portable(ByteView data) { return plainly(data); }

}  // namespace hitokoe::text
