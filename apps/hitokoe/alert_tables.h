// Alerts and hunts on a terminal.
#pragma once

#include <iosfwd>

#include "hitokoe/base/language.h"
#include "hitokoe/incident/alerts.h"
#include "hitokoe/incident/hunts.h"

namespace hitokoe::app {

void print_alert(std::ostream& out, const incident::Alert& alert, Language l);
void print_hunt(std::ostream& out, const incident::Hunt& hunt, Language l);
std::string_view shown(matcher::Severity severity, Language l);

}  // namespace hitokoe::app
