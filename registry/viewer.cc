#include "hitokoe/registry/viewer.h"

namespace hitokoe::registry {
namespace {

constexpr std::pair<Role, std::string_view> kNames[] = {
    {Role::kOperator, "operator"}, {Role::kCoordinator, "coordinator"}, {Role::kParty, "party"},
    {Role::kDesk, "desk"},         {Role::kAuditor, "auditor"},
};

}  // namespace

std::string_view to_string(Role role) {
  for (const auto& [r, name] : kNames) {
    if (r == role) return name;
  }
  return "unknown";
}

Result<Role> role_by_name(std::string_view name) {
  for (const auto& [role, n] : kNames) {
    if (n == name) return role;
  }
  return fail(Errc::kUsage, "role: operator, coordinator, party, desk or auditor",
              "role: operator、coordinator、party、desk、auditor のいずれか");
}

}  // namespace hitokoe::registry
