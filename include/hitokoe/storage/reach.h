// When sources could be reached: in the database, and in memory for simulations and tests.
#pragma once

#include <memory>

#include "hitokoe/crawler/reach.h"
#include "hitokoe/storage/sql.h"

namespace hitokoe::storage {

std::unique_ptr<crawler::ReachLog> make_reach_log(std::shared_ptr<Database> db);
std::unique_ptr<crawler::ReachLog> make_memory_reach_log();

}  // namespace hitokoe::storage
