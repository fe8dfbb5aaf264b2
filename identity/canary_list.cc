#include "hitokoe/identity/canary_list.h"

namespace hitokoe::identity {

namespace {
constexpr std::string_view kPrefix = "canaries:";
}  // namespace

std::string canary_list_id(std::string_view handover, std::uint64_t number) {
  return std::string(kPrefix) + std::string(handover) + ':' + std::to_string(number);
}

std::optional<std::string_view> canary_handover(std::string_view snapshot) {
  if (!snapshot.starts_with(kPrefix)) return std::nullopt;
  snapshot.remove_prefix(kPrefix.size());
  return snapshot.substr(0, snapshot.find(':'));
}

}  // namespace hitokoe::identity
