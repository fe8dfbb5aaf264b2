// Terms, alerts and hunts in the database, and in memory for simulations and tests.
#pragma once

#include <memory>

#include "hitokoe/incident/alerts.h"
#include "hitokoe/incident/hunts.h"
#include "hitokoe/storage/sql.h"

namespace hitokoe::storage {

std::unique_ptr<incident::TermStore> make_term_store(std::shared_ptr<Database> db);
std::unique_ptr<incident::AlertStore> make_alert_store(std::shared_ptr<Database> db);
std::unique_ptr<incident::HuntStore> make_hunt_store(std::shared_ptr<Database> db);

// Events go to `log`, which outlives the store.
std::unique_ptr<incident::TermStore> make_memory_term_store(incident::AuditLog& log);
std::unique_ptr<incident::AlertStore> make_memory_alert_store(incident::AuditLog& log);
std::unique_ptr<incident::HuntStore> make_memory_hunt_store(incident::AuditLog& log);

}  // namespace hitokoe::storage
