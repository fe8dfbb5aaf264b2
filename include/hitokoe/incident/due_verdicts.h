// Verdicts that are owed: after a move (moves.h) the exposures of an incident are judged together
// again. That takes long for a large incident, so it is no part of the move: that it is owed is
// written in the move's own transaction, and whoever has the role "matcher" takes it up, after a
// crash once more. A verdict that was owed and made is the event "incident.attributed" and nothing
// here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/base/error.h"
#include "hitokoe/base/result.h"
#include "hitokoe/base/time.h"
#include "hitokoe/registry/viewer.h"

namespace hitokoe::incident {

enum class DueState {
  kWaiting,  // nobody is at it; after a failure that may pass, it is tried again
  kJudging,  // it is being made, or whoever made it has died and the next one takes it up
  kFailed,   // what is kept of the incident is damaged: only a change or a person helps
};
std::string_view to_string(DueState state);                 // "waiting", "judging", "failed"
Result<DueState> due_state_by_name(std::string_view name);  // kCorrupt

struct DueVerdict {
  std::string incident;
  std::uint64_t event = 0;  // the newest move: a verdict from before it does not settle this
  UtcTime asked{};
  std::string by;  // who moved, or asked; the verdict is on record as this one's
  DueState state = DueState::kWaiting;
  std::uint32_t tries = 0;
  std::optional<UtcTime> tried;  // when the last try began
  std::string why;               // of the last failure, a stable word (Errc); empty: none
  friend bool operator==(const DueVerdict&, const DueVerdict&) = default;
};
// {"state","asked","by","tries","tried","why"}; the incident is known where it is shown.
std::string to_json(const DueVerdict& due);
// The JSON object of an incident (to_json of incident.h), with "judging" beside its keys: that, or
// null where no verdict is owed.
std::string with_judging(std::string_view incident, const std::optional<DueVerdict>& judging);

// Port; implementation: storage/sql. That a verdict is owed after a move is written by
// MoveStore::commit.
class DueVerdicts {
 public:
  virtual ~DueVerdicts() = default;
  // All, in the order in which they were asked for. For who makes them, never for a viewer.
  virtual Result<std::vector<DueVerdict>> list() = 0;
  // Of one incident; nothing: none is owed, or the incident is not the viewer's. A party is told
  // the state and since when, and nothing of who and why.
  virtual Result<std::optional<DueVerdict>> of(const registry::Viewer& viewer,
                                               const std::string& incident) = 0;
  // A try begins: kJudging, one more try. @return false: it is owed no longer, or since another
  // move.
  virtual Result<bool> begin(const DueVerdict& due, UtcTime at) = 0;
  // It was made, or there is nothing to judge. What another move asked for since stays owed.
  virtual Result<void> settle(const DueVerdict& due) = 0;
  // `lasting`: kFailed, else kWaiting.
  virtual Result<void> fail_with(const DueVerdict& due, Errc why, bool lasting) = 0;
  // A person wants it made (again): owed from now on, whatever was tried before. `revision`: of the
  // incident as the person saw it.
  virtual Result<void> ask(const std::string& incident, std::uint64_t revision,
                           const std::string& by, UtcTime at) = 0;
};

}  // namespace hitokoe::incident
