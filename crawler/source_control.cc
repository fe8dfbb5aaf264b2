#include "hitokoe/crawler/source_control.h"

#include <algorithm>

#include "hitokoe/text/csv.h"

namespace hitokoe::crawler {

Result<void> check_pause_reason(const std::string& reason) {
  const bool blank = std::ranges::all_of(reason, [](char c) { return c == ' ' || c == '\t'; });
  if (blank)
    return fail(Errc::kBadInput, "a reason is needed: who looks at the source later must know why",
                "理由が必要です。あとで見る人にわかるように書いてください。");
  if (reason.size() > kLongestPauseReason || !text::is_utf8(reason))
    return fail(Errc::kBadInput, "the reason: at most 500 bytes of UTF-8",
                "理由は UTF-8 で 500 バイトまで");
  return ok();
}

}  // namespace hitokoe::crawler
