// Tasks, takedown requests and links that follow a move.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "hitokoe/incident/casework.h"

namespace hitokoe::incident::moves {

// What of `from` is to be recorded for `to`: the newest word on tasks that `to` has none of, or
// that are settled there and not in `from`; takedown requests and links that `to` lacks. Only what
// was said after `after`, and of `parties` where they are given. Events of the stream of
// `to.incident` and, of links, of the other's.
std::vector<Draft> work_that_follows(const Viewer& viewer, const Casework& from, const Casework& to,
                                     UtcTime after,
                                     const std::optional<std::set<std::string>>& parties);

}  // namespace hitokoe::incident::moves
