// Held by the one process that has a role on a data folder. The kernel lets go of it when the
// process ends, however it ends: whoever holds it knows that all who had the role before are dead.
#pragma once

#include <filesystem>
#include <string>
#include <utility>

#include "hitokoe/base/descriptor.h"
#include "hitokoe/base/result.h"

namespace hitokoe::service {

class RoleLock {
 public:
  // `<data>/<role>.lock`, made where it is missing; does not wait. kConflict: another process has
  // the role, and which one; kIo.
  static Result<RoleLock> take(const std::filesystem::path& data, const std::string& role);

 private:
  explicit RoleLock(Descriptor file) : file_(std::move(file)) {}
  Descriptor file_;
};

}  // namespace hitokoe::service
