#include "hitokoe/incident/outbox.h"

#include <boost/json.hpp>

namespace hitokoe::incident {

std::string_view to_string(OutChannel channel) {
  return channel == OutChannel::kMail ? "mail" : "webhook";
}

std::string_view to_string(OutState state) {
  switch (state) {
    case OutState::kWaiting:
      return "waiting";
    case OutState::kSent:
      return "sent";
    case OutState::kDead:
      return "dead";
  }
  return "waiting";
}

Result<OutState> out_state_by_name(std::string_view name) {
  for (const auto state : {OutState::kWaiting, OutState::kSent, OutState::kDead}) {
    if (to_string(state) == name) return state;
  }
  return fail(Errc::kUsage, "a message is waiting, sent or dead",
              "状態は waiting（送信待ち）、sent（送信済み）、dead（断念）");
}

std::string out_message_id(OutChannel channel, std::string_view target, std::string_view cause) {
  Bytes all;
  put_u8(all, static_cast<std::uint8_t>(channel));
  put_string(all, target);
  put_string(all, cause);
  return "MSG-" + crypto::sha256_hex(all).substr(0, 16);
}

std::string to_json(const OutMessage& m) {
  namespace json = boost::json;
  json::value settled = nullptr;
  if (m.settled) settled = json::string(format_utc(*m.settled));
  json::value next = nullptr;
  if (m.state == OutState::kWaiting) next = json::string(format_utc(m.next));
  return json::serialize(json::object{{"id", m.id},
                                      {"channel", to_string(m.channel)},
                                      {"target", m.target},
                                      {"cause", m.cause},
                                      {"event", m.event},
                                      {"created", format_utc(m.created)},
                                      {"state", to_string(m.state)},
                                      {"attempts", m.attempts},
                                      {"next", std::move(next)},
                                      {"last", m.last},
                                      {"settled", std::move(settled)}});
}

}  // namespace hitokoe::incident
