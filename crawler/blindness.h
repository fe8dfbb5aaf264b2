// Whether a page is one that keeps visitors out.
#pragma once

#include <string_view>

#include "hitokoe/base/bytes.h"

namespace hitokoe::crawler {

// "blind_captcha", "blind_login", "blind_javascript", or "" where the page says nothing of the
// kind. To be asked only of an answer in which nothing was found: pages with items have log-in
// forms, too. Looks at 256 KiB.
std::string_view why_blind(ByteView page);

}  // namespace hitokoe::crawler
