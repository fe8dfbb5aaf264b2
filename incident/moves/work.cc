#include "incident/moves/work.h"

#include <algorithm>

#include "incident/casework/change.h"

namespace hitokoe::incident::moves {

using namespace casework;

std::vector<Draft> work_that_follows(const Viewer& viewer, const Casework& from, const Casework& to,
                                     UtcTime after,
                                     const std::optional<std::set<std::string>>& parties) {
  std::vector<Draft> out;
  for (const auto& [key, record] : from.tasks) {
    if (record.at < after || (parties && !parties->contains(key.party))) continue;
    const auto there = to.tasks.find(key);
    // Where both have the task it is done only when both say so; after an undone merge the newer
    // word counts.
    const bool follows = there == to.tasks.end() ||
                         (parties ? there->second.at < record.at
                                  : is_settled(there->second.state) && !is_settled(record.state));
    if (!follows) continue;
    out.push_back(draft(viewer, to.incident, "task",
                        {{"party", text(key.party)},
                         {"kind", text(to_string(key.kind))},
                         {"state", text(to_string(record.state))},
                         {"due", record.due ? text(format_day(*record.due)) : text("")},
                         {"note", text(record.note)}}));
  }
  if (parties) return out;  // captures and links of the restored one are its own
  for (const auto& t : from.takedowns) {
    if (std::ranges::find(to.takedowns, t.capture, &Takedown::capture) != to.takedowns.end())
      continue;
    out.push_back(draft(viewer, to.incident, "takedown",
                        {{"capture", text(t.capture)},
                         {"state", text(to_string(t.state))},
                         {"note", text(t.note)}}));
  }
  for (const auto& l : from.links) {
    if (l.other == to.incident ||
        std::ranges::find(to.links, l.other, &Link::other) != to.links.end()) {
      continue;
    }
    const auto one = [&](const std::string& of, const std::string& other, bool older) {
      return draft(viewer, of, "linked",
                   {{"other", text(other)},
                    {"kind", text(to_string(l.kind))},
                    {"older", older},
                    {"reason", text(l.reason)}});
    };
    const bool again = l.kind == LinkKind::kRecirculation;
    out.push_back(one(to.incident, l.other, l.older));
    out.push_back(one(l.other, to.incident, again && !l.older));
  }
  return out;
}

}  // namespace hitokoe::incident::moves
