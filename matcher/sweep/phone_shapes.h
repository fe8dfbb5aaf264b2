// What a phone mostly looks like: its digits as bits, from the first on, and where they are taken
// from. The rules are those of ascii_phones.h; only what they say of a whole chain of these shapes
// stands here, everything else is left to them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>

namespace hitokoe::matcher::sweep {

struct PhoneShape {
  // Mobile: ten digits behind +81; landline: nine; none: never a phone.
  enum Kind : std::uint8_t { kMobile, kLandline, kNone };
  std::uint64_t key = 0;  // twice the shape, and whether its first digit is 0
  Kind kind = kNone;
  bool prefixed = false;               // begins with 81
  bool single = false;                 // one group: what does not hold is no phone
  std::uint8_t second = 0;             // place of the second digit behind +81
  std::array<std::uint8_t, 3> from{};  // places of what stands behind +81: three parts,
  std::array<std::uint8_t, 3> to{};    // the last of four digits
};

class PhoneShapes {
 public:
  static std::uint64_t key(std::uint64_t shape, bool zero) { return shape << 1 | (zero ? 1 : 0); }
  const PhoneShape& find(std::uint64_t key) const { return slots_[slot(key)]; }

  constexpr PhoneShapes() {
    using Kind = PhoneShape::Kind;
    add({3, 4, 4}, true, Kind::kMobile, 1, false);     // 090-1234-5678
    add({11}, true, Kind::kMobile, 1, false);          // 09012345678
    add({2, 2, 4, 4}, false, Kind::kMobile, 2, true);  // +81-90-1234-5678
    add({12}, false, Kind::kMobile, 2, true);          // +819012345678
    add({10}, false, Kind::kMobile, 0, false);         // 9012345678
    add({10}, true, Kind::kLandline, 1, false);        // 0312345678
    add({2, 4, 4}, true, Kind::kLandline, 1, false);   // 03-1234-5678
    add({3, 3, 4}, true, Kind::kLandline, 1, false);   // 045-123-4567
    add({4, 2, 4}, true, Kind::kLandline, 1, false);   // 0466-12-3456
    add({5, 1, 4}, true, Kind::kLandline, 1, false);   // 04992-1-2345
    add({11}, false, Kind::kNone, 0, false);
    add({4, 2, 2, 2}, false, Kind::kNone, 0, false);  // 2026-11-26 12
  }

 private:
  static constexpr unsigned kBits = 5;
  static constexpr std::size_t slot(std::uint64_t key) {
    return static_cast<std::size_t>(key * 0x9E3779B97F4A7C15ULL >> (64 - kBits));
  }

  constexpr void add(std::initializer_list<std::uint8_t> groups, bool zero, PhoneShape::Kind kind,
                     std::size_t prefix, bool prefixed) {
    PhoneShape s;
    std::array<std::uint8_t, 16> places{};  // of the digits
    std::size_t digits = 0;
    std::uint8_t at = 0;
    std::uint64_t shape = 0;
    for (const std::uint8_t group : groups) {
      for (std::uint8_t i = 0; i < group; ++i, ++at) {
        shape |= std::uint64_t{1} << at;
        places[digits++] = at;
      }
      ++at;
    }
    s.key = shape << 1 | (zero ? 1 : 0);
    s.kind = kind;
    s.prefixed = prefixed;
    s.single = groups.size() == 1;
    // Parts end where a group ends, and have four digits at most.
    if (kind != PhoneShape::kNone) {
      const std::size_t size = digits - prefix;
      s.second = places[prefix + 1];
      std::size_t first = size - 8;  // of the first part
      if (groups.size() > 1) {
        first = 0;
        while (places[prefix + first] == places[prefix] + first) ++first;
      }
      const std::array<std::size_t, 3> begins{0, first, size - 4};
      for (std::size_t i = 0; i < begins.size(); ++i) {
        s.from[i] = places[prefix + begins[i]];
        s.to[i] = static_cast<std::uint8_t>(begins[i]);
      }
    }
    PhoneShape& to = slots_[slot(s.key)];
    if (to.key != 0) throw "two shapes in one slot";  // not while compiling
    to = s;
  }

  std::array<PhoneShape, 1U << kBits> slots_{};
};

inline constexpr PhoneShapes kPhoneShapes;

}  // namespace hitokoe::matcher::sweep
