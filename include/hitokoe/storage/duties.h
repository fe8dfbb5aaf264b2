// What is kept of duties to authorities: reports, and what people were told of deadlines.
#pragma once

#include <memory>

#include "hitokoe/incident/reports.h"
#include "hitokoe/storage/sql.h"

namespace hitokoe::storage {

std::unique_ptr<incident::ReportStore> make_report_store(std::shared_ptr<Database> db);

}  // namespace hitokoe::storage
