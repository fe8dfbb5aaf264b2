#include "service/webhook_body.h"

#include <boost/json.hpp>

#include "hitokoe/base/crypto/digest.h"

namespace hitokoe::service {
namespace {

namespace json = boost::json;

std::string scalar(const json::value& value) {
  if (value.is_string()) return std::string(value.as_string());
  return json::serialize(value);
}

// "INC-…  rule: appi-preliminary  …": what is beside the text, in the order of the message.
std::string particulars(const json::object& neutral) {
  std::string out;
  for (const auto& [key, value] : neutral) {
    if (key == "text" || key == "delivery" || key == "seq" || key == "event") continue;
    if (!out.empty()) out += "  ";
    out += std::string(key) + ": " + scalar(value);
  }
  return out;
}

std::string plain(const json::object& neutral) {
  const auto& text = neutral.at("text").as_object();
  return "[Hitokoe] " + scalar(text.at("ja")) + " / " + scalar(text.at("en")) + "\n" +
         particulars(neutral);
}

}  // namespace

std::string webhook_body(std::string_view neutral, WebhookFormat format) {
  if (format == WebhookFormat::kJson) return std::string(neutral);
  const auto parsed = json::parse(json::string_view(neutral.data(), neutral.size())).as_object();
  const auto text = plain(parsed);
  if (format == WebhookFormat::kSlack) return json::serialize(json::object{{"text", text}});
  const json::object block{{"type", "TextBlock"}, {"text", text}, {"wrap", true}};
  const json::object card{{"$schema", "http://adaptivecards.io/schemas/adaptive-card.json"},
                          {"type", "AdaptiveCard"},
                          {"version", "1.4"},
                          {"body", json::array{block}}};
  const json::object attachment{{"contentType", "application/vnd.microsoft.card.adaptive"},
                                {"content", card}};
  return json::serialize(
      json::object{{"type", "message"}, {"attachments", json::array{attachment}}});
}

std::string webhook_signature(ByteView secret, UtcTime at, std::string_view body) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
  const std::string time = std::to_string(seconds);
  const std::string message = time + "." + std::string(body);
  return "t=" + time + ",v1=" + to_hex(crypto::Hmac(secret).mac(as_bytes(message)));
}

}  // namespace hitokoe::service
