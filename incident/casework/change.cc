#include "incident/casework/change.h"

#include <algorithm>

namespace hitokoe::incident::casework {

Result<void> may_lead(const Viewer& viewer) {
  if (viewer.role() == registry::Role::kCoordinator) return ok();
  return fail(Errc::kForbidden, "only a coordinator may do this", "取りまとめ役だけに許された操作");
}

Result<void> check_text(std::string_view given, bool needed, const Words& what) {
  // A terminal would take them for commands.
  const bool commands = std::ranges::any_of(given, [](char c) {
    const auto u = static_cast<unsigned char>(c);
    return u < 0x20 || u == 0x7f;
  });
  if (commands) {
    return fail(Errc::kBadInput,
                what + Words{": control characters", ": 制御文字が含まれています"});
  }
  if (needed && given.empty()) {
    return fail(Errc::kBadInput, what + Words{": is needed", ": 必要です"});
  }
  if (given.size() > kMaxText) {
    return fail(Errc::kLimit,
                what + Words{": longer than 2000 bytes", ": 2000 バイトを超えています"});
  }
  return ok();
}

Draft draft(const Viewer& viewer, std::string_view incident, std::string_view kind,
            const boost::json::object& body) {
  return {viewer.user(), casework_stream(incident), "casework." + std::string(kind),
          canonical(body)};
}

Result<void> must_have(const Incident& in, const std::string& capture) {
  if (in.captures().contains(capture)) return ok();
  return fail(Errc::kNotFound, in.id + ": no such capture: " + capture,
              in.id + ": この取得物はありません: " + capture);
}

}  // namespace hitokoe::incident::casework
