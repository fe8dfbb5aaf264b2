// A folder of one test's own: a new one for every object, in every process; removed at its end with
// all that is in it.
//
// HITOKOE_KEEP_SCRATCH, set to anything, keeps the folders of tests that failed, and says where
// they are. Without it a run leaves nothing behind, however it went.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "hitokoe/base/bytes.h"

namespace hitokoe {

class ScratchFolder {
 public:
  // Under the system's folder for temporary files ($TMPDIR); for nobody else to read.
  ScratchFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "hitokoe-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
      std::perror(name.c_str());
      std::abort();
    }
    path_ = name;
  }
  ~ScratchFolder() {
    if (::getpid() != maker_) return;  // a child of the test ends: the folder is not its own
    if (std::getenv("HITOKOE_KEEP_SCRATCH") != nullptr && failed()) {
      std::fprintf(stderr, "[ kept     ] %s\n", path_.c_str());
      return;
    }
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  // Writes a file and gives its path. Without the fsync of write_file_durably: tests damage files
  // thousands of times.
  std::filesystem::path put(const std::string& name, ByteView content) const {
    std::ofstream(path_ / name, std::ios::binary | std::ios::trunc) << as_text(content);
    return path_ / name;
  }
  // How many entries it has; what is in folders of it does not count.
  std::size_t files() const {
    std::size_t n = 0;
    for ([[maybe_unused]] const auto& e : std::filesystem::directory_iterator(path_)) ++n;
    return n;
  }

 private:
  // The test that runs; between tests (a folder of a whole suite) any.
  static bool failed() {
    const auto* all = ::testing::UnitTest::GetInstance();
    const auto* one = all->current_test_info();
    return one != nullptr ? one->result()->Failed() : all->Failed();
  }

  std::filesystem::path path_;
  pid_t maker_ = ::getpid();
};

}  // namespace hitokoe
