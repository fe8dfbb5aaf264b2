// A record of a fingerprint file as bytes (docs/hkf.md): the same in the file and in the runs of
// the sort.
//
//   0  16  u_ref
//  16   1  bit 0: the row had the carrier's customer number; other bits 0
//  17   4  order
//  21   2  k, number of keys
//  23   2  c, number of check tags
//  25  17k field u8, u 16 bytes
//      5c  field u8, tag u32
#pragma once

#include "hitokoe/identity/hkf.h"

namespace hitokoe::identity {

inline constexpr std::size_t kRecordHead = 25;
inline constexpr std::size_t kMostKeys = 2048;    // of one record
inline constexpr std::size_t kMostChecks = 2048;  // of one record
inline constexpr std::size_t kMostRecord = kRecordHead + 17 * kMostKeys + 5 * kMostChecks;

// kLimit: more keys or tags than a record may have.
Result<void> encode_record(const HkfRecord& record, Bytes& out);

// Reads one record at `at` and moves it on; `record` is overwritten, its memory kept. kCorrupt.
Result<void> decode_record(ByteView data, std::size_t& at, HkfRecord& record);

// The size of the record that begins `data`, from its head alone. kCorrupt.
Result<std::size_t> encoded_size(ByteView data);

}  // namespace hitokoe::identity
