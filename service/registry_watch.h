// The registry that is in force, with what the sides of handovers stated. Read anew when either has
// changed; whoever works with the old one keeps it.
#pragma once

#include <memory>
#include <mutex>

#include "hitokoe/registry/registry_store.h"
#include "hitokoe/registry/statements.h"

namespace hitokoe::service {

// Thread-safe.
class RegistryWatch {
 public:
  RegistryWatch(registry::RegistryStore& registry, registry::StatementStore& statements)
      : store_(registry), statements_(statements) {}

  // Costs two small queries; with a change, reading the file. Errors: of the stores.
  Result<std::shared_ptr<const registry::Registry>> current();

 private:
  registry::RegistryStore& store_;
  registry::StatementStore& statements_;
  std::mutex mutex_;
  std::uint64_t version_ = 0, statement_ = 0;
  std::shared_ptr<const registry::Registry> registry_;
};

}  // namespace hitokoe::service
