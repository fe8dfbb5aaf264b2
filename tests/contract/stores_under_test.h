// The implementations that a contract suite runs over. Each case gets one of its own, which may be
// closed and opened again where it is kept on disk.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "hitokoe/storage/memory.h"
#include "hitokoe/storage/sql.h"

namespace hitokoe::storage {

class TestFolder {
 public:
  TestFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "hitokoe-test-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~TestFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

enum class Kept { kInMemory, kInSql };

inline std::string name_of(Kept kept) { return kept == Kept::kInMemory ? "Memory" : "Sql"; }

// A port of either kind. `reopen` is a restart for what is on disk, nothing for what is not.
template <class Port>
class UnderTest {
 public:
  using MakeMemory = std::unique_ptr<Port> (*)();
  using MakeSql = std::unique_ptr<Port> (*)(std::shared_ptr<Database>);

  UnderTest(Kept kept, MakeMemory memory, MakeSql sql) : kept_(kept), sql_(sql) {
    if (kept_ == Kept::kInMemory) {
      port_ = memory();
    } else {
      reopen();
    }
  }

  void reopen() {
    if (kept_ == Kept::kInMemory) return;
    port_.reset();
    port_ = sql_(Database::open(folder_.path() / "t.db").value());
  }

  Port* operator->() { return port_.get(); }
  Port& operator*() { return *port_; }

 private:
  Kept kept_;
  MakeSql sql_;
  TestFolder folder_;
  std::unique_ptr<Port> port_;
};

}  // namespace hitokoe::storage
