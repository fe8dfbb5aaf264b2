// The one notice for an incident (一元連絡): resolve ▸ join ▸ freeze ▸ approve ▸ send ▸ proof.
// The words are those of docs/campaign.md. What runs the life is campaign_service.h, what sends is
// campaign_delivery.h, what keeps it is campaign_store.h.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/base/crypto/digest.h"
#include "hitokoe/base/time.h"
#include "hitokoe/identity/fingerprint.h"

namespace hitokoe::incident {

//   draft → resolving → frozen → approved → sending ⇄ paused → sent
// A change before anything was sent (a new bundle, a new text) goes back to resolving and voids the
// approvals.
enum class CampaignState { kDraft, kResolving, kFrozen, kApproved, kSending, kPaused, kSent };
std::string_view to_string(CampaignState state);
Result<CampaignState> campaign_state_by_name(std::string_view name);

enum class DeliveryState {
  kPending,      // nothing was sent
  kSending,      // an attempt runs, the body's end was not handed over: safe to try again
  kCommitting,   // the body's end was handed over; a crash here ends as kUnknownHeld
  kAccepted,     // 250 after the body
  kRefused,      // 5xx
  kUnknownHeld,  // nobody can tell: settled by `campaign reconcile` or a person, never repeated
  kNoContact,    // no mail address: another channel, or an alternative measure
  kBounced,      // taken by the relay and came back for good: the next channel
  kExported,     // in a printer's or caller's file under a manifest: never mailed as well
  kReturned,     // the letter came back: an alternative measure
  kAlternative,  // publication or the desk, by a person's decision
  kExcluded,     // gets none, by a person's decision: deceased, or notified before
};
inline constexpr std::size_t kDeliveryStates = 12;
// Has the notice's way ended there, as far as anybody knows today?
bool is_end(DeliveryState state);
// Does somebody have to do something about a person in it?
bool needs_somebody(DeliveryState state);
std::string_view to_string(DeliveryState state);
Result<DeliveryState> delivery_state_by_name(std::string_view name);

// How a notice goes. Every person has one at a time: the channel of what was sent last.
enum class Channel { kEmail, kLetter, kSms, kPhone };
std::string_view to_string(Channel channel);  // "email", "letter", "sms", "phone"
Result<Channel> channel_by_name(std::string_view name);

struct Desk {  // 専用窓口: the one inquiry contact, in every text
  std::string name;
  std::string phone;
  std::string email;
  std::string hours;
};

struct BothTexts {
  std::string ja;
  std::string en;
};

// What the notice says beside its fixed wording. An empty text means "under investigation".
struct CampaignSpec {
  std::string lead;  // the party that sends for all
  std::string from;  // its address in From:
  Desk desk;
  BothTexts summary;     // added to 事案の概要
  BothTexts cause;       // 原因
  BothTexts secondary;   // 二次被害の有無
  BothTexts prevention;  // 再発防止
  BothTexts notice;      // whole texts instead of the fixed wording; empty: that
};
// kBadInput: what is missing or cannot be used (no phone or mail of the desk, an address that no
// mail can carry, a control character, a placeholder in a text, one language without the other).
Result<void> check_spec(const CampaignSpec& spec);
std::string spec_to_json(const CampaignSpec& spec);
Result<CampaignSpec> spec_from_json(std::string_view json);  // kCorrupt
// The file that a coordinator writes (docs/campaign.md). `lead` does not stand in it. kBadInput:
// every problem with its line: YAML, unknown keys, and what check_spec refuses.
Result<CampaignSpec> parse_spec(std::string_view yaml, std::string_view file, std::string lead);

}  // namespace hitokoe::incident
