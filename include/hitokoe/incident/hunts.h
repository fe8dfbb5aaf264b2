// A retro-hunt: terms or fingerprints that are new are looked for in the captures that are kept.
// User's view: docs/hunt.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/base/time.h"
#include "hitokoe/incident/audit.h"

namespace hitokoe::incident {

enum class HuntState { kRunning, kPaused, kDone };
std::string_view to_string(HuntState state);  // "running", "paused", "done"

enum class HuntCause { kPerson, kTerms, kIndex };
std::string_view to_string(HuntCause cause);  // "person", "terms", "index"

struct Hunt {
  std::string id;  // "HNT-1", …
  HuntState state = HuntState::kRunning;
  HuntCause cause = HuntCause::kPerson;
  bool terms = true;
  bool fingerprints = true;
  std::optional<JstDay> since;  // captures that were fetched on this day or later
  std::string by;
  UtcTime started{};
  std::optional<UtcTime> ended;
  std::optional<UtcTime> notified;
  Duration worked{};  // over captures that are done with
  std::uint64_t total = 0;
  std::uint64_t done = 0;                // looked through
  std::uint64_t unreadable = 0;          // see HuntStore::failures
  std::uint64_t gone = 0;                // their keys were destroyed
  std::uint64_t alerts = 0;              // new ones
  std::uint64_t opened = 0, joined = 0;  // incidents

  std::uint64_t settled() const { return done + unreadable + gone; }
  // At the pace so far. Nothing before the first capture, and after the last.
  std::optional<Duration> remaining() const;

  friend bool operator==(const Hunt&, const Hunt&) = default;
};

struct HuntPlan {
  HuntCause cause = HuntCause::kPerson;
  bool terms = true;
  bool fingerprints = true;
  std::optional<JstDay> since;
};

// What became of one capture.
struct HuntStep {
  enum class Kind { kDone, kUnreadable, kGone };
  Kind kind = Kind::kDone;
  std::string reason;  // a stable word ("corrupt"), where it is unreadable
  std::uint64_t alerts = 0;
  bool opened = false, joined = false;
  Duration worked{};
};

struct HuntFailure {
  std::string capture;
  std::string reason;
};

// What the newest hunts were made for: the version of the terms, the content of the index
// (matcher::Index::content, which a merge does not change).
struct HuntBasis {
  std::uint64_t terms = 0;
  std::uint64_t index = 0;

  friend bool operator==(const HuntBasis&, const HuntBasis&) = default;
};

// Port. Implementations: storage/sql, storage/memory. Progress is durable capture by capture: what
// a killed process was at is handed out again, everything else never.
class HuntStore {
 public:
  virtual ~HuntStore() = default;
  // Writes the captures, in this order, as what is to be looked through, with the event
  // "hunt.started"; `basis`: what is covered from now on, in the same transaction.
  virtual Result<Hunt> start(const HuntPlan& plan, const std::vector<std::string>& captures,
                             const std::optional<HuntBasis>& basis, std::string_view actor,
                             UtcTime at) = 0;
  virtual Result<std::vector<Hunt>> list() = 0;          // oldest first
  virtual Result<Hunt> load(const std::string& id) = 0;  // kNotFound
  virtual Result<std::optional<Hunt>> current() = 0;     // the oldest that is running
  // Captures that are not settled, in order. Nothing of a hunt that does not run.
  virtual Result<std::vector<std::string>> next(const std::string& id, std::size_t limit) = 0;
  // Counts, durably, that somebody is about to look through it. @return how often, this time too: a
  // capture that kills its reader shall not do so for ever. kNotFound.
  virtual Result<std::uint32_t> attempt(const std::string& id, const std::string& capture) = 0;
  // Once for each capture: again changes nothing. With the last one the hunt is done, with the
  // event "hunt.done".
  virtual Result<Hunt> settle(const std::string& id, const std::string& capture,
                              const HuntStep& step, UtcTime at) = 0;
  // Pauses a running one, resumes a paused one; the same again changes nothing. kConflict: done.
  virtual Result<Hunt> pause(const std::string& id, std::string_view actor, UtcTime at) = 0;
  virtual Result<Hunt> resume(const std::string& id, std::string_view actor, UtcTime at) = 0;
  virtual Result<std::vector<HuntFailure>> failures(const std::string& id, std::size_t limit) = 0;
  virtual Result<std::vector<Hunt>> untold() = 0;  // done, nobody was told by mail
  virtual Result<void> told(const std::string& id, UtcTime at) = 0;
  virtual Result<std::optional<HuntBasis>> basis() = 0;  // nothing: never set
  virtual Result<void> set_basis(const HuntBasis& basis) = 0;
};

// What the stores do with a hunt, and the events that go with it.
Draft hunt_started(const Hunt& hunt);
Draft hunt_changed(const Hunt& hunt, std::string_view actor);  // "hunt.paused", "hunt.resumed"
Draft hunt_done(const Hunt& hunt);
void count_step(Hunt& hunt, const HuntStep& step);
Error no_such_hunt();

// {"id":…,"state":…,…}, keys in docs/hunt.md.
std::string to_json(const Hunt& hunt);

}  // namespace hitokoe::incident
