// What people work off beside the clocks of an incident: tasks of every party concerned, requests
// to take the data down, links to other incidents, who opened the evidence and who may look at it
// (docs/casework.md). Folded from the events of the stream "casework/INC-…".
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/incident/incident.h"

namespace hitokoe::incident {

// The work that a leak asks for (seed of the list: Q&A on contractors, 6-1).
enum class TaskKind : std::uint8_t {
  kRecovery,         // 漏えい情報の回収・削除
  kNotice,           // 本人への連絡
  kSecondaryDamage,  // 二次被害の防止
  kCause,            // 原因の調査
  kPrevention,       // 再発防止
  kReports,          // 報告
  kPublication,      // 公表
};
inline constexpr std::size_t kTaskKinds = 7;
std::string_view to_string(TaskKind kind);
std::string_view shown(TaskKind kind, Language language);
Result<TaskKind> task_kind_by_name(std::string_view name);  // kUsage lists them

enum class TaskState : std::uint8_t { kOpen, kWorking, kDone, kNotNeeded };
std::string_view to_string(TaskState state);
std::string_view shown(TaskState state, Language language);
Result<TaskState> task_state_by_name(std::string_view name);
inline bool is_settled(TaskState s) { return s == TaskState::kDone || s == TaskState::kNotNeeded; }

struct TaskKey {
  std::string party;
  TaskKind kind = TaskKind::kRecovery;
  friend auto operator<=>(const TaskKey&, const TaskKey&) = default;
};

struct TaskRecord {  // the newest word on a task
  TaskState state = TaskState::kOpen;
  std::optional<JstDay> due;
  std::string note, by;
  UtcTime at{};
  friend bool operator==(const TaskRecord&, const TaskRecord&) = default;
};

enum class TakedownState : std::uint8_t { kDrafted, kSent, kAnswered, kRemoved, kRefused };
std::string_view to_string(TakedownState state);
std::string_view shown(TakedownState state, Language language);
Result<TakedownState> takedown_state_by_name(std::string_view name);

struct Takedown {  // of one capture; what is asked for stands in takedown_text()
  std::string capture;
  TakedownState state = TakedownState::kDrafted;
  std::string note, by;
  UtcTime at{};     // of the newest word
  UtcTime begun{};  // of the draft
  friend bool operator==(const Takedown&, const Takedown&) = default;
};

enum class LinkKind : std::uint8_t {
  kRecirculation,  // the older one's records again: only new people and new items are notified
  kRelated,        // to be looked at together
};
std::string_view to_string(LinkKind kind);
std::string_view shown(LinkKind kind, Language language);
Result<LinkKind> link_kind_by_name(std::string_view name);

struct Link {
  std::string other;
  LinkKind kind = LinkKind::kRelated;
  bool older = false;  // the other is the one whose records came again
  std::string reason, by;
  UtcTime at{};
  friend bool operator==(const Link&, const Link&) = default;
};

// Somebody opened evidence, or handed it on; never what was in it.
struct Custody {
  std::string what;  // "viewed", "exported"
  std::vector<std::string> captures;
  std::string purpose, by;
  std::string to;       // exported: the file's SHA-256 (hex)
  std::string request;  // viewed: the approved request
  UtcTime at{};
  friend bool operator==(const Custody&, const Custody&) = default;
};

// Looking at leaked rows takes a purpose and a second person, and ends by itself.
struct ViewRequest {
  std::string id;  // "VR-1", … within the incident
  std::string capture;
  std::string purpose, by;
  UtcTime at{};
  std::string approved_by;  // empty: not yet
  std::optional<UtcTime> until;
  bool refused = false;
  friend bool operator==(const ViewRequest&, const ViewRequest&) = default;
};

// As much of it as a viewer may see.
struct Casework {
  std::string incident;
  std::uint64_t revision = 0;           // seq of its newest event; 0: none yet
  std::map<TaskKey, TaskRecord> tasks;  // those that somebody said something of
  std::vector<Takedown> takedowns;      // in order of their drafts
  std::vector<Link> links;
  std::vector<Custody> custody;
  std::vector<ViewRequest> views;
  friend bool operator==(const Casework&, const Casework&) = default;
};

std::string casework_stream(std::string_view incident);  // "casework/INC-…"

// Events of one stream, oldest first; none: nothing was done. kCorrupt names the event.
Result<Casework> fold_casework(std::string_view incident, std::span<const Event> events);

// A party sees its own tasks; operators and the desk nothing; coordinators and auditors all.
Casework visible_to(Casework all, const Viewer& viewer);

// Port; implementation: storage/sql.
class CaseworkStore {
 public:
  virtual ~CaseworkStore() = default;
  // kNotFound: no such incident, or none of the viewer's business; the two look the same.
  virtual Result<Casework> load(const Viewer& viewer, const std::string& incident) = 0;
  // Events of the streams of one or two incidents, all or none. `revision`: of the first one's
  // casework that was decided on. kConflict: somebody else was faster; read again.
  virtual Result<void> commit(const std::string& incident, std::uint64_t revision,
                              const std::vector<Draft>& events, UtcTime at) = 0;
};

// ---- what is shown --------------------------------------------------------------------------

struct TaskView {
  TaskKey key;
  TaskRecord record;
  bool overdue = false;               // its due day has passed and it is not settled
  std::optional<Duration> told_late;  // of a delegate's reports: how late it told its delegator
};

struct CaseworkView {
  std::string incident;
  std::vector<TaskView> tasks;  // of every party concerned, carriers first
  Casework work;
  // Older incidents whose records came again, which nobody linked or declined so far.
  std::vector<std::string> proposed;
};
std::string to_json(const CaseworkView& view);  // keys: docs/openapi.yaml

}  // namespace hitokoe::incident
