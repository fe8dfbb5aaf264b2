// Tables that make_tables writes at build time from ICU's data.
#pragma once

#include <cstddef>
#include <cstdint>

namespace hitokoe::text::tables {

// CP932 (windows-31j) lead bytes 0x81..0xFC, trail bytes 0x40..0xFC; 0: no character.
inline constexpr std::size_t kCp932Leads = 0xfc - 0x81 + 1;
inline constexpr std::size_t kCp932Trails = 0xfc - 0x40 + 1;
extern const std::uint16_t kCp932[kCp932Leads * kCp932Trails];
// Rows and cells 1..94: JIS X 0208 with NEC row 13 and the NEC-selected IBM extensions (CP51932),
// and JIS X 0212.
extern const std::uint16_t kJisX0208[94 * 94];
extern const std::uint16_t kJisX0212[94 * 94];

// Compatibility folding (fold.cc): two stages, blocks of 64, up to U+2FFFF.
inline constexpr char32_t kFoldLimit = 0x30000;
extern const std::uint16_t kFoldIndex[kFoldLimit / 64];
extern const std::size_t kFoldBlocksSize;
extern const std::uint32_t kFoldBlocks[];
extern const std::size_t kFoldSequencesSize;
extern const std::uint32_t kFoldSequences[];

// An entry of kFoldBlocks: kind in the upper 8 bits, payload in the lower 24. 0: stays as it is.
enum FoldKind : std::uint32_t {
  kSame = 0,
  kSingle = 1,      // payload: the code point
  kSequence = 2,    // payload: index into kFoldSequences << 5 | length
  kDrop = 3,        // default-ignorable: variation selectors, soft hyphen, zero-width ...
  kHard = 4,        // may combine with its neighbours: ICU decides
  kVoiced = 5,      // (half-width) voiced sound mark
  kSemiVoiced = 6,  // (half-width) semi-voiced sound mark
  kEnclosed = 7,    // enclosed digit: a separator, else ①090 became 1090
};

}  // namespace hitokoe::text::tables
