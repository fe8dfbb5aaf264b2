// What is set in a handle of libcurl that stays from one request to the next of the same kind. What
// a crawler asks is mostly of one kind: setting it anew takes as long as all that libcurl does
// else.
#pragma once

#include <cstdint>
#include <string>

#include "hitokoe/net/fetcher.h"

namespace hitokoe::net {

struct HandleSetting {
  std::string proxy;
  std::string isolation;
  std::string user_agent;
  bool decode = true;
  Duration connect_timeout{};
  std::uint32_t low_speed = 0;
  Duration low_speed_window{};

  // What is posted and whose cookies were sent is never left in a handle.
  static bool may_stay(const Request& request) { return !request.post && !request.cookies; }
  static HandleSetting of(const Request& r) {
    return {r.proxy,           r.isolation, r.user_agent,      r.decode,
            r.connect_timeout, r.low_speed, r.low_speed_window};
  }
  bool fits(const Request& r) const {
    return decode == r.decode && connect_timeout == r.connect_timeout && low_speed == r.low_speed &&
           low_speed_window == r.low_speed_window && proxy == r.proxy && isolation == r.isolation &&
           user_agent == r.user_agent;
  }
};

}  // namespace hitokoe::net
