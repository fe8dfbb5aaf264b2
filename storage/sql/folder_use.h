// Who has a data folder's database open: everyone shares it, but whoever moves it has it alone.
// The kernel lets go of it when a process ends, however it ends.
#pragma once

#include <filesystem>

#include "hitokoe/base/descriptor.h"
#include "hitokoe/base/result.h"

namespace hitokoe::storage::sql {

class FolderUse {
 public:
  // `<data>/database.lock`, made where it is missing; does not wait. kConflict: it is being moved.
  static Result<FolderUse> share(const std::filesystem::path& data);
  // kConflict: somebody has it open.
  static Result<FolderUse> alone(const std::filesystem::path& data);
  FolderUse() = default;  // of none

 private:
  explicit FolderUse(Descriptor file) : file_(std::move(file)) {}
  static Result<FolderUse> lock(const std::filesystem::path& data, bool shared);
  Descriptor file_;
};

}  // namespace hitokoe::storage::sql
