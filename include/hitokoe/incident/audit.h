// The audit log: append-only, each event carries the hash of the one before (SHA-256), with
// checkpoints signed by the service (Ed25519). Events are the truth of an incident: its state is
// folded from them. Bodies hold ids and counts, never customer text.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/base/crypto/digest.h"
#include "hitokoe/base/crypto/sealed.h"
#include "hitokoe/base/time.h"

namespace hitokoe::incident {

struct Event {
  std::uint64_t seq = 0;  // 1, 2, 3 … without gaps over all streams
  UtcTime at{};
  std::string actor;   // user id, "local:<login>" or "service"
  std::string stream;  // "incident/INC-…", "campaign/CMP-…", "account/…", "keys", "registry"
  std::string kind;    // "incident.opened", "campaign.frozen", …
  std::string body;    // canonical JSON object
  crypto::Digest previous{};
  crypto::Digest hash{};  // SHA-256(previous || seq || at || actor || stream || kind || body)
};

crypto::Digest event_hash(const Event& e);

struct Draft {
  std::string actor, stream, kind, body;
};

struct AuditFinding {
  std::uint64_t seq = 0;  // the first broken event
  std::string what;
};

// Port. Implementation: storage/sql. Rows that belong to an event are written with it: see
// IncidentStore and CampaignStore, which append through the same transaction.
class AuditLog {
 public:
  virtual ~AuditLog() = default;
  virtual Result<Event> append(const Draft& draft, UtcTime at) = 0;
  virtual Result<std::vector<Event>> read(const std::string& stream) = 0;
  // All events in order; the first Error of `each` ends it.
  virtual Result<void> for_each(const std::function<Result<void>(const Event&)>& each) = 0;
  virtual Result<void> checkpoint(const crypto::SignKeyPair& service, UtcTime at) = 0;
  // Nothing, or the first event that does not hold (altered, missing, reordered, cut at the end
  // before the last checkpoint, checkpoint with a wrong signature).
  virtual Result<std::optional<AuditFinding>> verify(const crypto::SignPublicKey& service) = 0;
};

}  // namespace hitokoe::incident
