// The audit log: append-only, each event carries the hash of the one before (SHA-256), with
// checkpoints signed by the service (Ed25519). Events are the truth of an incident: its state is
// folded from them. Bodies hold ids and counts, never customer text. Format and threat model:
// docs/audit.md.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/base/crypto/digest.h"
#include "hitokoe/base/crypto/sealed.h"
#include "hitokoe/base/language.h"
#include "hitokoe/base/time.h"

namespace hitokoe::incident {

struct Event {
  std::uint64_t seq = 0;  // 1, 2, 3 … without gaps over all streams
  UtcTime at{};
  std::string actor;   // user id, "local:<login>" or "service"
  std::string stream;  // "incident/INC-…", "campaign/CMP-…", "account/…", "keys", "registry"
  std::string kind;    // "incident.opened", "campaign.frozen", …
  std::string body;    // canonical JSON object
  crypto::Digest previous{};  // zeroes before the first
  crypto::Digest hash{};      // event_hash

  friend bool operator==(const Event&, const Event&) = default;
};

// SHA-256 over previous, seq, at, actor, stream, kind, body: integers little-endian in 8 bytes,
// texts behind their length in 4 bytes, so that no two events share an encoding.
crypto::Digest event_hash(const Event& e);

struct Draft {
  std::string actor, stream, kind, body;
};

// Bounds of a draft: actor, stream and kind 1 to 200 bytes, body a JSON object of at most 4 MiB.
// kBadInput names the part.
Result<void> check_draft(const Draft& draft);

// The event that follows `previous` (nothing: the first one) in the chain.
Event chain_event(const Draft& draft, UtcTime at, const std::optional<Event>& previous);

// The service's word that the log reached `hash` at `seq`.
struct Checkpoint {
  std::uint64_t number = 0;  // 1, 2, 3 … without gaps
  std::uint64_t seq = 0;
  crypto::Digest hash{};
  UtcTime at{};
  crypto::Signature signature{};

  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

Checkpoint sign_checkpoint(std::uint64_t number, const Event& last, UtcTime at,
                           const crypto::SignKeyPair& service);
bool checkpoint_holds(const Checkpoint& c, const crypto::SignPublicKey& service);

struct AuditFinding {
  enum class Kind {
    kAltered,            // its content is not what was hashed
    kMissing,            // events are missing before this one, or between two checkpoints
    kReordered,          // it does not follow the one before it
    kCut,                // the log ends before its last checkpoint
    kRewritten,          // chained well, but not what a checkpoint signed
    kForgedCheckpoint,   // a checkpoint was not signed by the service
    kMissingCheckpoint,  // a checkpoint was taken out
    kRows,               // rows that belong to the event are not what it says
  };
  Kind kind = Kind::kAltered;
  std::uint64_t seq = 0;  // the first broken event
  std::string what;       // in English, for logs and JSON

  friend bool operator==(const AuditFinding&, const AuditFinding&) = default;
};
std::string_view to_string(AuditFinding::Kind kind);
std::string_view explain(AuditFinding::Kind kind, Language language);

// Where the log stands. An auditor who writes this down can later prove that nothing up to it was
// cut or rewritten, whoever holds the service's key.
struct AuditHead {
  std::uint64_t events = 0;
  crypto::Digest hash{};
  std::uint64_t checkpoints = 0;
  std::uint64_t checkpoint_seq = 0;  // events after it are chained, but not signed yet
};

// Checks one event after the other; memory does not grow with the log. Not thread-safe.
class AuditVerifier {
 public:
  // `checkpoints` in order of their number.
  AuditVerifier(std::vector<Checkpoint> checkpoints, const crypto::SignPublicKey& service);
  void add(const Event& e);              // in the order of seq
  std::optional<AuditFinding> finish();  // the first broken event
  const AuditHead& head() const { return head_; }

 private:
  void found(AuditFinding::Kind kind, std::uint64_t seq, std::string what);

  std::vector<Checkpoint> checkpoints_;
  crypto::SignPublicKey service_;
  std::size_t next_checkpoint_ = 0;
  AuditHead head_;
  std::optional<AuditFinding> finding_;
};

// Port. Implementations: storage/sql, and in memory for simulations. Rows that belong to an event
// are written with it: see storage/sql/audit_log.h, `append_event`, which appends inside the
// transaction of a repository. Thread-safe; safe across processes.
class AuditLog {
 public:
  virtual ~AuditLog() = default;
  // Durable when it returns. kBadInput: see check_draft.
  virtual Result<Event> append(const Draft& draft, UtcTime at) = 0;
  virtual Result<std::vector<Event>> read(const std::string& stream) = 0;
  // At most `most` events after `seq`, in order.
  virtual Result<std::vector<Event>> after(std::uint64_t seq, std::size_t most) = 0;
  virtual Result<std::uint64_t> last_seq() = 0;  // 0: none yet
  // All events in order; the first Error of `each` ends it. `each` must not append.
  virtual Result<void> for_each(const std::function<Result<void>(const Event&)>& each) = 0;
  // Signs where the log stands. Nothing to do when nothing was appended since the last one.
  virtual Result<void> checkpoint(const crypto::SignKeyPair& service, UtcTime at) = 0;
  virtual Result<std::vector<Checkpoint>> checkpoints() = 0;

  // Nothing, or the first event that does not hold (altered, missing, reordered, cut at the end
  // before the last checkpoint, checkpoint with a wrong signature). One pass over the log.
  Result<std::optional<AuditFinding>> verify(const crypto::SignPublicKey& service,
                                             AuditHead* head = nullptr);
};

std::unique_ptr<AuditLog> make_memory_audit_log();

}  // namespace hitokoe::incident
