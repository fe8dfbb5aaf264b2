// What the inquiry desk does. For users: docs/desk.md.
//
//   TRY(auto claim, Claim::parse(body));
//   CO_TRY(const auto answer, co_await answer_in_time(desk, viewer, incident, claim, {}, timing));
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/base/async.h"
#include "hitokoe/base/random.h"
#include "hitokoe/identity/key_store.h"
#include "hitokoe/incident/desk.h"
#include "hitokoe/incident/incident_store.h"
#include "hitokoe/matcher/matcher.h"

namespace hitokoe::incident {

namespace desk {
class AffectedSets;
}

struct ReadNote {
  DeskNote note;  // without the sealed bytes
  std::string text;
};
std::string to_json(const ReadNote& note);

// Thread-safe. A coordinator and the desk may use it; an auditor sees lists and numbers, no note.
// Others get kForbidden, or find nothing.
class DeskService {
 public:
  struct Parts {
    IncidentStore& incidents;
    DeskStore& store;
    identity::KeyStore& keys;
    // The index in force. kNotFound: nothing was added yet.
    std::function<Result<std::shared_ptr<const matcher::Index>>()> index;
    const Clock& clock;
    Random& random;
  };
  DeskService(Parts parts, DeskOptions options);
  ~DeskService();
  DeskService(const DeskService&) = delete;
  DeskService& operator=(const DeskService&) = delete;

  const DeskOptions& options() const { return options_; }

  // Who is it, and is he in the incident? Takes as long as it takes: answer_in_time() is for
  // people. `call`: an earlier check of the same call, or empty. kBadInput: the claim answers no
  // set of questions. kNotFound: no such incident, or no such check of this operator. kForbidden:
  // the incident's keys were destroyed. kLimit: too many checks within a minute; not recorded. The
  // first check of an incident reads its subjects (about 1 s a million, 16 bytes each are kept).
  Result<DeskAnswer> check(const Viewer& viewer, const std::string& incident, const Claim& claim,
                           const std::string& call);

  // kBadInput: empty, over 4096 bytes, not UTF-8, or over 600 minutes. kNotFound. kForbidden.
  Result<void> note(const Viewer& viewer, const std::string& check, std::string_view text,
                    std::uint32_t minutes);
  // Oldest first. kForbidden: an auditor, or the desk's key was destroyed.
  Result<std::vector<ReadNote>> notes(const Viewer& viewer, const std::string& check);

  // kBadInput: not in the future, or more than a year ahead.
  Result<DeskTask> follow_up(const Viewer& viewer, const std::string& check, UtcTime call_by);
  Result<void> follow_up_done(const Viewer& viewer,
                              const std::string& task);  // kConflict: was done
  Result<std::vector<DeskTask>> follow_ups(const Viewer& viewer, const std::string& incident);

  Result<std::vector<DeskCheck>> checks(const Viewer& viewer, const std::string& incident,
                                        std::size_t limit);
  Result<DeskStatistics> statistics(const Viewer& viewer, const std::string& incident);

  // The way back: only for a coordinator, with a reason (1 to 2,000 bytes).
  Result<void> unlock_customer(const Viewer& viewer, const std::string& check,
                               std::string_view reason);
  Result<void> unlock_operator(const Viewer& viewer, const std::string& user,
                               std::string_view reason);

 private:
  struct Found;
  Result<std::vector<Found>> identified(const Claim& claim);
  Result<DeskCustomer> customer_of(const Incident& in, const Key256& incident_key,
                                   const std::string& controller,
                                   std::span<const identity::Fingerprint> y_refs);

  Parts p_;
  DeskOptions options_;
  std::mutex mutex_;  // one check at a time: limits count those before
  std::unique_ptr<desk::AffectedSets> affected_;
};

struct DeskTiming {
  const Clock& clock;
  Sleeper& sleeper;
  CpuPool& pool;
};

// DeskService::check() on the pool; the answer, and any error after the claim was read, comes after
// options().answer_after, or the next whole multiple of it where the work took longer.
Task<Result<DeskAnswer>> answer_in_time(DeskService& desk, const Viewer& viewer,
                                        const std::string& incident, const Claim& claim,
                                        const std::string& call, DeskTiming timing);

}  // namespace hitokoe::incident
