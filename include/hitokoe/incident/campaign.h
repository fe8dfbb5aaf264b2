// The one notice for an incident (一元連絡): resolve ▸ join ▸ freeze ▸ approve ▸ send ▸ proof.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/identity/campaign_files.h"
#include "hitokoe/incident/incident.h"
#include "hitokoe/net/mail_relay.h"

namespace hitokoe::incident {

enum class CampaignState { kDraft, kResolving, kFrozen, kApproved, kSending, kPaused, kSent };
std::string_view to_string(CampaignState state);

enum class DeliveryState {
  kPending,      // nothing was sent
  kSending,      // an attempt runs, the body's end was not handed over: safe to try again
  kCommitting,   // the body's end was handed over; a crash here ends as kUnknownHeld
  kAccepted,     // 250 after the body
  kRefused,      // 5xx
  kUnknownHeld,  // nobody can tell: settled by `campaign reconcile` or a person, never repeated
  kNoContact,    // no address: alternative measure
};
std::string_view to_string(DeliveryState state);

}  // namespace hitokoe::incident
