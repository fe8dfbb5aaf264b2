// Commands of duties: reports, exports, the calendar, and what is told outward.
#pragma once

#include "apps/hitokoe/environment.h"

namespace hitokoe::app {

void add_report_commands(CLI::App& app, Environment& env);
void add_export_commands(CLI::App& app, Environment& env);
void add_webhook_commands(CLI::App& app, Environment& env);
void add_calendar_command(CLI::App& group, Environment& env);  // of `incident`

}  // namespace hitokoe::app
