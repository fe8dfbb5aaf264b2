// Incidents as a person reads them on a terminal, and as a list in JSON.
#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "hitokoe/base/language.h"
#include "hitokoe/incident/due_verdicts.h"
#include "hitokoe/incident/escalation.h"
#include "hitokoe/incident/incident.h"

namespace hitokoe::app {

void print_incidents(std::ostream& out, const std::vector<incident::IncidentView>& views,
                     Language language);
void print_incident(std::ostream& out, const incident::IncidentView& view, Language language);
// One line: that the verdict over all exposures is being made again, or why it was not.
void print_judging(std::ostream& out, const incident::DueVerdict& judging, Language language);
void print_escalations(std::ostream& out, const std::vector<incident::Escalation>& raised,
                       const std::vector<incident::ComingStep>& coming, Language language);
// to_json(view) with "escalations":[…] and "coming":[…] beside its keys.
std::string incident_with_escalations(const incident::IncidentView& view,
                                      const std::vector<incident::Escalation>& raised,
                                      const std::vector<incident::ComingStep>& coming);

// {"incidents":[…],"overdue":[{"incident","rule","controller","due","status"}],"warnings":[…]}
std::string incidents_to_json(const std::vector<incident::IncidentView>& views,
                              const std::optional<std::string>& warning);

}  // namespace hitokoe::app
