#include "matcher/decode/archive/inflate64.h"

#include <algorithm>
#include <array>
#include <optional>

namespace hitokoe::matcher {

namespace {

constexpr unsigned kMostBits = 15, kFastBits = 10;
constexpr std::size_t kWindow = 64U << 10;

struct Extra {
  std::uint32_t base;
  unsigned bits;
};

constexpr std::array<Extra, 29> kLengths = {
    {{3, 0},  {4, 0},  {5, 0},  {6, 0},   {7, 0},   {8, 0},   {9, 0},   {10, 0},  {11, 1}, {13, 1},
     {15, 1}, {17, 1}, {19, 2}, {23, 2},  {27, 2},  {31, 2},  {35, 3},  {43, 3},  {51, 3}, {59, 3},
     {67, 4}, {83, 4}, {99, 4}, {115, 4}, {131, 5}, {163, 5}, {195, 5}, {227, 5}, {3, 16}}};

constexpr std::array<Extra, 32> distances() {
  std::array<Extra, 32> out{};
  std::uint32_t base = 1;
  for (unsigned i = 0; i < out.size(); ++i) {
    out[i] = {base, i < 4 ? 0 : i / 2 - 1};
    base += 1U << out[i].bits;
  }
  return out;
}
constexpr auto kDistances = distances();

constexpr std::array<std::uint8_t, 19> kOrder = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                                 11, 4,  12, 3, 13, 2, 14, 1, 15};

// A canonical code: short ones by a table, longer ones length by length.
class Code {
 public:
  // False: no prefix code. An incomplete one is taken: a single distance is written so.
  bool set(std::span<const std::uint8_t> lengths) {
    counts_.fill(0);
    for (const auto l : lengths) ++counts_[l];
    counts_[0] = 0;
    int left = 1;
    for (unsigned l = 1; l <= kMostBits; ++l) {
      left = 2 * left - counts_[l];
      if (left < 0) return false;
    }
    std::array<std::uint16_t, kMostBits + 2> at{};
    for (unsigned l = 1; l <= kMostBits; ++l)
      at[l + 1] = static_cast<std::uint16_t>(at[l] + counts_[l]);
    symbols_.assign(lengths.size(), 0);
    std::array<std::uint32_t, kMostBits + 2> code{};
    for (unsigned l = 1; l <= kMostBits; ++l) code[l + 1] = (code[l] + counts_[l]) << 1U;
    fast_.fill(0);
    for (std::size_t s = 0; s < lengths.size(); ++s) {
      const unsigned l = lengths[s];
      if (l == 0) continue;
      symbols_[at[l]++] = static_cast<std::uint16_t>(s);
      std::uint32_t bits = 0;  // the code as the stream has it: its first bit lowest
      for (unsigned i = 0; i < l; ++i) bits |= (code[l] >> (l - 1 - i) & 1U) << i;
      ++code[l];
      for (std::uint32_t i = bits; l <= kFastBits && i < fast_.size(); i += 1U << l) {
        fast_[i] = static_cast<std::uint16_t>(s << 4U | l);
      }
    }
    return true;
  }

  struct Found {
    unsigned symbol = 0, bits = 0;  // 0: there are too few bits
  };
  // Nothing: no such code.
  std::optional<Found> find(std::uint64_t bits, unsigned there) const {
    if (const unsigned fast = fast_[bits & (fast_.size() - 1)]; fast != 0) {
      const unsigned l = fast & 15U;
      return Found{fast >> 4U, l <= there ? l : 0};
    }
    std::uint32_t code = 0, first = 0, index = 0;
    for (unsigned l = 1; l <= kMostBits; ++l) {
      if (l > there) return Found{};
      code |= static_cast<std::uint32_t>(bits >> (l - 1) & 1U);
      const std::uint32_t count = counts_[l];
      if (code < first + count) return Found{symbols_[index + code - first], l};
      index += count;
      first = (first + count) << 1U;
      code <<= 1U;
    }
    return std::nullopt;
  }

 private:
  std::array<std::uint16_t, 1U << kFastBits> fast_{};  // symbol and length; 0: longer
  std::array<std::uint16_t, kMostBits + 1> counts_{};
  std::vector<std::uint16_t> symbols_;
};

class Inflate64 final : public Decompressor {
 public:
  Inflate64() : window_(kWindow) {}

  Step step(ByteView in, std::span<std::uint8_t> out) override {
    in_ = in;
    out_ = out;
    put_ = 0;
    Step step;
    while (at_ != At::kEnd && at_ != At::kBad && advance()) {
    }
    // Whole bytes that were taken ahead belong to what follows.
    if (at_ == At::kEnd) {
      step.taken =
          in.size() - in_.size() - std::min<std::size_t>(in.size() - in_.size(), there_ / 8);
      there_ = 0;
    } else {
      step.taken = in.size() - in_.size();
    }
    step.put = put_;
    step.state = at_ == At::kEnd ? State::kEnd : at_ == At::kBad ? State::kCorrupt : State::kMore;
    return step;
  }

 private:
  enum class At {
    kBlock,
    kStoredSize,
    kStored,
    kSizes,
    kCodeOrder,
    kCodeLengths,
    kSymbol,
    kDistance,
    kCopy,
    kEnd,
    kBad
  };

  // False: not so many bits are there.
  bool fill(unsigned n) {
    while (there_ < n && !in_.empty()) {
      bits_ |= static_cast<std::uint64_t>(in_[0]) << there_;
      there_ += 8;
      in_ = in_.subspan(1);
    }
    return there_ >= n;
  }
  std::uint32_t take(unsigned n) {
    const auto value = static_cast<std::uint32_t>(bits_ & ((1ULL << n) - 1));
    bits_ >>= n;
    there_ -= n;
    return value;
  }
  bool bad() {
    at_ = At::kBad;
    return true;
  }
  void put(std::uint8_t byte) {
    out_[put_++] = byte;
    window_[made_++ % kWindow] = byte;
  }

  // False: waits for input or for room.
  bool advance();
  bool block();
  bool lengths();
  bool symbol();
  bool distance();
  bool copy();

  At at_ = At::kBlock;
  ByteView in_;
  std::span<std::uint8_t> out_;
  std::size_t put_ = 0;
  std::uint64_t bits_ = 0;
  unsigned there_ = 0;
  bool last_ = false;
  std::uint32_t left_ = 0, back_ = 0;  // of a stored block, or of a copy and from how far back
  unsigned literal_lengths_ = 0, distance_lengths_ = 0, code_lengths_ = 0;
  std::size_t read_ = 0;  // of the lengths
  std::array<std::uint8_t, 320> read_lengths_{};
  Code code_, literals_, distances_;
  Bytes window_;
  std::uint64_t made_ = 0;
};

bool Inflate64::block() {
  if (!fill(3)) return false;
  last_ = take(1) != 0;
  switch (take(2)) {
    case 0:
      take(there_ % 8);
      at_ = At::kStoredSize;
      return true;
    case 1: {
      std::array<std::uint8_t, 288> fixed{};
      for (unsigned i = 0; i < fixed.size(); ++i)
        fixed[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
      const std::array<std::uint8_t, 32> five = [] {
        std::array<std::uint8_t, 32> all{};
        all.fill(5);
        return all;
      }();
      literals_.set(fixed);
      distances_.set(five);
      at_ = At::kSymbol;
      return true;
    }
    case 2:
      at_ = At::kSizes;
      return true;
    default:
      return bad();
  }
}

bool Inflate64::lengths() {
  const std::size_t all = literal_lengths_ + distance_lengths_;
  while (read_ < all) {
    fill(14);
    const auto found = code_.find(bits_, there_);
    if (!found) return bad();
    constexpr std::array<unsigned, 3> kMore = {2, 3, 7}, kLeast = {3, 3, 11};
    const unsigned more = found->symbol < 16 ? 0 : kMore[found->symbol - 16];
    if (found->bits == 0 || found->bits + more > there_) return false;
    take(found->bits);
    if (found->symbol < 16) {
      read_lengths_[read_++] = static_cast<std::uint8_t>(found->symbol);
      continue;
    }
    const std::size_t times = kLeast[found->symbol - 16] + take(more);
    if (times > all - read_ || (found->symbol == 16 && read_ == 0)) return bad();
    const std::uint8_t value = found->symbol == 16 ? read_lengths_[read_ - 1] : 0;
    std::fill_n(read_lengths_.begin() + static_cast<std::ptrdiff_t>(read_), times, value);
    read_ += times;
  }
  const std::span<const std::uint8_t> read(read_lengths_);
  if (!literals_.set(read.first(literal_lengths_)) ||
      !distances_.set(read.subspan(literal_lengths_, distance_lengths_))) {
    return bad();
  }
  at_ = At::kSymbol;
  return true;
}

bool Inflate64::symbol() {
  fill(31);
  const auto found = literals_.find(bits_, there_);
  if (!found) return bad();
  if (found->bits == 0) return false;
  if (found->symbol < 256) {
    if (put_ == out_.size()) return false;
    take(found->bits);
    put(static_cast<std::uint8_t>(found->symbol));
    return true;
  }
  if (found->symbol == 256) {
    take(found->bits);
    at_ = last_ ? At::kEnd : At::kBlock;
    return true;
  }
  if (found->symbol - 257 >= kLengths.size()) return bad();
  const Extra extra = kLengths[found->symbol - 257];
  if (found->bits + extra.bits > there_) return false;
  take(found->bits);
  left_ = extra.base + take(extra.bits);
  at_ = At::kDistance;
  return true;
}

bool Inflate64::distance() {
  fill(29);
  const auto found = distances_.find(bits_, there_);
  if (!found) return bad();
  if (found->bits == 0) return false;
  const Extra extra = kDistances[found->symbol];
  if (found->bits + extra.bits > there_) return false;
  take(found->bits);
  back_ = extra.base + take(extra.bits);
  if (back_ > made_ || back_ > kWindow) return bad();
  at_ = At::kCopy;
  return true;
}

bool Inflate64::copy() {
  while (left_ > 0) {
    if (put_ == out_.size()) return false;
    put(window_[(made_ - back_) % kWindow]);
    --left_;
  }
  at_ = At::kSymbol;
  return true;
}

bool Inflate64::advance() {
  switch (at_) {
    case At::kBlock:
      return block();
    case At::kStoredSize: {
      if (!fill(32)) return false;
      left_ = take(16);
      if ((take(16) ^ 0xFFFFU) != left_) return bad();
      at_ = At::kStored;
      return true;
    }
    case At::kStored:
      while (left_ > 0) {
        if (put_ == out_.size() || !fill(8)) return false;
        put(static_cast<std::uint8_t>(take(8)));
        --left_;
      }
      at_ = last_ ? At::kEnd : At::kBlock;
      return true;
    case At::kSizes:
      if (!fill(14)) return false;
      literal_lengths_ = 257 + take(5);
      distance_lengths_ = 1 + take(5);
      code_lengths_ = 4 + take(4);
      read_lengths_.fill(0);
      read_ = 0;
      at_ = At::kCodeOrder;
      return true;
    case At::kCodeOrder: {
      for (; read_ < code_lengths_; ++read_) {
        if (!fill(3)) return false;
        read_lengths_[kOrder[read_]] = static_cast<std::uint8_t>(take(3));
      }
      if (!code_.set(std::span<const std::uint8_t>(read_lengths_).first(19))) return bad();
      read_lengths_.fill(0);
      read_ = 0;
      at_ = At::kCodeLengths;
      return true;
    }
    case At::kCodeLengths:
      return lengths();
    case At::kSymbol:
      return symbol();
    case At::kDistance:
      return distance();
    case At::kCopy:
      return copy();
    default:
      return false;
  }
}

}  // namespace

std::unique_ptr<Decompressor> make_inflate64() { return std::make_unique<Inflate64>(); }

}  // namespace hitokoe::matcher
