#include "incident/desk/keys.h"

#include <algorithm>
#include <array>

namespace hitokoe::incident::desk {

Result<void> must_work(const registry::Viewer& viewer) {
  if (viewer.role() == registry::Role::kCoordinator || viewer.role() == registry::Role::kDesk) {
    return ok();
  }
  return fail(Errc::kForbidden, "only the desk and a coordinator may do this",
              "窓口と取りまとめ役だけに許された操作");
}

registry::Viewer everything() { return {"service", registry::Role::kCoordinator, ""}; }

std::string desk_key_name(std::string_view incident) { return "desk:" + std::string(incident); }

Result<Key256> desk_key(identity::KeyStore& keys, std::string_view incident) {
  return keys.key256(identity::KeyKind::kIncident, desk_key_name(incident));
}

std::string new_id(std::string_view prefix, Random& random) {
  std::array<std::uint8_t, 6> number{};
  random.fill(number);
  return std::string(prefix) + to_hex(number);
}

Result<void> check_reason(std::string_view reason, std::size_t most) {
  if (reason.empty() || reason.size() > most) {
    return fail(Errc::kBadInput, "a reason of 1 to " + std::to_string(most) + " bytes is needed",
                "理由が必要（" + std::to_string(most) + " バイトまで）");
  }
  return ok();
}

identity::Fingerprint digest_of(const crypto::Hmac& key, const std::string& controller,
                                const identity::Fingerprint& y_ref) {
  std::string message = "subject ";
  message += controller;
  message += '\x1f';
  message.append(y_ref.begin(), y_ref.end());
  const auto mac = key.mac(as_bytes(message));
  identity::Fingerprint digest{};
  std::copy_n(mac.begin(), digest.size(), digest.begin());
  return digest;
}

}  // namespace hitokoe::incident::desk
