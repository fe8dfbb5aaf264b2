// The name of a minor, as a carrier's agent writes it for a notice: it goes to the guardian (docs
// agent.md, "Minors").
#pragma once

#include <string>
#include <string_view>

namespace hitokoe::identity {

inline constexpr std::string_view kGuardian = "様の保護者";

inline bool is_to_guardian(std::string_view name) { return name.ends_with(kGuardian); }

// An empty name stays empty: nobody is addressed by it.
inline void address_guardian(std::string& name) {
  if (!name.empty() && !is_to_guardian(name)) name += kGuardian;
}

}  // namespace hitokoe::identity
