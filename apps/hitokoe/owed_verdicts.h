// Verdicts that incidents owe since a move (hitokoe/incident/due_verdicts.h), on the command line.
#pragma once

#include <string>
#include <vector>

#include "apps/hitokoe/incident_desk.h"
#include "hitokoe/incident/due_verdicts.h"

namespace hitokoe::app {

// After what `incidents` owe was written. Where the daemon makes verdicts, it is waited for, up to
// ten minutes or until Ctrl-C; else they are made here. Says on stderr what was not made and why,
// of each incident; the move stands, whatever comes of it. @return false: one failed, and needs a
// person. Errors: of the configuration and the database.
Result<bool> see_to_verdicts(Environment& env, IncidentDesk& desk, incident::DueVerdicts& due,
                             const std::vector<std::string>& incidents);

}  // namespace hitokoe::app
