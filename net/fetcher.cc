#include "hitokoe/net/fetcher.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "hitokoe/base/secret.h"
#include "hitokoe/net/onion.h"
#include "hitokoe/net/url.h"
#include "net/curl_loop.h"
#include "net/curl_transfer.h"

namespace hitokoe::net {

namespace {

bool same_name(std::string_view a, std::string_view b) {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  return std::ranges::equal(a, b, {}, lower, lower);
}

bool is_redirect(const Response& response) {
  const int s = response.status;
  return (s == 301 || s == 302 || s == 303 || s == 307 || s == 308) &&
         !header(response.headers, "location").empty();
}

class CurlFetcher final : public Fetcher {
 public:
  CurlFetcher(const asio::any_io_executor& executor, Resolver& resolver, const Clock& clock,
              FetcherOptions options)
      : executor_(executor), resolver_(resolver), clock_(clock), loop_(executor, options) {}

  Task<Result<Response>> fetch(Request request) override {
    const auto begun = clock_.steady();
    const Wiped wiped{request.post};
    CO_TRY(auto url, Url::parse(request.url));
    std::unordered_set<std::string> visited;  // before this hop
    for (int hops = 0;; ++hops) {
      CO_TRY(const auto addresses, co_await checked_addresses(url, request));
      CurlTransfer transfer(loop_, executor_, request, url, addresses);
      CO_TRY(auto response, co_await transfer.run());
      if (request.keep_redirect || !is_redirect(response)) {
        response.final_url = url.text();
        response.redirects = hops;
        response.elapsed = std::chrono::duration_cast<Duration>(clock_.steady() - begun);
        co_return std::move(response);
      }
      if (request.post || hops >= request.max_redirects) {
        co_return outcome::failure(
            fetch_error(FetchFault::kTooManyRedirects,
                        {"more redirects than allowed", "転送の回数が上限を超えています"}));
      }
      CO_TRY(auto target, url.resolve(header(response.headers, "location")));
      // Cookies of a session do not go on in plain text; an onion is its own encryption.
      if (request.cookies && url.scheme() == "https" && target.scheme() != "https" &&
          !target.is_overlay()) {
        co_return outcome::failure(fetch_error(
            FetchFault::kScheme, {"a redirect from https to http is not followed with cookies",
                                  "Cookie を使う取得では、https から http への転送に従いません"}));
      }
      if (target.origin() != url.origin()) {
        // What was meant for one server is not for the next.
        std::erase_if(request.headers, [](const auto& line) {
          return same_name(line.first, "authorization") || same_name(line.first, "cookie");
        });
      }
      visited.insert(url.text());
      if (visited.contains(target.text())) {
        co_return outcome::failure(fetch_error(
            FetchFault::kRedirectLoop, {"a redirect leads back", "転送が元に戻っています"}));
      }
      url = std::move(target);
    }
  }

 private:
  // What was posted may be a password.
  struct Wiped {
    std::optional<std::string>& post;
    ~Wiped() {
      if (post) wipe_value(*post);
    }
  };

  // The addresses to pin; empty for a literal, and where the proxy looks the name up.
  Task<Result<std::vector<IpAddress>>> checked_addresses(const Url& url, const Request& request) {
    std::vector<IpAddress> addresses;
    if (const auto literal = url.literal()) {
      CO_TRYV(check_address(*literal, request.allow_networks));
      co_return addresses;
    }
    if (url.is_overlay() && request.proxy.empty()) {
      co_return outcome::failure(
          fetch_error(FetchFault::kOverlay, {"a name of an overlay network needs a proxy",
                                             "オーバーレイネットワークの名前には proxy が必要"}));
    }
    if (is_onion(url.host())) {
      CO_TRYV(check_onion(url.host()));
    }
    if (!request.proxy.empty()) co_return addresses;
    CO_TRY(addresses, co_await resolved(url.host(), request.connect_timeout));
    for (const auto& address : addresses) {
      CO_TRYV(check_address(address, request.allow_networks));
    }
    co_return addresses;
  }

  Task<Result<std::vector<IpAddress>>> resolved(std::string host, Duration timeout) {
    const auto now = clock_.steady();
    if (const auto known = names_.find(host); known != names_.end()) {
      if (now - known->second.at < kNameLifetime) co_return known->second.addresses;
      names_.erase(known);
    }
    CO_TRY(auto addresses, co_await resolver_.resolve(host, timeout));
    if (names_.size() >= kMostNames) names_.clear();
    names_.insert_or_assign(host, Name{now, addresses});
    co_return addresses;
  }

  struct Name {
    SteadyTime at;
    std::vector<IpAddress> addresses;
  };
  static constexpr auto kNameLifetime = std::chrono::seconds(30);
  static constexpr std::size_t kMostNames = 4096;

  asio::any_io_executor executor_;
  Resolver& resolver_;
  const Clock& clock_;
  CurlLoop loop_;
  std::unordered_map<std::string, Name> names_;
};

}  // namespace

std::string_view header(const Headers& headers, std::string_view name) {
  for (const auto& [key, value] : headers) {
    if (same_name(key, name)) return value;
  }
  return {};
}

std::string_view to_string(Cut cut) {
  switch (cut) {
    case Cut::kNone:
      return "";
    case Cut::kCap:
      return "cap";
    case Cut::kConnection:
      return "connection";
    case Cut::kTimeout:
      return "timeout";
  }
  return "";
}

std::string_view to_string(FetchFault fault) {
  switch (fault) {
    case FetchFault::kBadUrl:
      return "bad_url";
    case FetchFault::kScheme:
      return "scheme";
    case FetchFault::kAddress:
      return "address";
    case FetchFault::kOverlay:
      return "overlay";
    case FetchFault::kOnionName:
      return "onion_name";
    case FetchFault::kRedirectLoop:
      return "redirect_loop";
    case FetchFault::kTooManyRedirects:
      return "too_many_redirects";
    case FetchFault::kHeaderTooLarge:
      return "header_too_large";
    case FetchFault::kName:
      return "name";
    case FetchFault::kConnect:
      return "connect";
    case FetchFault::kProxy:
      return "proxy";
    case FetchFault::kOnionDescriptor:
      return "onion_descriptor";
    case FetchFault::kOnionIntroduction:
      return "onion_introduction";
    case FetchFault::kOnionRendezvous:
      return "onion_rendezvous";
    case FetchFault::kOnionLocked:
      return "onion_locked";
    case FetchFault::kTls:
      return "tls";
    case FetchFault::kConnection:
      return "connection";
    case FetchFault::kProtocol:
      return "protocol";
    case FetchFault::kEncoding:
      return "encoding";
    case FetchFault::kTimeout:
      return "timeout";
    case FetchFault::kCancelled:
      return "cancelled";
    case FetchFault::kInternal:
      return "internal";
  }
  return "internal";
}

std::string_view fault_name(const Error& error) {
  return std::string_view(error.detail).substr(0, error.detail.find(':'));
}

std::unique_ptr<Fetcher> make_fetcher(const asio::any_io_executor& executor, Resolver& resolver,
                                      const Clock& clock, FetcherOptions options) {
  return std::make_unique<CurlFetcher>(executor, resolver, clock, options);
}

}  // namespace hitokoe::net
