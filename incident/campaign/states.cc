#include <array>

#include "hitokoe/incident/campaign.h"

namespace hitokoe::incident {

namespace {

constexpr std::array<std::string_view, 7> kCampaign = {"draft",   "resolving", "frozen", "approved",
                                                       "sending", "paused",    "sent"};
constexpr std::array<std::string_view, kDeliveryStates> kDelivery = {
    "pending",    "sending", "committing", "accepted", "refused",     "unknown_held",
    "no_contact", "bounced", "exported",   "returned", "alternative", "excluded"};
constexpr std::array<std::string_view, 4> kChannel = {"email", "letter", "sms", "phone"};

template <class E, std::size_t N>
Result<E> by_name(const std::array<std::string_view, N>& names, std::string_view name) {
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i] == name) return static_cast<E>(i);
  }
  return fail(Errc::kBadInput, "there is no state \"" + std::string(name) + "\"",
              "状態 \"" + std::string(name) + "\" はありません");
}

}  // namespace

std::string_view to_string(CampaignState s) { return kCampaign[static_cast<std::size_t>(s)]; }
std::string_view to_string(DeliveryState s) { return kDelivery[static_cast<std::size_t>(s)]; }

std::string_view to_string(Channel c) { return kChannel[static_cast<std::size_t>(c)]; }

bool is_end(DeliveryState s) {
  return s != DeliveryState::kPending && s != DeliveryState::kSending &&
         s != DeliveryState::kCommitting;
}

bool needs_somebody(DeliveryState s) {
  return s == DeliveryState::kRefused || s == DeliveryState::kUnknownHeld ||
         s == DeliveryState::kNoContact || s == DeliveryState::kBounced ||
         s == DeliveryState::kReturned;
}

Result<CampaignState> campaign_state_by_name(std::string_view name) {
  return by_name<CampaignState>(kCampaign, name);
}
Result<DeliveryState> delivery_state_by_name(std::string_view name) {
  return by_name<DeliveryState>(kDelivery, name);
}
Result<Channel> channel_by_name(std::string_view name) {
  for (std::size_t i = 0; i < kChannel.size(); ++i) {
    if (kChannel[i] == name) return static_cast<Channel>(i);
  }
  return fail(Errc::kBadInput, "there is no channel \"" + std::string(name) + "\"",
              "連絡手段 \"" + std::string(name) + "\" はありません");
}

}  // namespace hitokoe::incident
