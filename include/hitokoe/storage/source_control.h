// Paused sources and notices about sources: in the database, and in memory for simulations and
// tests.
#pragma once

#include <memory>

#include "hitokoe/crawler/source_control.h"
#include "hitokoe/storage/sql.h"

namespace hitokoe::storage {

std::unique_ptr<crawler::SourceControl> make_source_control(std::shared_ptr<Database> db);
std::unique_ptr<crawler::SourceControl> make_memory_source_control();
std::unique_ptr<crawler::SourceNotices> make_source_notices(std::shared_ptr<Database> db);
std::unique_ptr<crawler::SourceNotices> make_memory_source_notices();

}  // namespace hitokoe::storage
