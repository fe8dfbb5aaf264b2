// Two incidents that were one leak are merged, a merge is undone, and an exposure that joined
// wrongly is taken out into an incident of its own (docs/incident.md, "Merging and splitting").
//
// A move is one transaction: an event of each of the two incidents with everything that the
// incident is made of after it, the sealed subjects and contributions that go along, the tasks and
// takedown requests, what campaigns may no longer send, and the verdicts owed (due_verdicts.h).
// Whatever is undone is on record.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hitokoe/incident/casework.h"
#include "hitokoe/incident/incident_store.h"

namespace hitokoe::incident {

// What an incident is made of beside its name, its state and its steps.
struct Contents {
  std::vector<ExposureRecord> exposures;
  std::map<std::string, UtcTime> first_seen;  // of each exposure: it became known then
  std::vector<PeopleCount> counts;
  std::vector<Knowledge> knowledge;
  std::vector<FactRecord> facts;
  std::vector<ClockDone> done;
  std::map<std::string, std::set<identity::FieldId>> items;
  std::set<DelegateEdge> delegates;
  friend bool operator==(const Contents&, const Contents&) = default;
};

// The kinds of events of moves.
//   incident.merged      of the incident that goes on        incident.merged_into  of the other
//   incident.unmerged    of the incident that went on        incident.restored     of the other
//   incident.split_off   of the incident that loses some     incident.split_from   of the new one
bool is_move(std::string_view kind);

struct MoveBody {
  std::string other;   // the other incident
  std::string reason;  // of the person
  // Exposures that came (merged, restored, split_from) or went (unmerged, split_off).
  std::vector<std::string> exposures;
  // Exposures whose sealed subjects, as they were, are kept here no more: they left, or are written
  // anew with this event.
  std::vector<std::string> gone;
  std::map<std::string, std::string> subjects;  // exposure → SHA-256 of the chunks written with it
  std::optional<State> state;                   // restored: the state that it had
  std::optional<Contents> contents;             // merged_into has none: nothing of it changes
};
std::string encode_move(const MoveBody& body);
Result<MoveBody> decode_move(std::string_view body);  // kCorrupt

struct MoveRecord {  // one such event, as it is shown
  std::string kind;  // "merged", "merged_into", "unmerged", "restored", "split_off", "split_from"
  std::string other;
  std::vector<std::string> exposures;
  std::string reason, by;  // only for who sees all parties
  UtcTime at{};
  std::uint64_t event = 0;
  friend bool operator==(const MoveRecord&, const MoveRecord&) = default;
};
std::string to_json(const std::string& incident, const std::vector<MoveRecord>& moves);

// A customer as campaigns know it: under the carrier's own key.
using CampaignSubjectKey = std::pair<std::string, identity::Fingerprint>;

struct IncidentMove {
  struct Side {
    std::string incident;
    std::uint64_t revision = 0;  // that was decided on; 0: it is new
    std::vector<Draft> events;
    std::vector<SubjectChunk> subjects;                        // written with the last event
    std::vector<std::pair<std::string, Bytes>> contributions;  // exposure, sealed
    std::vector<std::string> gone;                             // exposures that leave
    // Exposures that stay, and of which `subjects` and `contributions` are all there is from now
    // on.
    std::vector<std::string> anew;
    std::vector<CampaignSubjectKey> leaving;    // customers that no exposure here has any more
    std::vector<CampaignSubjectKey> returning;  // of those that had left: they are here again
  };
  std::vector<Side> sides;           // two
  std::optional<std::uint64_t> all;  // IncidentStore::revision, where a number is given
  std::vector<Draft> casework;       // of any stream "casework/INC-…"
};

// Port; implementation: storage/sql.
class MoveStore {
 public:
  virtual ~MoveStore() = default;
  // All or nothing. Campaigns of a side with `gone`: where nothing was sent they begin anew with
  // "resolve"; where something was, whoever waits and is `leaving` is excluded from it.
  // kConflict: a campaign of one of the two is being sent. kUnavailable: somebody else was faster;
  // read again.
  virtual Result<void> commit(const IncidentMove& move, UtcTime at) = 0;
  // Oldest first. A party sees those whose other incident it may know of. kNotFound as
  // IncidentStore::load.
  virtual Result<std::vector<MoveRecord>> list(const Viewer& viewer,
                                               const std::string& incident) = 0;
  // Customers that left the incident by moves, as its campaigns keep them: seldom any.
  virtual Result<std::vector<CampaignSubjectKey>> left(const std::string& incident) = 0;
};

}  // namespace hitokoe::incident
