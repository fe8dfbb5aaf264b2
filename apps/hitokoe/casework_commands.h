// What people work off beside the clocks of an incident: `incident tasks|task|takedown|link|unlink`
// and, of the evidence, `incident evidence|view`.
#pragma once

#include "apps/hitokoe/environment.h"

namespace hitokoe::app {

void add_casework_commands(CLI::App& incident, Environment& env);
// commands_moves.cc: merge, unmerge, split, moves.
void add_move_commands(CLI::App& incident, Environment& env);
void add_evidence_commands(CLI::App& incident, Environment& env);

}  // namespace hitokoe::app
