// What the service knows of older leaks, for the matcher (hitokoe/matcher/known_leaks.h).
#pragma once

#include <memory>

#include "hitokoe/identity/key_store.h"
#include "hitokoe/incident/incident_store.h"
#include "hitokoe/matcher/known_leaks.h"

namespace hitokoe::incident {

inline constexpr std::uint64_t kMostKnownSubjects = 5'000'000;  // of all; newest incidents first

// The subjects of every incident that was not dismissed and whose key still stands, newest first.
// Closed ones may be sources of rows; of those that go on only news is told. Cost: opens all sealed
// subjects, about a million a second; some 60 bytes of memory each. kCorrupt.
Result<std::shared_ptr<const matcher::KnownLeaks>> known_leaks(IncidentStore& store,
                                                               identity::KeyStore& keys);

}  // namespace hitokoe::incident
