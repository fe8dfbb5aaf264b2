// The accounts of the service in the database.
#pragma once

#include <memory>

#include "hitokoe/service/account.h"
#include "hitokoe/storage/sql.h"

namespace hitokoe::storage {

std::unique_ptr<service::AccountStore> make_account_store(std::shared_ptr<Database> db);

}  // namespace hitokoe::storage
