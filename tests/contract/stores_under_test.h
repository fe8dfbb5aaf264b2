// The implementations that a contract suite runs over. Each case gets one of its own, which may be
// closed and opened again where it is kept on disk.
#pragma once

#include <memory>
#include <string>

#include "hitokoe/storage/memory.h"
#include "hitokoe/storage/sql.h"
#include "tests/scratch_folder.h"

namespace hitokoe::storage {

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
  ScratchFolder folder_;
  std::unique_ptr<Port> port_;
};

}  // namespace hitokoe::storage
