// Which incidents keep which captures (CaptureStore::keep_for_incident), by what they are made of.
//
// A capture is kept before it comes to an incident, so that a crash never leaves an incident
// without its evidence; what was kept for an incident that did not get it, or has it no more, is
// let go after that. A crash between the two leaves a capture readable with a key too many: the
// next move of an incident that has the capture, or the destruction of that incident's key, puts
// that right.
#pragma once

#include <set>
#include <string>

#include "hitokoe/crawler/capture.h"
#include "hitokoe/incident/incident_store.h"

namespace hitokoe::incident {

// Each of `ids` is kept for nobody but incidents of which an exposure has it. Does nothing where
// that holds. Cost: a directory for each id, and each incident that keeps one read once.
Result<void> let_go_of_strays(crawler::CaptureStore& captures, IncidentStore& incidents,
                              const std::set<std::string>& ids);

}  // namespace hitokoe::incident
