// How a domain's error is told over the API where its texts hold ids, names of tasks and days only.
#pragma once

#include <string_view>

#include "hitokoe/base/log.h"
#include "hitokoe/net/http_server.h"

namespace hitokoe::service {

// 409, 400, 403 in the words of the rule; 404 and all else as problem_for(), what nobody did wrong
// with a line `event` in the log.
net::HttpResponse refusal(const Error& error, const net::HttpRequest& request, const Logger& log,
                          std::string_view event);

}  // namespace hitokoe::service
