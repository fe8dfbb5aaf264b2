// The repositories' statements are written for SQLite; PostgreSQL says some things otherwise.
//
// What differs, and is put right here: placeholders (typed, since the server otherwise guesses from
// what stands beside them), the names of types and of one function, identifiers that are reserved
// words there, byte literals, orders of joins, options of tables, and triggers that refuse.
// Cost: one pass over the text, once for each statement and connection.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/sql/value.h"

namespace hitokoe::storage::sql {

// `:name` becomes `$n`, cast to the kind of the value that stands at its place; a NULL is left to
// the server to type. Throws std::invalid_argument where values and placeholders are not as many.
std::string postgres_statement(std::string_view sql, std::span<const Value> like);

// A step of a migration; several statements where PostgreSQL needs them.
std::vector<std::string> postgres_schema(std::string_view sql);

}  // namespace hitokoe::storage::sql
