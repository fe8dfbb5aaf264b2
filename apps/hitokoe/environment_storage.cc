#include "apps/hitokoe/environment.h"
#include "hitokoe/base/file.h"

namespace hitokoe::app {

Result<std::shared_ptr<storage::Database>> Environment::open_database() {
  TRYV(make_private_dir(data));
  return storage::Database::open_in(data);
}

Result<registry::Registry> Environment::load_registry() {
  TRY(auto db, open_database());
  return storage::make_registry_store(std::move(db), clock)->load();
}

}  // namespace hitokoe::app
