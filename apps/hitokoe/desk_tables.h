// The desk on a terminal.
#pragma once

#include <iosfwd>
#include <vector>

#include "hitokoe/base/language.h"
#include "hitokoe/incident/desk_service.h"

namespace hitokoe::app {

void print_answer(std::ostream& out, const incident::DeskAnswer& answer, Language l);
void print_notes(std::ostream& out, const std::vector<incident::ReadNote>& notes, Language l);
void print_checks(std::ostream& out, const std::vector<incident::DeskCheck>& checks, Language l);
void print_tasks(std::ostream& out, const std::vector<incident::DeskTask>& tasks, UtcTime now,
                 Language l);
void print_statistics(std::ostream& out, const incident::DeskStatistics& numbers, Language l);

}  // namespace hitokoe::app
