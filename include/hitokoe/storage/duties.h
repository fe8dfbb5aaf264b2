// What is kept of duties to authorities: reports, and what people were told of deadlines.
#pragma once

#include <memory>

#include "hitokoe/incident/escalation.h"
#include "hitokoe/incident/outbox.h"
#include "hitokoe/incident/reports.h"
#include "hitokoe/storage/sql.h"

namespace hitokoe::storage {

std::unique_ptr<incident::ReportStore> make_report_store(std::shared_ptr<Database> db);
std::unique_ptr<incident::EscalationStore> make_escalation_store(std::shared_ptr<Database> db);
std::unique_ptr<incident::Outbox> make_outbox(std::shared_ptr<Database> db);

}  // namespace hitokoe::storage
