// Deadlines as an iCalendar feed (RFC 5545), for the calendars that people look at anyway.
#pragma once

#include <span>
#include <string>

#include "hitokoe/base/language.h"
#include "hitokoe/incident/incident.h"

namespace hitokoe::incident {

// One VEVENT for each clock with a due date. A deadline that is a day is an all-day event on that
// day in Japan; one that is an hour (72 h) an event at that instant. UID: the same for the same
// duty, whatever its due date. SEQUENCE: the incident's revision, so that it grows with every
// change. What is done or set aside is cancelled. An alarm a day before. `party`: only clocks of
// this party; empty: all that the views have.
std::string calendar_of(std::span<const IncidentView> incidents, const std::string& party,
                        UtcTime now, Language language);

}  // namespace hitokoe::incident
