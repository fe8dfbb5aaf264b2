// Accounts of sources in the database, sealed with keys of the key store.
#pragma once

#include <memory>

#include "hitokoe/base/random.h"
#include "hitokoe/crawler/source_accounts.h"
#include "hitokoe/identity/key_store.h"
#include "hitokoe/storage/sql.h"

namespace hitokoe::storage {

std::unique_ptr<crawler::SourceAccounts> make_source_accounts(std::shared_ptr<Database> db,
                                                              identity::KeyStore& keys,
                                                              Random& random);

// As SourceAccounts::list(): how they are doing needs no key.
Result<std::vector<crawler::SourceAccount>> list_source_accounts(Database& db);

}  // namespace hitokoe::storage
