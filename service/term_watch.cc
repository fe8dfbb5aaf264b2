#include "service/term_watch.h"

namespace hitokoe::service {

Result<std::shared_ptr<const matcher::TermSet>> TermWatch::current() {
  const std::lock_guard lock(mutex_);
  TRY(const auto version, terms_.version());
  if (version == 0) return std::shared_ptr<const matcher::TermSet>();
  TRY(const auto registry_version, registry_.version());
  if (set_ && version == terms_version_ && registry_version == registry_version_) return set_;
  TRY(const auto file, terms_.load());
  TRY(const auto registry, registry_.load());
  TRY(set_, matcher::TermSet::compile(matcher::terms_in_force(file, registry)));
  terms_version_ = version;
  registry_version_ = registry_version;
  return set_;
}

}  // namespace hitokoe::service
