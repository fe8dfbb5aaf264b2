// A file that a command writes for a person.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "hitokoe/base/bytes.h"
#include "hitokoe/base/descriptor.h"
#include "hitokoe/base/result.h"

namespace hitokoe::app {

// Of one's own (mode 0600), there whole or not at all; it replaces none.
class NewFile {
 public:
  static Result<NewFile> create(const std::filesystem::path& path);  // kBadInput: is there; kIo
  NewFile(NewFile&& other) noexcept;
  NewFile& operator=(NewFile&&) = delete;
  ~NewFile();

  Result<void> write(ByteView bytes);
  Result<void> finish();

 private:
  explicit NewFile(const std::filesystem::path& path)
      : path_(path), unfinished_(path.string() + ".part") {}
  Error failed(std::string_view step) const;

  std::filesystem::path path_;
  std::string unfinished_;
  Descriptor fd_;
};

}  // namespace hitokoe::app
