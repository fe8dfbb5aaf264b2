#include "hitokoe/service/service.h"

namespace hitokoe::service {

Result<Roles> Roles::parse(const std::vector<std::string>& names) {
  if (names.empty()) return Roles{};
  Roles roles{false, false, false, false};
  for (const auto& name : names) {
    if (name == "crawler") {
      roles.crawler = true;
    } else if (name == "matcher") {
      roles.matcher = true;
    } else if (name == "incident") {
      roles.incident = true;
    } else if (name == "api") {
      roles.api = true;
    } else {
      return fail(Errc::kUsage, "roles are crawler, matcher, incident and api",
                  "役割は crawler、matcher、incident、api");
    }
  }
  return roles;
}

}  // namespace hitokoe::service
