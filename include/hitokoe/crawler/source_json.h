// A source's status as the API and --json give it; keys in docs/sources.md.
#pragma once

#include <string>
#include <vector>

#include "hitokoe/crawler/source_status.h"

namespace hitokoe::crawler {

// One object. `reach`: changes of this source, the newest first; given for one source alone.
std::string to_json(const Source& source, const SourceStatus& status,
                    const std::vector<ReachChange>* reach = nullptr);

// One account, with its source; nothing that is secret.
std::string account_to_json(const SourceAccount& account);

}  // namespace hitokoe::crawler
