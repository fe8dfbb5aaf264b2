// Sorts the records of a fingerprint file by u_ref with bounded memory.
//
// Records are gathered in one block of memory; when it is full they are sorted and written as a run
// into a file that has no name (it is gone whatever happens to the process), sealed under a key
// that exists only in this object. At the end the runs are merged.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>

#include "hitokoe/base/random.h"
#include "hitokoe/identity/hkf.h"

namespace hitokoe::identity {

class RecordSort {
 public:
  // `folder` takes the file of runs; `memory` in bytes, at least 1 MiB.
  RecordSort(std::filesystem::path folder, std::size_t memory, Random& random);
  RecordSort(RecordSort&&) noexcept;
  RecordSort& operator=(RecordSort&&) noexcept;
  ~RecordSort();

  Result<void> add(const HkfRecord& record);  // kIo: no room in `folder`
  std::uint64_t size() const;
  // Gives every record by u_ref, then order; once.
  Result<void> drain(const std::function<Result<void>(const HkfRecord&)>& each);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hitokoe::identity
