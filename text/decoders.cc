#include "text/decoders.h"

#include <cstring>

#include "text/tables/tables.h"
#include "text/utf8.h"

namespace hitokoe::text {
namespace {

using namespace tables;
using Input = std::span<const std::uint8_t>;

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
  // A character of the BMP at U+0800 or above: the usual case, without branches.
  void put3(char32_t c) {
    out[0] = static_cast<char>(0xe0 | c >> 12);
    out[1] = static_cast<char>(0x80 | (c >> 6 & 0x3f));
    out[2] = static_cast<char>(0x80 | (c & 0x3f));
    out += 3;
  }
  void refuse(std::uint64_t& bad) {
    ++bad;
    ++p;
    put3(kReplacement);
  }
  void copy_ascii() {
    while (left() >= 8) {
      std::uint64_t eight;
      std::memcpy(&eight, p, 8);
      if ((eight & 0x8080808080808080U) != 0) break;
      std::memcpy(out, p, 8);
      p += 8;
      out += 8;
    }
    while (p < end && *p < 0x80) *out++ = static_cast<char>(*p++);
  }

  const std::uint8_t* begin;
  const std::uint8_t* p;
  const std::uint8_t* end;
  char* out_begin;
  char* out;
};

constexpr char32_t kHalfWidthKana = 0xff61 - 0xa1;

char32_t in_94_table(const std::uint16_t* table, unsigned row, unsigned cell) {
  return row < 94 && cell < 94 ? table[row * 94 + cell] : 0;
}

}  // namespace

Step decode_utf8(Input in, char* out, bool last, std::uint64_t& bad) {
  Cursor c(in, out);
  while (c.p < c.end) {
    c.copy_ascii();
    while (c.p < c.end && *c.p >= 0x80) {
      const CodePoint next = next_code_point(c.p, c.left());
      if (next.valid) {
        std::memcpy(c.out, c.p, next.length);
        c.out += next.length;
        c.p += next.length;
        continue;
      }
      if (next.cut && !last) return c.step();
      bad += next.length;
      c.p += next.length;
      c.put3(kReplacement);
    }
  }
  return c.step();
}

Step decode_shift_jis(Input in, char* out, bool last, std::uint64_t& bad) {
  Cursor c(in, out);
  while (c.p < c.end) {
    const std::uint8_t lead = *c.p;
    if (lead < 0x80) {
      c.copy_ascii();
      continue;
    }
    if (lead >= 0xa1 && lead <= 0xdf) {
      c.put3(kHalfWidthKana + lead);
      ++c.p;
      continue;
    }
    if (lead == 0x80 || lead == 0xa0 || lead > 0xfc) {
      c.refuse(bad);
      continue;
    }
    if (c.left() < 2) {
      if (!last) break;
      c.refuse(bad);
      continue;
    }
    const unsigned trail = c.p[1];
    const char32_t value = trail >= 0x40 && trail <= 0xfc
                               ? kCp932[(lead - 0x81U) * kCp932Trails + (trail - 0x40)]
                               : char32_t{0};
    if (value >= 0x800) {
      c.put3(value);
      c.p += 2;
    } else if (value != 0) {
      c.put(value);
      c.p += 2;
    } else {
      c.refuse(bad);
    }
  }
  return c.step();
}

Step decode_euc_jp(Input in, char* out, bool last, std::uint64_t& bad) {
  Cursor c(in, out);
  while (c.p < c.end) {
    const std::uint8_t lead = *c.p;
    if (lead < 0x80) {
      c.copy_ascii();
      continue;
    }
    const bool known = lead == 0x8e || lead == 0x8f || (lead >= 0xa1 && lead <= 0xfe);
    if (!known) {
      c.refuse(bad);
      continue;
    }
    const std::size_t length = lead == 0x8f ? 3 : 2;
    // What is there already may show that it is no character.
    bool broken = c.left() >= 2 && (c.p[1] < 0xa1 || (lead == 0x8e && c.p[1] > 0xdf));
    if (!broken && c.left() < length) {
      if (!last) break;
      broken = true;
    }
    char32_t value = 0;
    if (!broken) {
      if (lead == 0x8e) {
        value = kHalfWidthKana + c.p[1];
      } else if (lead == 0x8f) {
        value =
            c.p[2] >= 0xa1 ? in_94_table(kJisX0212, c.p[1] - 0xa1U, c.p[2] - 0xa1U) : char32_t{0};
      } else {
        value = in_94_table(kJisX0208, lead - 0xa1U, c.p[1] - 0xa1U);
      }
    }
    if (value == 0) {
      c.refuse(bad);
      continue;
    }
    c.put(value);
    c.p += length;
  }
  return c.step();
}

namespace {

enum Set : int { kAscii = 0, kKana, k0208, k0212, kSets };
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
  std::size_t length = 0;
  Set set = kSets;
  bool cut = false;
};
Found escape_at(const std::uint8_t* p, std::size_t n) {
  Found found;
  for (const Escape& escape : kEscapes) {
    const std::size_t length = std::strlen(escape.bytes);
    const std::size_t there = length < n ? length : n;
    if (std::memcmp(p, escape.bytes, there) != 0) continue;
    if (there == length) return {length, escape.set, false};
    found.cut = true;
  }
  return found;
}

}  // namespace

Step decode_iso2022_jp(Input in, char* out, bool last, std::uint64_t& bad, int& state) {
  Cursor c(in, out);
  while (c.p < c.end) {
    const std::uint8_t byte = *c.p;
    if (byte == 0x1b) {
      const Found found = escape_at(c.p, c.left());
      if (found.length > 0) {
        if (found.set != kSets) state = found.set;
        c.p += found.length;
      } else if (found.cut && !last) {
        break;
      } else {
        c.refuse(bad);
      }
      continue;
    }
    if (byte == 0x0e || byte == 0x0f) {
      state = byte == 0x0e ? state | kShiftedOut : state & ~kShiftedOut;
      ++c.p;
      continue;
    }
    if (byte >= 0x80) {
      c.refuse(bad);
      continue;
    }
    if (byte <= 0x20 || byte == 0x7f) {
      // A line begins in ASCII (RFC 1468): what was cut does not spoil the lines after it.
      if (byte == '\n' || byte == '\r') state = kAscii;
      *c.out++ = static_cast<char>(byte);
      ++c.p;
      continue;
    }
    const int set = (state & kShiftedOut) != 0 ? static_cast<int>(kKana) : state;
    if (set == kAscii) {
      *c.out++ = static_cast<char>(byte);
      ++c.p;
    } else if (set == kKana) {
      if (byte <= 0x5f) {
        c.put3(kHalfWidthKana + 0x80 + byte);
        ++c.p;
      } else {
        c.refuse(bad);
      }
    } else {
      if (c.left() < 2) {
        if (!last) break;
        c.refuse(bad);
        continue;
      }
      const unsigned cell = c.p[1] - 0x21U;  // wraps below '!': in_94_table refuses
      const char32_t value = in_94_table(set == k0208 ? kJisX0208 : kJisX0212, byte - 0x21U, cell);
      if (value == 0) {
        c.refuse(bad);
        continue;
      }
      c.put(value);
      c.p += 2;
    }
  }
  return c.step();
}

Step decode_utf16(Input in, char* out, bool last, std::uint64_t& bad, bool big_endian) {
  Cursor c(in, out);
  const auto unit = [big_endian](const std::uint8_t* p) {
    return static_cast<char32_t>(big_endian ? p[0] << 8 | p[1] : p[1] << 8 | p[0]);
  };
  while (c.p < c.end) {
    if (c.left() < 2) {
      if (last) c.refuse(bad);
      break;
    }
    const char32_t high = unit(c.p);
    if (high < 0xd800 || high > 0xdfff) {
      c.put(high);
      c.p += 2;
      continue;
    }
    if (high < 0xdc00 && c.left() < 4 && !last) break;
    const char32_t low = c.left() >= 4 ? unit(c.p + 2) : char32_t{0};
    if (high < 0xdc00 && low >= 0xdc00 && low <= 0xdfff) {
      c.put(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00));
      c.p += 4;
      continue;
    }
    bad += 2;
    c.p += 2;
    c.put3(kReplacement);
  }
  return c.step();
}

}  // namespace hitokoe::text
