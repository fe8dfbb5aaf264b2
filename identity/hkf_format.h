// What the writer and the reader of fingerprint files share (docs/hkf.md).
#pragma once

#include <string>
#include <string_view>

#include "hitokoe/identity/hkf.h"

namespace hitokoe::identity {

// PNG's trick: a transfer that treats the file as text breaks the first bytes.
inline constexpr std::string_view kHkfMagic = "\x89HKF\r\n\x1A\n";
inline constexpr std::uint16_t kHkfVersion = 1;
inline constexpr std::size_t kHkfFixed = 48;  // magic, version, reserved, header length, signer
inline constexpr std::size_t kHkfSignature = 64;
inline constexpr std::size_t kMostHkfHeader = 16U << 10;
inline constexpr std::size_t kHkfBlock = 64U << 10;  // plain bytes after which a block is closed
inline constexpr std::size_t kMostHkfBlock = 192U << 10;  // sealed
inline constexpr std::size_t kMostHkfName = 128;          // ids of parties, delegations, snapshots

// Fixed part and header as they are signed; the length depends only on names and columns, so that
// it can be written again once the counts are known.
Bytes encode_hkf_header(const HkfHeader& header, ByteView sealed_file_key);

struct ParsedHkfHeader {
  HkfHeader header;
  Bytes sealed_file_key;
};
Result<ParsedHkfHeader> parse_hkf_header(ByteView fields);

// What the signature is over: a name of the format, then the header.
Bytes hkf_signed_part(ByteView header);

// Authenticated with block `index`; `last` closes the body.
Bytes hkf_block_context(std::uint64_t index, bool last);

}  // namespace hitokoe::identity
