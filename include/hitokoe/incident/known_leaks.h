// What the service knows of older leaks, for the matcher (hitokoe/matcher/known_leaks.h).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "hitokoe/identity/key_store.h"
#include "hitokoe/incident/incident_store.h"
#include "hitokoe/matcher/known_leaks.h"

namespace hitokoe::incident {

inline constexpr std::uint64_t kMostKnownSubjects = 5'000'000;  // of all; newest incidents first

struct UnreadLeak {
  std::string incident;
  Error why;  // kCorrupt: what is kept of it is damaged; kNotFound: a part of it is missing
};

struct OlderLeaks {
  std::shared_ptr<const matcher::KnownLeaks> leaks;  // null: not read yet
  std::vector<UnreadLeak> unread;                    // newest first; in `leaks` without customers
};

// The subjects of every incident that was not dismissed and whose key still stands, newest first.
// Closed ones may be sources of rows; of those that go on only news is told. An incident whose
// stored data are damaged is left out whole and named in `unread`; the others go on. Cost: opens
// all sealed subjects, about a million a second; some 60 bytes of memory each. Errors: of the store
// and the keys as a whole (kIo, kUnavailable, …), never of one incident.
Result<OlderLeaks> known_leaks(IncidentStore& store, identity::KeyStore& keys);

}  // namespace hitokoe::incident
