// Alerts and hunts on a terminal.
#pragma once

#include <iosfwd>
#include <vector>

#include "hitokoe/base/language.h"
#include "hitokoe/incident/alerts.h"
#include "hitokoe/incident/hunts.h"

namespace hitokoe::app {

void print_alert(std::ostream& out, const incident::Alert& alert, Language l);
void print_hunt(std::ostream& out, const incident::Hunt& hunt, Language l);
// {"NAME":[…]}
std::string json_list(std::string_view name, const std::vector<incident::Alert>& alerts);
std::string json_list(std::string_view name, const std::vector<incident::Hunt>& hunts);

std::string_view shown(matcher::Severity severity, Language l);

}  // namespace hitokoe::app
