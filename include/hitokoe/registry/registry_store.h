// Where the registry is kept. Port; implementation: storage/sql.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "hitokoe/registry/model.h"

namespace hitokoe::registry {

class RegistryStore {
 public:
  virtual ~RegistryStore() = default;
  // Replaces the whole registry in one transaction; the older text stays as a version.
  virtual Result<void> apply(std::string_view yaml, std::string_view file_name) = 0;
  // The registry in force; an empty one before the first apply.
  virtual Result<Registry> load() = 0;
  virtual Result<std::uint64_t> version() = 0;  // 0 before the first apply
};

}  // namespace hitokoe::registry
