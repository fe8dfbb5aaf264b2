// Takes captures from the queue, matches them, opens or joins incidents, and raises alerts. A
// capture is acknowledged only when what it led to is durable: a process that is killed at any
// moment finds it in the queue again, and doing it twice changes nothing.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "hitokoe/base/async.h"
#include "hitokoe/base/log.h"
#include "hitokoe/base/metrics.h"
#include "hitokoe/crawler/capture.h"
#include "hitokoe/crawler/work_queue.h"
#include "hitokoe/incident/incident_service.h"
#include "hitokoe/registry/registry_store.h"
#include "hitokoe/service/config.h"
#include "service/capture_matcher.h"
#include "service/index_watch.h"
#include "service/term_watch.h"

namespace hitokoe::service {

struct MatchCounts {
  std::uint64_t captures = 0;  // done
  std::uint64_t matched = 0;   // of them, with a resolved row
  std::uint64_t opened = 0;    // incidents
  std::uint64_t joined = 0;
  std::uint64_t set_aside = 0;
  std::uint64_t failed = 0;  // put back for another try
};

class MatchLoop {
 public:
  struct Parts {
    crawler::WorkQueue& queue;
    crawler::CaptureStore& captures;
    IndexWatch& index;
    registry::RegistryStore& registry;
    identity::KeyStore& keys;
    incident::IncidentService& incidents;
    const Clock& clock;
    Sleeper& sleeper;
    CpuPool& pool;
    MetricsRegistry& metrics;
    Logger log;
    std::string worker;                      // names this process in the queue, as no other ever
    TermWatch* terms = nullptr;              // null: no terms are looked for
    incident::AlertStore* alerts = nullptr;  // where they raise alerts
    KnownLeakWatch* older = nullptr;         // null: no older leaks are compared with
    ShareWatch* shares = nullptr;            // null: file sharing is not looked for
  };
  // Whoever runs it holds the role "matcher" (role_lock.h): the first round takes over what the
  // queue's other workers hold, since they are dead.
  MatchLoop(Parts parts, MatchLoopOptions options, matcher::Options matching);

  // Until the surrounding TaskGroup stops. An item that is being matched then is finished first.
  Task<Result<void>> run();
  // Signs of life for what run() has in hand: a capture that takes longer than `visibility` is no
  // other's. What failed is not in hand: it is tried again after `visibility`.
  Task<Result<void>> keep_claims();
  // Until the queue has nothing that may be claimed now. Errors: of the queue.
  Task<Result<MatchCounts>> drain();

  // When a claim last succeeded, whatever it gave; the queue answers.
  SteadyTime last_claim() const { return last_claim_; }

 private:
  Result<void> take_over();
  // @return how many items were claimed.
  Task<Result<std::size_t>> round();
  Task<Result<void>> one(const crawler::WorkItem& item, const MatchBasis& basis);
  Result<MatchBasis> open_basis();
  Result<void> put_aside(const crawler::WorkItem& item, const std::string& reason);

  Parts p_;
  MatchLoopOptions options_;
  CaptureMatcher matcher_;
  MatchCounts counts_;
  SteadyTime last_claim_{};
  std::set<std::uint64_t> in_hand_;  // tickets of this round that are not over
  bool took_over_ = false;
  std::uint64_t suspects_ = 0;  // taken over, not claimed since: one of them may have killed us
  Counter& done_;
  Counter& set_aside_;
  Counter& failed_;
  Gauge& depth_;
  Histogram& seconds_;
};

}  // namespace hitokoe::service
