// Shares in the database, sealed with the keys of days.
#pragma once

#include <memory>

#include "hitokoe/base/random.h"
#include "hitokoe/crawler/share_store.h"
#include "hitokoe/identity/key_store.h"
#include "hitokoe/storage/sql.h"

namespace hitokoe::storage {

std::unique_ptr<crawler::ShareStore> make_share_store(std::shared_ptr<Database> db,
                                                      identity::KeyStore& keys, Random& random);

}  // namespace hitokoe::storage
