// Whether what is remembered of a database is still of the server that it was read from.
#pragma once

#include <cstdint>

#include "hitokoe/storage/sql.h"

namespace hitokoe::storage::sql {

// How often the connection was made: another number than before means that the server may be
// another now, which lost what the last one wrote last. Inside of a transaction only.
std::uint64_t times_connected(Database& db);

}  // namespace hitokoe::storage::sql
