#include "net/proxy_place.h"

#include <curl/curl.h>

#include <charconv>
#include <memory>
#include <string_view>

namespace hitokoe::net {

namespace {

// libcurl's default for proxies of every kind.
constexpr std::uint16_t kUsualPort = 1080;

struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

std::string part_of(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK || text == nullptr) return {};
  std::string out(text);
  curl_free(text);
  return out;
}

}  // namespace

std::optional<ProxyPlace> proxy_place(const std::string& proxy) {
  const std::unique_ptr<CURLU, FreeUrl> url(curl_url());
  if (!url || curl_url_set(url.get(), CURLUPART_URL, proxy.c_str(), CURLU_NON_SUPPORT_SCHEME) !=
                  CURLUE_OK) {
    return std::nullopt;
  }
  ProxyPlace out{std::nullopt, kUsualPort};
  auto host = part_of(url.get(), CURLUPART_HOST);
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  if (const auto address = IpAddress::parse(host)) out.address = address.value();
  const auto port = part_of(url.get(), CURLUPART_PORT);
  if (!port.empty()) {
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), out.port);
    if (error != std::errc{} || end != port.data() + port.size()) return std::nullopt;
  }
  return out;
}

}  // namespace hitokoe::net
