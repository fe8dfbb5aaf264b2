// The body of a webhook in its endpoint's format, and its signature (docs/webhooks.md).
#pragma once

#include <string>
#include <string_view>

#include "hitokoe/base/bytes.h"
#include "hitokoe/base/time.h"
#include "hitokoe/service/config.h"

namespace hitokoe::service {

// From the neutral JSON of webhook_message(): itself; {"text": …} for Slack and what is like it; an
// adaptive card for Teams. Japanese, and then English.
std::string webhook_body(std::string_view neutral, WebhookFormat format);

// "t=1775000000,v1=<64 hex digits>": HMAC-SHA-256 under `secret` over the time in seconds since
// 1970, a dot, and the body, byte for byte.
std::string webhook_signature(ByteView secret, UtcTime at, std::string_view body);

}  // namespace hitokoe::service
