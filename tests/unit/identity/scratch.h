// A folder of its own for one test, removed behind it.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "hitokoe/base/bytes.h"

namespace hitokoe::identity {

class Scratch {
 public:
  Scratch() {
    std::string name = (std::filesystem::temp_directory_path() / "hitokoe-test-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  // Without the fsync of write_file_durably: tests damage files thousands of times.
  std::filesystem::path put(const std::string& name, ByteView content) const {
    std::ofstream(path_ / name, std::ios::binary | std::ios::trunc) << as_text(content);
    return path_ / name;
  }
  // How many entries it has.
  std::size_t files() const {
    std::size_t n = 0;
    for ([[maybe_unused]] const auto& e : std::filesystem::directory_iterator(path_)) ++n;
    return n;
  }

 private:
  std::filesystem::path path_;
};

}  // namespace hitokoe::identity
