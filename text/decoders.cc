#include "text/decoders.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "text/ascii_run.h"
#include "text/shift_jis_lanes.h"
#include "text/utf8_lanes.h"

namespace hitokoe::text {
namespace {

using namespace tables;
using Input = std::span<const std::uint8_t>;

// A character of the BMP at U+0800 or above: the usual case, without branches. Writes a fourth byte
// that the next character overwrites.
void put3(char32_t c, char* out) {
  if constexpr (std::endian::native == std::endian::little) {
    const std::uint32_t bytes = 0x8080e0U | c >> 12 | (c << 2 & 0x3f00) | (c << 16 & 0x3f0000);
    std::memcpy(out, &bytes, 4);
  } else {
    out[0] = static_cast<char>(0xe0 | c >> 12);
    out[1] = static_cast<char>(0x80 | (c >> 6 & 0x3f));
    out[2] = static_cast<char>(0x80 | (c & 0x3f));
  }
}

struct Cursor {
  Cursor(Input in, char* output)
      : begin(in.data()),
        p(in.data()),
        end(in.data() + in.size()),
        out_begin(output),
        out(output) {}

  std::size_t left() const { return static_cast<std::size_t>(end - p); }
  Step step() const {
    return {static_cast<std::size_t>(p - begin), static_cast<std::size_t>(out - out_begin)};
  }
  void put(char32_t c) { out = put_code_point(c, out); }
  void put3(char32_t c) {
    text::put3(c, out);
    out += 3;
  }
  void refuse(std::uint64_t& bad, unsigned length = 1) {
    bad += length;
    p += length;
    put3(kReplacement);
  }
  void copy_ascii_run() {
    const std::size_t n = copy_ascii(p, left(), out);
    p += n;
    out += n;
  }

  // Characters of two bytes that are three in UTF-8, as long as there are some.
  template <class Value>
  void run_of_pairs(Value value_of) {
    // Copies, which no written byte can be thought to change.
    const std::uint8_t* from = p;
    char* to = out;
    while (end - from >= 2) {
      const char32_t value = value_of(from[0], from[1]);
      if (value < 0x800) break;
      text::put3(value, to);
      from += 2;
      to += 3;
    }
    p = from;
    out = to;
  }

  const std::uint8_t* begin;
  const std::uint8_t* p;
  const std::uint8_t* end;
  char* out_begin;
  char* out;
};

// The next character by `at`, wherever the fast loops do not want it. False: it is cut.
template <class At>
bool one_character(Cursor& c, bool last, std::uint64_t& bad, At at) {
  const Character next = at(c.p, c.left());
  if (next.cut && !last) return false;
  if (!next.valid) {
    c.refuse(bad, next.length);
  } else {
    c.put(next.value);
    c.p += next.length;
  }
  return true;
}

}  // namespace

Step decode_utf8(Input in, char* out, bool last, std::uint64_t& bad) {
  Cursor c(in, out);
  while (c.p < c.end) {
    if (const std::size_t valid = valid_utf8(c.p, c.left()); valid > 0) {
      std::memcpy(c.out, c.p, valid);
      c.p += valid;
      c.out += valid;
      if (c.p == c.end) break;
    }
    if (!one_character(c, last, bad, next_code_point)) break;
  }
  return c.step();
}

namespace {

constexpr std::size_t kLongestSlowly = 16 * kLanesBlock;

// One at a time, up to `until` at least. False: the last is cut.
bool shift_jis_until(Cursor& c, const std::uint8_t* until, bool last, std::uint64_t& bad) {
  while (c.p < until) {
    const unsigned lead = *c.p;
    if (lead < 0x80) {
      c.copy_ascii_run();
      continue;
    }
    if (lead >= 0xa1 && lead <= 0xdf) {
      const std::uint8_t* p = c.p;
      char* to = c.out;
      do {
        put3(kHalfWidthKana + *p++, to);
        to += 3;
      } while (p < c.end && *p >= 0xa1 && *p <= 0xdf);
      c.p = p;
      c.out = to;
      continue;
    }
    c.run_of_pairs([](unsigned first, unsigned trail) -> char32_t {
      const unsigned row = first - 0x81U, cell = trail - 0x40U;  // wrap where too low
      if (row >= kCp932Leads || cell >= kCp932Trails) return 0;
      return kCp932[row * kCp932Trails + cell];  // has no characters for A0 to DF
    });
    if (c.p == c.end || *c.p < 0x80 || (*c.p >= 0xa1 && *c.p <= 0xdf)) continue;
    if (!one_character(c, last, bad, shift_jis_at)) return false;
  }
  return true;
}

}  // namespace

Step decode_shift_jis(Input in, char* out, bool last, std::uint64_t& bad) {
  static const bool lanes = have_shift_jis_lanes();
  Cursor c(in, out);
  if (!lanes) shift_jis_until(c, c.end, last, bad);
  std::size_t slowly = kLanesBlock;
  while (lanes && c.p < c.end) {
    const Lanes done = shift_jis_lanes(c.p, c.left(), c.out);
    c.p += done.taken;
    c.out += done.written;
    // Text that is full of rare characters is tried ever less often.
    slowly = done.taken > 0 ? kLanesBlock : std::min(2 * slowly, kLongestSlowly);
    if (!shift_jis_until(c, c.p + std::min(c.left(), slowly), last, bad)) break;
  }
  return c.step();
}

Step decode_shift_jis_portable(Input in, char* out, bool last, std::uint64_t& bad) {
  Cursor c(in, out);
  shift_jis_until(c, c.end, last, bad);
  return c.step();
}

Character rare_euc_jp_at(const std::uint8_t* p, std::size_t n) {
  const unsigned lead = p[0];
  if (lead != 0x8e && lead != 0x8f && (lead < 0xa1 || lead > 0xfe)) return {kReplacement, 1, false};
  // What is there already may show that it is no character.
  if (n >= 2 && (p[1] < 0xa1 || (lead == 0x8e && p[1] > 0xdf))) return {kReplacement, 1, false};
  const unsigned length = lead == 0x8f ? 3 : 2;
  if (n < length) return {kReplacement, 1, false, true};
  if (lead == 0x8e) return {kHalfWidthKana + p[1], 2, true};
  // The rows of JIS X 0208 have been looked at.
  const char32_t value =
      lead == 0x8f ? in_94_table(kJisX0212, p[1] - 0xa1U, p[2] - 0xa1U) : char32_t{0};
  if (value == 0) return {kReplacement, 1, false};
  return {value, length, true};
}

Step decode_euc_jp(Input in, char* out, bool last, std::uint64_t& bad) {
  Cursor c(in, out);
  while (c.p < c.end) {
    if (*c.p < 0x80) {
      c.copy_ascii_run();
      continue;
    }
    c.run_of_pairs([](unsigned first, unsigned second) {
      return in_94_table(kJisX0208, first - 0xa1U, second - 0xa1U);
    });
    bool kana = false;
    while (c.left() >= 2 && *c.p == 0x8e && c.p[1] >= 0xa1 && c.p[1] <= 0xdf) {
      c.put3(kHalfWidthKana + c.p[1]);
      c.p += 2;
      kana = true;
    }
    if (kana || c.p == c.end || *c.p < 0x80) continue;
    if (!one_character(c, last, bad, euc_jp_at)) break;
  }
  return c.step();
}

namespace {

enum Set : int { kAscii = 0, kKana, k0208, k0212, kSets };
static_assert(k0208 == kIso2022InKanji);
constexpr int kShiftedOut = 8;  // SO: half-width kana until SI, whatever was designated

struct Escape {
  const char* bytes;
  Set set;
};
// ISO-2022-JP, -1 and the CP50220-50222 family; JIS X 0201 Roman is read as ASCII, as they do.
constexpr Escape kEscapes[] = {{"\x1b(B", kAscii}, {"\x1b(J", kAscii}, {"\x1b(H", kAscii},
                               {"\x1b(I", kKana},  {"\x1b$@", k0208},  {"\x1b$B", k0208},
                               {"\x1b$(D", k0212}, {"\x1b$(B", k0208}, {"\x1b$(@", k0208},
                               {"\x1b&@", kSets}};

// The escape sequence at `p`; length 0: none; cut: more bytes are needed to tell.
struct Found {
  unsigned length = 0;
  Set set = kSets;
  bool cut = false;
};
Found escape_at(const std::uint8_t* p, std::size_t n) {
  Found found;
  for (const Escape& escape : kEscapes) {
    const std::size_t length = std::strlen(escape.bytes);
    const std::size_t there = length < n ? length : n;
    if (std::memcmp(p, escape.bytes, there) != 0) continue;
    if (there == length) return {static_cast<unsigned>(length), escape.set, false};
    found.cut = true;
  }
  return found;
}

}  // namespace

Character iso2022_jp_at(const std::uint8_t* p, std::size_t n, int& state) {
  const unsigned byte = *p;
  if (byte == 0x1b) {
    const Found found = escape_at(p, n);
    if (found.length == 0) return {kReplacement, 1, false, found.cut};
    if (found.set != kSets) state = found.set;
    return {kDesignation, found.length, true};
  }
  if (byte == 0x0e || byte == 0x0f) {
    state = byte == 0x0e ? state | kShiftedOut : state & ~kShiftedOut;
    return {kDesignation, 1, true};
  }
  if (byte >= 0x80) return {kReplacement, 1, false};
  if (byte <= 0x20 || byte == 0x7f) {
    // A line begins in ASCII (RFC 1468): what was cut does not spoil the lines after it.
    if (byte == '\n' || byte == '\r') state = kAscii;
    return {byte, 1, true};
  }
  const int set = (state & kShiftedOut) != 0 ? static_cast<int>(kKana) : state;
  if (set == kAscii) return {byte, 1, true};
  if (set == kKana) {
    if (byte > 0x5f) return {kReplacement, 1, false};
    return {kHalfWidthKana + 0x80 + byte, 1, true};
  }
  if (n < 2) return {kReplacement, 1, false, true};
  const unsigned cell = p[1] - 0x21U;  // wraps below '!': in_94_table refuses
  const char32_t value = in_94_table(set == k0208 ? kJisX0208 : kJisX0212, byte - 0x21U, cell);
  if (value == 0) return {kReplacement, 1, false};
  return {value, 2, true};
}

Step decode_iso2022_jp(Input in, char* out, bool last, std::uint64_t& bad, int& state) {
  Cursor c(in, out);
  while (c.p < c.end) {
    if (state == kAscii) {
      // ASCII but for what changes the state.
      while (c.p < c.end && *c.p < 0x80 && *c.p != 0x1b && *c.p != 0x0e && *c.p != 0x0f) {
        *c.out++ = static_cast<char>(*c.p++);
      }
    } else if (state == k0208) {
      c.run_of_pairs([](unsigned first, unsigned second) {
        return in_94_table(kJisX0208, first - 0x21U, second - 0x21U);
      });
    }
    if (c.p == c.end) break;
    const Character next = iso2022_jp_at(c.p, c.left(), state);
    if (next.cut && !last) break;
    if (!next.valid) {
      c.refuse(bad);
    } else {
      if (next.value != kDesignation) c.put(next.value);
      c.p += next.length;
    }
  }
  return c.step();
}

Step decode_utf16(Input in, char* out, bool last, std::uint64_t& bad, bool big_endian) {
  Cursor c(in, out);
  while (c.p < c.end) {
    const std::uint8_t* p = c.p;
    char* to = c.out;
    for (; c.end - p >= 2; p += 2) {
      const auto unit = static_cast<char32_t>(big_endian ? p[0] << 8 | p[1] : p[1] << 8 | p[0]);
      if (unit >= 0xd800 && unit <= 0xdfff) break;
      if (unit < 0x80) {
        *to++ = static_cast<char>(unit);
      } else if (unit >= 0x800) {
        put3(unit, to);
        to += 3;
      } else {
        to = put_code_point(unit, to);
      }
    }
    c.p = p;
    c.out = to;
    if (c.p == c.end) break;
    const bool more =
        one_character(c, last, bad, [big_endian](const std::uint8_t* at, std::size_t n) {
          return utf16_at(at, n, big_endian);
        });
    if (!more) break;
  }
  return c.step();
}

Step decode_windows_1252(Input in, char* out) {
  Cursor c(in, out);
  while (c.p < c.end) {
    c.copy_ascii_run();
    while (c.p < c.end && *c.p >= 0x80) c.put(windows_1252_at(c.p++, 1).value);
  }
  return c.step();
}

}  // namespace hitokoe::text
