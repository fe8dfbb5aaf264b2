// The crawler (巡回): fetches lists when they are due, their items once each, politely, and hands
// every item to the work queue as a durable capture.
//
// Crash-safe at every step: capture put → id pushed → item marked as fetched; each step is
// idempotent and an item stays queued until the last, so that after a kill it is done again.
//
// Runs on one io_context thread. Everything given by reference outlives the crawler, and the
// crawler outlives the tasks in `group`.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "hitokoe/base/async.h"
#include "hitokoe/base/log.h"
#include "hitokoe/base/metrics.h"
#include "hitokoe/base/random.h"
#include "hitokoe/base/time.h"
#include "hitokoe/crawler/capture.h"
#include "hitokoe/crawler/frontier.h"
#include "hitokoe/crawler/host_politeness.h"
#include "hitokoe/crawler/link_seal.h"
#include "hitokoe/crawler/reach.h"
#include "hitokoe/crawler/retention.h"
#include "hitokoe/crawler/source.h"
#include "hitokoe/crawler/source_accounts.h"
#include "hitokoe/crawler/source_control.h"
#include "hitokoe/crawler/work_queue.h"
#include "hitokoe/net/fetcher.h"
#include "hitokoe/net/tor_control.h"

namespace hitokoe::crawler {

struct CrawlerOptions {
  std::size_t concurrency = 64;                       // hosts at the same time, 1 …
  Duration backoff_least = std::chrono::seconds(30);  // before the first retry …
  Duration backoff_most = std::chrono::hours(6);      // … doubled up to this, ±25 %
  Duration retry_after_most = std::chrono::hours(6);  // a Retry-After is believed up to this
  Duration delay_most = std::chrono::minutes(5);      // a host's grown delay
  Duration robots_lifetime = std::chrono::hours(24);  // RFC 9309 section 2.4
  Duration pause_after_storage_error = std::chrono::seconds(30);
};

struct CrawlerPorts {
  net::Fetcher& fetcher;
  Frontier& frontier;
  WorkQueue& queue;
  CaptureStore& captures;
  const Clock& clock;
  Sleeper& sleeper;
  Random& random;
  MetricsRegistry& metrics;
  ReachLog* reach = nullptr;               // null: no history of overlay sources is kept
  net::CircuitRenewer* renewer = nullptr;  // null: `tor_control` of a source is not used
  // Null: nothing is ever paused. A pause or its end is noticed within a minute; what is being
  // fetched is finished.
  SourceControl* control = nullptr;
  IntakeGate* gate =
      nullptr;               // null: always open. Closed: nothing new is begun; asked every minute
  LinkSeal* seal = nullptr;  // null: links that hold a key stand in the frontier as they are
  // Null: this process alone uses the frontier. Else a host is asked only while its turn is ours,
  // and what other processes queue is noticed within a second.
  HostPoliteness* politeness = nullptr;
  // Null: sources with a login are blind. What a person changes is noticed within a minute.
  SourceAccounts* accounts = nullptr;
};

// Something that a person should look at. `what` is a stable name (reasons.h says it in words):
// "blind?" (a list that listed things before answers 200 and lists nothing), "blind_login", …,
// "list_cut", "list_too_long", why a list could not be fetched ("timeout", "status_500", …), or of
// items: "item_type" (several in a row came as another media type than `item: type` says), and why
// one kept us out ("blind_shape", …).
struct CrawlWarning {
  std::string source;
  std::string what;
};

struct SourceRound {
  std::string source;
  std::uint64_t requests = 0;  // answered or not, redirects and robots.txt not counted
  std::uint64_t listed = 0;    // items seen in lists, known ones too
  std::uint64_t added = 0;     // of them, queued for the first time
  std::uint64_t captures = 0;  // items captured
  std::uint64_t cut = 0;       // of them, cut
  std::uint64_t bytes = 0;     // kept
  std::uint64_t missed = 0;    // gone, refused, or given up
  std::uint64_t retried = 0;   // put back for later
};

struct CrawlReport {
  std::vector<SourceRound> sources;  // in the order of the configuration
  std::vector<CrawlWarning> warnings;
};

struct OnceOptions {
  bool lists_now = true;  // every list, whenever it is due
  // A host that asks for more patience than this (429, 503, Retry-After) is left for the next time.
  Duration patience = std::chrono::seconds(30);
};

class Crawler {
 public:
  Crawler(std::vector<Source> sources, CrawlerOptions options, CrawlerPorts ports,
          const Logger& log, TaskGroup& group);
  ~Crawler();
  Crawler(const Crawler&) = delete;
  Crawler& operator=(const Crawler&) = delete;

  // Queues every list and begins; goes on until group.stop(). Errors: of the ports.
  Result<void> start();

  // Fetches everything that is due and comes back when nothing is due any more; retries that are
  // due later stay in the frontier. Instead of start(), one at a time. Errors: of the storage
  // ports, kCancelled. A failing source is no error: see `warnings`.
  Task<Result<CrawlReport>> run_once(OnceOptions options = {});

  // What happened since the construction.
  CrawlReport report() const;

 private:
  class Engine;
  std::unique_ptr<Engine> engine_;
};

}  // namespace hitokoe::crawler
