// A statement of PostgreSQL. Included by postgres_connection.cc and postgres_statement.cc only.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "storage/sql/postgres_connection.h"

namespace hitokoe::storage::sql {

// `sql` is in PostgreSQL's words already. In pieces it reads through a cursor, so that other
// statements can run in between and memory stays bounded. Throws PostgresError.
std::unique_ptr<Prepared> make_postgres_statement(PostgresConnection& connection, std::string sql,
                                                  std::span<const Kind> columns, Reading reading);

}  // namespace hitokoe::storage::sql
