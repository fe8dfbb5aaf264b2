// What people recorded of two incidents, put together and taken apart again.
#pragma once

#include <set>
#include <span>
#include <string>

#include "hitokoe/incident/moves.h"

namespace hitokoe::incident::moves {

// Open deadlines of each, as they stand: what was done in one is done of both only where the other
// owes nothing of it.
struct Owed {
  std::vector<ClockView> into, from;
};

// Knowledge, facts and duties of `into` and `from` together, for the merged one. The people are
// counted by the caller. `by` and `at`: of the merge.
void combine(Contents& merged, const Incident& into, const Incident& from, const Owed& owed,
             const std::string& by, UtcTime at);

// Carriers and delegates of what is there.
std::set<std::string> parties_of(const Contents& contents);

// What was recorded in `now` and stands neither in `before` nor in `merged` (what the merge
// brought): it came since.
struct Since {
  std::vector<Knowledge> knowledge;
  std::vector<FactRecord> facts;
  std::vector<ClockDone> done;
};
Since since(const Incident& now, const Contents& merged);
// Adds what concerns one of `parties`, or all of the incident.
void add_since(Contents& to, const Since& what, const std::set<std::string>& parties);
// Leaves out what concerns a party that is none of `parties`.
void keep_only(Contents& contents, const std::set<std::string>& parties);

// When each exposure became known, from the events of the incident.
Result<std::map<std::string, UtcTime>> first_seen(std::span<const Event> events);

}  // namespace hitokoe::incident::moves
