// Which events of the audit log are told to a webhook, and what is said: ids, names of rules and
// parties, times and states. Nothing that people wrote, no customer text (docs/webhooks.md).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "hitokoe/incident/outbox.h"
#include "hitokoe/service/config.h"

namespace hitokoe::service {

// "incident.*", "escalation.raised": a kind of event, or all of a stream, that may be told.
bool webhook_pattern_known(std::string_view pattern);
bool webhook_wants(const WebhookEndpoint& endpoint, std::string_view kind);

// May the endpoint's party know of this incident? Asked only where the endpoint has a party.
using SeesIncident = std::function<bool(const std::string& incident)>;

// The message for an event; nothing where it is not for this endpoint.
std::optional<incident::OutMessage> webhook_message(const incident::Event& event,
                                                    const WebhookEndpoint& endpoint,
                                                    const SeesIncident& sees);

}  // namespace hitokoe::service
