#include "service/registry_watch.h"

namespace hitokoe::service {

Result<std::shared_ptr<const registry::Registry>> RegistryWatch::current() {
  const std::lock_guard lock(mutex_);
  TRY(const auto version, store_.version());
  TRY(const auto statement, statements_.last_event());
  if (registry_ && version == version_ && statement == statement_) return registry_;
  TRY(const auto file, store_.load());
  TRY(const auto statements, statements_.latest());
  registry_ =
      std::make_shared<const registry::Registry>(registry::with_statements(file, statements));
  version_ = version;
  statement_ = statement;
  return registry_;
}

}  // namespace hitokoe::service
