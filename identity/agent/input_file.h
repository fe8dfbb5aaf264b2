// A file that is read in pieces, and what its text is encoded in.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "hitokoe/base/bytes.h"
#include "hitokoe/text/charset.h"

namespace hitokoe::identity {

class InputFile {
 public:
  static Result<InputFile> open(const std::filesystem::path& path);  // kNotFound, kIo, kBadInput
  InputFile(InputFile&& other) noexcept;
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  InputFile& operator=(InputFile&&) = delete;
  ~InputFile();

  std::uint64_t size() const { return size_; }
  const std::string& name() const { return name_; }
  // Up to `out.size()` bytes at `at`; 0 at the end.
  Result<std::size_t> read(std::uint64_t at, std::span<std::uint8_t> out) const;

  // Looks at 64 KiB from the first byte that is not ASCII on: a file may begin with long stretches
  // of digits. UTF-8 with a few broken characters is UTF-8: its bad rows are refused one by one.
  // kBadInput: binary.
  Result<text::Charset> detect_charset() const;

 private:
  InputFile() = default;
  std::string name_;
  int fd_ = -1;
  std::uint64_t size_ = 0;
};

}  // namespace hitokoe::identity
