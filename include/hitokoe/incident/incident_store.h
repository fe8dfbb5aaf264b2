// Where incidents are kept. Port; implementation: storage/sql.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "hitokoe/incident/incident.h"

namespace hitokoe::incident {

// Subjects of one carrier, sealed under the incident's key. Up to kChunkSubjects each.
struct SubjectChunk {
  std::uint64_t seq = 0;  // of the event that it belongs to; set by the store
  std::string controller;
  std::string exposure;
  std::uint32_t number = 0;  // within the event: 0, 1, …
  std::uint32_t count = 0;
  Bytes sealed;
};

struct IncidentChange {
  std::string incident;
  std::uint64_t revision = 0;  // of the incident that was decided on; 0: it is new
  // Set where the decision looked at all incidents (opening, joining): IncidentStore::revision.
  std::optional<std::uint64_t> all;
  Draft event;
  std::vector<SubjectChunk> subjects;
};

class IncidentStore {
 public:
  virtual ~IncidentStore() = default;
  // Seq of the newest event of any incident; 0 before the first.
  virtual Result<std::uint64_t> revision() = 0;
  // Incidents that the viewer may know of, oldest first.
  virtual Result<std::vector<std::string>> ids(const Viewer& viewer) = 0;
  // What the viewer may see, filtered in the queries (docs/incident.md, "Who sees what").
  // kNotFound: no such incident, or none of the viewer's business; the two look the same.
  virtual Result<Incident> load(const Viewer& viewer, const std::string& id) = 0;
  // The event, its subjects and the tables folded from the incident's events, in one transaction.
  // kConflict: somebody else was faster; read again. kCorrupt: the fold refuses the event.
  virtual Result<Event> commit(const IncidentChange& change, UtcTime at) = 0;
  // For campaigns and for joining, never for a viewer. One chunk in memory at a time.
  virtual Result<void> each_chunk(const std::string& incident,
                                  const std::function<Result<void>(const SubjectChunk&)>& each) = 0;
  // Makes all tables anew from the events.
  virtual Result<void> rebuild() = 0;
};

}  // namespace hitokoe::incident
