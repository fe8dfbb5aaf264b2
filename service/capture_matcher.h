// What is done with one capture, as it comes in and in a hunt: fingerprints may open or join an
// incident, whose captures are then judged together; terms may raise alerts. Doing it twice changes
// nothing.
#pragma once

#include <array>
#include <memory>
#include <string>

#include "hitokoe/base/log.h"
#include "hitokoe/base/metrics.h"
#include "hitokoe/crawler/capture.h"
#include "hitokoe/incident/alerts.h"
#include "hitokoe/incident/incident_service.h"
#include "hitokoe/matcher/matcher.h"
#include "service/known_leak_watch.h"
#include "service/linked_captures.h"
#include "service/share_watch.h"

namespace hitokoe::service {

// What captures are matched with. One for many captures; any thread.
struct MatchBasis {
  std::shared_ptr<const matcher::Index> index;         // null: no fingerprints
  std::shared_ptr<const registry::Registry> registry;  // never null
  std::shared_ptr<const matcher::TermSet> terms = {};  // null: none
};

struct CaptureMatch {
  std::string incident;
  incident::Outcome outcome = incident::Outcome::kBelowRule;
  bool matched = false;      // a row was resolved
  std::uint64_t alerts = 0;  // new ones
};

// Thread-safe as far as its parts are.
class CaptureMatcher {
 public:
  struct Parts {
    crawler::CaptureStore& captures;
    identity::KeyStore& keys;
    incident::IncidentService& incidents;
    incident::AlertStore* alerts = nullptr;  // needed where there are terms
    const Clock& clock;
    MetricsRegistry& metrics;
    Logger log;
    KnownLeakWatch* older = nullptr;  // null: captures are compared with no older leaks
    ShareWatch* shares = nullptr;     // null: file sharing is not looked for
  };
  CaptureMatcher(Parts parts, matcher::Options matching);

  // Where pages that link a capture announce the password that it is under, it is opened with that,
  // whichever came first: a page that announces one has what it links matched again.
  // On return everything is durable. `hunt`: its id; empty for what comes in. Errors: of the
  // capture (kForbidden: its key was destroyed) and of the stores.
  Result<CaptureMatch> match(const std::string& capture, const MatchBasis& basis,
                             const std::string& hunt = {});
  // Writes what terms were found. @return how many alerts are new.
  Result<std::uint64_t> raise(const matcher::TermSet& terms,
                              const std::vector<matcher::DocumentHits>& documents,
                              const std::string& capture, const std::string& source,
                              const std::string& hunt = {});

 private:
  struct Alone {
    CaptureMatch match;
    bool announces = false;  // a password
  };
  Result<Alone> match_alone(const crawler::CaptureMeta& meta, ByteView body,
                            const MatchBasis& basis, const std::string& hunt);
  // All that is known of its incident, judged together with what this capture brought.
  Result<void> judge(const std::string& incident, const matcher::ScanReport& report,
                     const MatchBasis& basis, const matcher::Options& options);
  Result<void> match_linked(const crawler::CaptureMeta& page, ByteView body,
                            const MatchBasis& basis, const std::string& hunt, CaptureMatch& sum);

  Parts p_;
  matcher::Options matching_;
  LinkedCaptures linked_;
  std::array<Counter*, 4> alerts_{};  // by kind of term
  Counter& muted_;
  Counter& judged_;
  std::array<Counter*, 4> again_{};  // by kind of recirculation
};

}  // namespace hitokoe::service
