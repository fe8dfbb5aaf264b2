#include "hitokoe/crawler/frontier_texts.h"

#include <algorithm>

#include "hitokoe/text/csv.h"

namespace hitokoe::crawler {

bool is_plain(std::string_view text) {
  return text.find('\0') == std::string_view::npos && text::is_utf8(text);
}

bool is_memory(std::string_view text) { return text.size() <= kLongestMemory && is_plain(text); }

bool can_be_kept(const FetchJob& job) {
  const std::string_view texts[] = {job.source, job.item,    job.url,
                                    job.host,   job.version, job.memory};
  return std::ranges::all_of(texts, is_plain);
}

}  // namespace hitokoe::crawler
