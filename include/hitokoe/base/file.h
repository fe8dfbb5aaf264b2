// Files whose content survives a power cut, or is not there at all.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "hitokoe/base/bytes.h"
#include "hitokoe/base/language.h"

namespace hitokoe {

// The whole file. kNotFound, kIo; kLimit when it is larger than `limit` bytes.
Result<Bytes> read_file(const std::filesystem::path& path, std::uint64_t limit = 1ULL << 32);

// Replaces `path` in one step: temporary file beside it, fsync, rename, fsync of the folder.
// Mode 0600 unless told otherwise. kIo names the step that failed.
Result<void> write_file_durably(const std::filesystem::path& path, ByteView content,
                                unsigned mode = 0600);

// mkdir -p with mode 0700 for what is made, fsynced.
Result<void> make_private_dir(const std::filesystem::path& path);

// "customers.csv": the last part only, for error texts.
std::string shown(const std::filesystem::path& path);

// "write failed: No space left on device" for error texts; the kernel's words are the same in both
// languages. Steps: create, open, read, write, sync, rename, seek, "set mode", "open folder",
// "sync folder", "lock", "make folder".
Words step_failed(std::string_view step, int error);

}  // namespace hitokoe
