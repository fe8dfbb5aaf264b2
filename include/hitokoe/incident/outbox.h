// What is to be told outward: mails about deadlines, and webhooks. A message is durable before
// anybody tries to send it, and stays until it was taken or given up (docs/webhooks.md).
//
// No message holds customer text: ids, names of rules and parties, counts and times.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/incident/audit.h"
#include "hitokoe/registry/viewer.h"

namespace hitokoe::incident {

enum class OutChannel { kMail, kWebhook };
std::string_view to_string(OutChannel channel);  // "mail", "webhook"

enum class OutState { kWaiting, kSent, kDead };
std::string_view to_string(OutState state);  // "waiting", "sent", "dead"
Result<OutState> out_state_by_name(std::string_view name);

struct OutMessage {
  std::string id;  // message_id()
  OutChannel channel = OutChannel::kMail;
  std::string target;   // an address; the name of a webhook
  std::string cause;    // what it tells of: "escalation/…", "event/123"
  std::string event;    // "escalation.raised", "incident.opened", …
  std::string subject;  // of a mail
  std::string body;     // of a mail: its text; of a webhook: the neutral JSON
  UtcTime created{};
  OutState state = OutState::kWaiting;
  std::uint32_t attempts = 0;
  UtcTime next{};    // not before
  std::string last;  // of the last attempt: "200", "timeout", "address", …
  std::optional<UtcTime> settled;

  friend bool operator==(const OutMessage&, const OutMessage&) = default;
};

// "MSG-" and 16 hex digits of SHA-256 over channel, target and cause: one message for each, ever.
std::string out_message_id(OutChannel channel, std::string_view target, std::string_view cause);
std::string to_json(const OutMessage& message);  // without the body

struct Attempt {
  OutState state = OutState::kWaiting;  // after it
  std::string word;                     // why; a stable word or a status
  UtcTime next{};                       // where it waits
};

struct OutCounts {
  std::uint64_t waiting = 0, sent = 0, dead = 0;
};

// Port. Implementation: storage/sql.
class Outbox {
 public:
  virtual ~Outbox() = default;
  // Waiting messages whose time has come, oldest first. An empty target: all.
  virtual Result<std::vector<OutMessage>> due(OutChannel channel, const std::string& target,
                                              UtcTime now, std::size_t limit) = 0;
  // Durable when it returns. kConflict: it does not wait any more.
  virtual Result<void> attempted(const std::string& id, const Attempt& attempt, UtcTime at) = 0;
  // Newest first. Nothing for parties and the desk: messages tell of everybody.
  virtual Result<std::vector<OutMessage>> list(const registry::Viewer& viewer, OutChannel channel,
                                               std::optional<OutState> state,
                                               std::size_t limit) = 0;
  // A dead message waits again, with an event "outbox.retried". kForbidden: neither a coordinator
  // nor an operator; kNotFound; kConflict: not dead.
  virtual Result<OutMessage> retry(const registry::Viewer& viewer, const std::string& id,
                                   UtcTime at) = 0;
  virtual Result<OutCounts> counts(OutChannel channel) = 0;

  // Up to which audit event a webhook was fed. One that was never fed begins with what comes next.
  virtual Result<std::uint64_t> cursor(const std::string& target) = 0;
  // Adds the messages and moves the cursor, together. kConflict: the cursor is not at `from`.
  virtual Result<void> feed(const std::string& target, std::uint64_t from, std::uint64_t to,
                            std::span<const OutMessage> messages) = 0;
};

}  // namespace hitokoe::incident
