// One member of a ZIP archive → its bytes: decrypted, unpacked, its checksum verified.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "matcher/decode/archive/zip_directory.h"

namespace hitokoe::matcher {

enum class ZipOutcome {
  kWhole,
  kStopped,        // the sink wanted no more
  kNoHeader,       // nothing stands where the directory says
  kCut,            // the archive ends before it
  kDamaged,        // does not unpack, or not to what its checksum says
  kWrongPassword,  // by the short check in its head: wrong passwords pass with 1/256 or 1/65536
  kEncrypted,      // and no password was given
  kTooMuchMemory,
  kUnknownMethod,
  kUnknownEncryption,
};

// Bytes of the member, and how many compressed ones they took so far. False: no more is wanted.
using ZipSink = std::function<Result<bool>(ByteView out, std::uint64_t in)>;

struct ZipRead {
  ZipOutcome outcome;
  std::uint64_t end;  // where its data end in the spool, as far as known
};

Result<ZipRead> read_zip_member(const Spool& bytes, const ZipMember& member,
                                std::optional<std::string_view> password,
                                std::uint64_t decoder_memory, const ZipSink& sink);

// Only the short check, which costs a key and no unpacking: may this be the password?
bool zip_password_fits(const Spool& bytes, const ZipMember& member, std::string_view password);

// How the method is called, for a warning.
std::string_view zip_method_name(std::uint16_t method);

}  // namespace hitokoe::matcher
