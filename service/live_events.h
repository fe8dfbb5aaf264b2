// What changes, told as it happens: GET /api/v1/events, as server-sent events (HTML standard, 9.2).
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/base/async.h"
#include "hitokoe/base/log.h"
#include "hitokoe/base/metrics.h"
#include "hitokoe/incident/alerts.h"
#include "hitokoe/incident/audit.h"
#include "hitokoe/incident/hunts.h"
#include "hitokoe/incident/incident_service.h"

namespace hitokoe::service {

// That something is new about an incident, an alert or a hunt, and nothing of what: whoever is told
// asks for it, and gets what he may see.
struct Change {
  enum class Kind { kIncident, kAlert, kHunt };
  std::uint64_t number = 0;
  Kind kind = Kind::kIncident;
  std::string id;
  std::vector<std::string> carriers;  // of an alert: who may see it
};
std::string_view to_string(Change::Kind kind);  // "incident", "alert", "hunt"

struct LiveEventsOptions {
  Duration every = std::chrono::seconds(1);       // the store is looked at, while somebody listens
  Duration heartbeat = std::chrono::seconds(15);  // a comment, so that nobody takes it for dead
  std::size_t kept = 1000;                        // changes, for those who come back
  std::size_t listeners = 100;
};

// Changes are found in the store, whichever process made them. Used on one executor; what takes
// time runs on the pool.
class LiveEvents {
 public:
  struct Parts {
    asio::any_io_executor executor;
    incident::AuditLog& audit;
    incident::AlertStore& alerts;
    incident::HuntStore& hunts;
    incident::IncidentService& incidents;
    CpuPool& pool;
    Sleeper& sleeper;
    Random& random;
    MetricsRegistry& metrics;
    Logger log;
  };
  LiveEvents(Parts parts, LiveEventsOptions options);

  // Until the surrounding TaskGroup stops.
  Task<Result<void>> run();

  class Listener;
  // `last`: the Last-Event-ID of one who comes back, or nothing. nullptr: too many listen.
  std::shared_ptr<Listener> listen(registry::Viewer viewer, std::string_view last);
  // What comes next for this listener, as text of the stream: first "ready", then changes that he
  // may know of; a comment after a heartbeat without any. Nothing: cancelled.
  Task<std::optional<std::string>> next(std::shared_ptr<Listener> listener);

 private:
  friend class Listener;
  struct Marks {
    std::uint64_t seq = 0;
    std::string alert;                         // the newest
    std::map<std::string, std::string> hunts;  // how far each is
  };
  struct Found {
    Marks marks;
    std::vector<Change> changes;
  };
  Result<Marks> marks();
  Result<Found> look(Marks from);
  Result<std::vector<Change>> new_alerts(Marks& marks);
  Result<std::vector<Change>> moved_hunts(Marks& marks);
  void keep(std::vector<Change> changes);
  void forget();
  void wake();
  // Those that this viewer may know of; each thing once.
  std::vector<Change> seen_by(const registry::Viewer& viewer, const std::vector<Change>& changes);
  bool sees(const registry::Viewer& viewer, const Change& change);
  std::string text_of(const std::vector<Change>& changes) const;
  std::string ready(std::uint64_t number, bool resumed) const;

  Parts p_;
  LiveEventsOptions options_;
  std::string run_;             // of the numbers: those of another process mean nothing here
  std::optional<Marks> marks_;  // where the store was last seen; nothing while nobody listens
  std::deque<Change> kept_;
  std::uint64_t last_ = 0;            // number of the newest change
  std::uint64_t complete_after_ = 0;  // all changes after this one are kept
  std::set<Listener*> listening_;
  Gauge& listeners_;
};

}  // namespace hitokoe::service
