#include "incident/kept_captures.h"

#include <map>

#include "hitokoe/crawler/capture_keeping.h"
#include "incident/casework/change.h"

namespace hitokoe::incident {

Result<void> let_go_of_strays(crawler::CaptureStore& captures, IncidentStore& incidents,
                              const std::set<std::string>& ids) {
  auto* keeping = dynamic_cast<crawler::CaptureKeeping*>(&captures);
  if (keeping == nullptr) return ok();                 // nothing ends there
  std::map<std::string, std::set<std::string>> known;  // captures of incidents
  for (const auto& id : ids) {
    TRYV(keeping->let_go(id, [&](const std::string& incident) -> Result<bool> {
      auto& theirs = known[incident];
      if (theirs.contains(id)) return true;
      // What it has not is read anew each time: it may have come to it meanwhile.
      const auto in = incidents.load(casework::everything(), incident);
      if (!in && in.error().code == Errc::kNotFound) return false;
      if (!in) return outcome::failure(in.error());
      theirs = in.value().captures();
      return theirs.contains(id);
    }));
  }
  return ok();
}

}  // namespace hitokoe::incident
