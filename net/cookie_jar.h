// How a jar's cookies are lent to a transfer: libcurl's shared handle.
#pragma once

#include <curl/curl.h>

#include "hitokoe/net/cookies.h"

namespace hitokoe::net {

struct CookieJar::State {
  CURLSH* share = nullptr;
  CURL* hand = nullptr;  // reads and writes the share; transfers nothing
};

}  // namespace hitokoe::net
