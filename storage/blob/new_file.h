// A file that appears whole and durable, or not at all, and never replaces another.
#pragma once

#include <filesystem>

#include "hitokoe/base/bytes.h"

namespace hitokoe::storage {

// Names of files that are being written begin so; a killed process may leave one.
constexpr std::string_view kUnfinished = ".part-";

// True: written. False: a file of that name is there already, and is durable now too. kIo.
Result<bool> write_new_file(const std::filesystem::path& path, ByteView content);

// For a file that another process may have written a moment ago. kIo.
Result<void> make_durable(const std::filesystem::path& path);

}  // namespace hitokoe::storage
