// Sends an approved campaign: exactly one notice per person, whatever crashes.
//
// Each person goes pending → sending → committing → accepted | refused | unknown_held. `sending` is
// durable before the attempt, `committing` before the end of the body is handed over, the outcome
// before the next mail of that connection (in one transaction with that one's `sending`). So a
// crash leaves at most one `committing` row for each connection; the next run holds them (nobody
// can know), and takes every `sending` row back, for its body was never finished. A row that
// another run owns is never touched: two runs at once cannot send one mail twice
// (incident/campaign/README.md).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "hitokoe/base/async.h"
#include "hitokoe/base/log.h"
#include "hitokoe/incident/campaign_service.h"
#include "hitokoe/net/mail_relay.h"

namespace hitokoe::incident {

struct DeliveryOptions {
  std::size_t connections = 4;                       // mails on their way at once; 1 to 64
  double per_second = 0;                             // throttle over all connections; 0: none
  std::uint32_t attempts = 5;                        // of one person in one run; 1 to 100
  Duration first_backoff = std::chrono::seconds(2);  // doubles with each attempt
  Duration most_backoff = std::chrono::minutes(2);
  // So many mails in a row that the relay did not take, refused or not reached: it refuses us, not
  // them. The run ends and the rest stay pending.
  std::uint32_t give_up_after = 20;
  // No mail begins between these full hours in Japan (21 and 8: from 21:00 to 08:00); equal:
  // always.
  std::uint32_t quiet_from = 0, quiet_to = 0;  // 0 to 23
  std::string bounce_domain;                   // VERP: bounce+PERSON@domain; empty: no VERP
};
Result<void> check_delivery_options(const DeliveryOptions& options);  // kUsage
// How long the quiet hours last from `now` on; zero: it is none.
Duration quiet_for(const DeliveryOptions& options, UtcTime now);

struct DeliveryReport {
  enum class End {
    kDone,         // nobody is pending
    kLeftPending,  // some were put off by the relay more often than `attempts`
    kPaused,       // by `campaign pause`
    kStopped,      // stop()
    kGaveUp,       // the relay takes nothing
  };
  End end = End::kDone;
  std::uint64_t accepted = 0, refused = 0, held = 0, put_off = 0;  // in this run
  std::uint64_t recovered_pending = 0, recovered_held = 0;         // of runs that crashed
  std::string last_reply;  // why the relay took nothing; without addresses
};
std::string_view to_string(DeliveryReport::End end);

class CampaignDelivery {
 public:
  struct Parts {
    CampaignStore& store;
    net::MailRelay& relay;
    const Clock& clock;
    Sleeper& sleeper;
    // Where the store and the composing block: a thread for each connection, so that the steps of
    // all of them go to the disk together. Without a pool (simulations) they block the caller's
    // thread, and a run is deterministic.
    CpuPool* pool = nullptr;
    Logger log;
  };

  // Checks that the campaign is `sending` or `approved`, that every concerned party approved the
  // version in force, and that texts, desk, persons, names and addresses in the store are those of
  // the approved root. kConflict: not approved. kCorrupt: something was changed since.
  static Result<std::unique_ptr<CampaignDelivery>> prepare(CampaignService::Parts service,
                                                           const std::string& lead_name,
                                                           const Viewer& viewer,
                                                           const std::string& campaign, Parts parts,
                                                           DeliveryOptions options);
  ~CampaignDelivery();

  // Once. Starts with what an earlier run left. An Error is of the store: what was on its way is
  // then as after a crash.
  Task<Result<DeliveryReport>> run();
  // Mails that are on their way are finished, no other begins. From any thread; safe in a signal
  // handler of Asio.
  void stop();
  struct Progress {
    std::uint64_t done = 0, total = 0;
  };
  Progress progress() const;  // from any thread

 private:
  struct State;
  explicit CampaignDelivery(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace hitokoe::incident
