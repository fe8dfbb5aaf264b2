// Which container a document is, by its first bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "hitokoe/base/bytes.h"
#include "matcher/decode/archive/decompressor.h"

namespace hitokoe::matcher {

struct ArchiveKind {
  enum class How {
    kCompressed,  // one document: `method`
    kStreamed,    // libarchive, as the bytes come: tar, cpio, ar
    kOneFile,     // the same, one document: compress (.Z), lz4
    kWhole,       // all of it must be there: spooled_archive.h
    kSplit,       // a later part of an archive in parts: nothing can be read of it alone
  };
  How how = How::kWhole;
  Method method = Method::kStored;
};

// `head`: the first 64 KiB or the whole. `name` decides only where bytes cannot: the later parts of
// split archives.
std::optional<ArchiveKind> archive_kind(ByteView head, std::string_view name);

enum class Whole { kNone, kZip, kSevenZip, kRar, kCab, kLha, kIso };
struct FoundWhole {
  Whole format = Whole::kNone;
  std::uint64_t at = 0;  // what stands before it: garbage, or a program that unpacks it
};
// The first archive that starts in `bytes`, also behind something else.
FoundWhole find_whole(ByteView bytes);

}  // namespace hitokoe::matcher
