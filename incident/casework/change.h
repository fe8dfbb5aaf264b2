// What every change of casework asks first, and its events.
#pragma once

#include <string>
#include <string_view>

#include "hitokoe/incident/casework.h"
#include "incident/canonical_json.h"

namespace hitokoe::incident::casework {

inline constexpr std::size_t kMaxText = 2000;  // bytes of a note, reason or purpose

inline boost::json::string text(std::string_view s) {
  return boost::json::string(s.data(), s.size());
}

inline Viewer everything() { return {"service", registry::Role::kCoordinator, ""}; }

Result<void> may_lead(const Viewer& viewer);
// kBadInput where it is needed and missing; kLimit. `what` names it.
Result<void> check_text(std::string_view given, bool needed, const Words& what);
Result<void> must_have(const Incident& in, const std::string& capture);  // kNotFound

Draft draft(const Viewer& viewer, std::string_view incident, std::string_view kind,
            const boost::json::object& body);

}  // namespace hitokoe::incident::casework
