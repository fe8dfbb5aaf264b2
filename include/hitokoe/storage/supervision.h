// What supervision keeps besides the registry file: instructions, statements about handovers,
// worker access logs.
#pragma once

#include <filesystem>
#include <memory>

#include "hitokoe/base/random.h"
#include "hitokoe/identity/key_store.h"
#include "hitokoe/registry/access_logs.h"
#include "hitokoe/registry/instructions.h"
#include "hitokoe/registry/statements.h"
#include "hitokoe/storage/sql.h"

namespace hitokoe::storage {

std::unique_ptr<registry::InstructionStore> make_instruction_store(std::shared_ptr<Database> db);
std::unique_ptr<registry::StatementStore> make_statement_store(std::shared_ptr<Database> db);

// Logs are files in data/access-logs/, sealed in blocks of 64 KiB under a key of the delegation
// (docs/storage.md has the format); the table and the audit event stand in the database. A file
// without its row, of a process that was killed, is replaced by the next attempt or ignored.
// `keys` and `random` outlive the store.
std::unique_ptr<registry::AccessLogStore> make_access_log_store(std::shared_ptr<Database> db,
                                                                const std::filesystem::path& data,
                                                                identity::KeyStore& keys,
                                                                Random& random);

}  // namespace hitokoe::storage
