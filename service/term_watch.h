// The watch terms that are in force. Compiled anew when terms or registry have changed; whoever
// works with the old ones keeps them until the work is done.
#pragma once

#include <memory>
#include <mutex>

#include "hitokoe/incident/alerts.h"
#include "hitokoe/registry/registry_store.h"

namespace hitokoe::service {

// Thread-safe.
class TermWatch {
 public:
  TermWatch(incident::TermStore& terms, registry::RegistryStore& registry)
      : terms_(terms), registry_(registry) {}

  // Null before the first terms. Costs two small queries; with a change, reading and compiling all.
  // Errors: of the stores; kLimit: terms that no longer fit are never taken for none.
  Result<std::shared_ptr<const matcher::TermSet>> current();

 private:
  incident::TermStore& terms_;
  registry::RegistryStore& registry_;
  std::mutex mutex_;
  std::uint64_t terms_version_ = 0, registry_version_ = 0;
  std::shared_ptr<const matcher::TermSet> set_;
};

}  // namespace hitokoe::service
