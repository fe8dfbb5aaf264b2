// What every frontier can keep. A site may write anything where its items' keys and versions stand,
// and a database server takes no text with a NUL or with bytes that are no UTF-8.
#pragma once

#include <string_view>

#include "hitokoe/crawler/frontier.h"

namespace hitokoe::crawler {

bool is_plain(std::string_view text);   // UTF-8 without a NUL
bool is_memory(std::string_view text);  // plain, and at most kLongestMemory
bool can_be_kept(const FetchJob& job);  // every text of it is plain

}  // namespace hitokoe::crawler
