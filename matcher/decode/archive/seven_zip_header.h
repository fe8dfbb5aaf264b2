// The header of a 7z archive (7-Zip's DOC/7zFormat.txt): what is in it, and what unpacking asks
// for. Read before anything is unpacked, so that neither its lists nor its dictionaries can take
// more memory than is allowed; and the way to what is encrypted, which libarchive cannot open.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "matcher/decode/archive/spool.h"

namespace hitokoe::matcher {

struct SevenZipCoder {
  std::uint64_t id = 0;
  std::uint64_t inputs = 1, outputs = 1;
  Bytes properties;
};

constexpr std::uint64_t kSevenZipCopy = 0x00, kSevenZipLzma2 = 0x21, kSevenZipLzma = 0x030101,
                        kSevenZipDeflate = 0x040108, kSevenZipDeflate64 = 0x040109,
                        kSevenZipBzip2 = 0x040202, kSevenZipPpmd = 0x030401,
                        kSevenZipAes = 0x06F10701;

struct SevenZipFolder {  // a chain of coders over some packed streams
  std::vector<SevenZipCoder> coders;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> bonds;  // input ← output
  std::vector<std::uint64_t> packed;                           // inputs that come from the file
  std::vector<std::uint64_t> sizes;                            // of each output
  std::optional<std::uint32_t> crc;
  std::uint64_t packed_at = 0,
                packed_bytes = 0;  // its first packed stream; from SevenZipStreams::packed_at
  std::uint64_t files = 1;         // that it unpacks to
  bool encrypted() const;
  std::uint64_t memory() const;  // what its largest window takes
  std::uint64_t size() const;    // of its last output; 0: makes no sense
};

struct SevenZipStreams {
  std::uint64_t packed_at = 0;  // from the end of the 32 bytes at the start
  std::vector<std::uint64_t> packed_sizes;
  std::vector<SevenZipFolder> folders;
  std::vector<std::uint64_t> file_sizes;  // of what the folders unpack to, in order
  std::vector<std::optional<std::uint32_t>> file_crcs;
};

struct SevenZipFile {
  std::string name;  // UTF-8
  bool has_content = true, folder = false;
};

struct SevenZipHeader {
  SevenZipStreams streams;
  std::vector<SevenZipFile> files;
};

enum class SevenZipState { kOk, kDamaged, kCut, kTooManyFiles };

// The streams of the header itself, where it is packed (`packed`), else the bytes of it.
struct SevenZipStart {
  SevenZipState state = SevenZipState::kDamaged;
  bool packed = false;
  SevenZipStreams streams;
  Bytes header;
  std::uint64_t missing = 0;  // kCut: bytes
};
SevenZipStart open_seven_zip(const Spool& bytes, std::uint64_t at);

// `header`: not packed. At most `most_files`.
SevenZipState parse_seven_zip(ByteView header, std::uint64_t most_files, SevenZipHeader& out);

}  // namespace hitokoe::matcher
