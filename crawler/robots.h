// robots.txt by RFC 9309, with the customary Crawl-delay.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/base/time.h"

namespace hitokoe::crawler {

class Robots {
 public:
  // Nothing is forbidden.
  Robots() = default;
  // Never fails: lines that make no sense are skipped (section 2.2). Reads at most 500 KiB, 1,000
  // rules and 64 KiB of patterns of the groups that concern `agent` (the product token, compared
  // without case; "*" where no group names it).
  static Robots parse(std::string_view text, std::string_view agent);
  static Robots refuse_all();

  // `target`: path and query. The longest matching rule decides, Allow in a tie (2.2.2).
  bool allows(std::string_view target) const;
  std::optional<Duration> crawl_delay() const { return crawl_delay_; }

 private:
  struct Rule {
    bool allow;
    std::string pattern;
  };
  std::vector<Rule> rules_;
  std::optional<Duration> crawl_delay_;
};

// "hitokoe" of "hitokoe/0.1 (+https://example.jp)".
std::string_view product_token(std::string_view user_agent);

}  // namespace hitokoe::crawler
