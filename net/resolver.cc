#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cstring>
#include <optional>

#include "hitokoe/net/fetcher.h"

namespace hitokoe::net {

namespace {

constexpr std::size_t kMostAddresses = 16;

Result<std::vector<IpAddress>> look_up(const std::string& host) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* found = nullptr;
  const int code = ::getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (code != 0) {
    return fail(Errc::kUnavailable, "name: getaddrinfo error " + std::to_string(code),
                "name: getaddrinfo のエラー " + std::to_string(code));
  }
  std::vector<IpAddress> out;
  for (const addrinfo* at = found; at != nullptr && out.size() < kMostAddresses; at = at->ai_next) {
    if (at->ai_family == AF_INET) {
      sockaddr_in in{};
      std::memcpy(&in, at->ai_addr, sizeof in);
      out.push_back(IpAddress::v4(ntohl(in.sin_addr.s_addr)));
    } else if (at->ai_family == AF_INET6) {
      sockaddr_in6 in{};
      std::memcpy(&in, at->ai_addr, sizeof in);
      std::array<std::uint8_t, 16> bytes{};
      std::memcpy(bytes.data(), &in.sin6_addr, bytes.size());
      out.push_back(IpAddress::v6(bytes));
    }
  }
  ::freeaddrinfo(found);
  if (out.empty())
    return fail(Errc::kUnavailable, "name: no address", "name: アドレスがありません");
  return out;
}

class SystemResolver final : public Resolver {
 public:
  SystemResolver(asio::any_io_executor executor, std::size_t threads)
      : executor_(std::move(executor)), threads_(threads) {}

  // Waits for the lookups that nobody waits for any more: getaddrinfo cannot be interrupted.
  ~SystemResolver() override { threads_.join(); }

  Task<Result<std::vector<IpAddress>>> resolve(std::string host, Duration timeout) override {
    const auto lookup = std::make_shared<Lookup>(executor_);
    lookup->wait.expires_after(timeout);
    asio::post(threads_, [lookup, host, executor = executor_] {
      auto result = look_up(host);
      asio::post(executor, [lookup, result = std::move(result)]() mutable {
        lookup->result.emplace(std::move(result));
        lookup->wait.cancel();
      });
    });
    const auto [error] = co_await lookup->wait.async_wait(asio::as_tuple(asio::use_awaitable));
    if (lookup->result) co_return std::move(*lookup->result);
    if (!error)
      co_return fail(Errc::kTimeout, "timeout: the name lookup",
                     "timeout: 名前解決が時間内に終わりません");
    co_return fail(Errc::kCancelled, "cancelled: stopped", "cancelled: 停止しました");
  }

 private:
  struct Lookup {
    explicit Lookup(const asio::any_io_executor& executor) : wait(executor) {}
    asio::steady_timer wait;
    std::optional<Result<std::vector<IpAddress>>> result;
  };

  asio::any_io_executor executor_;
  asio::thread_pool threads_;
};

}  // namespace

std::unique_ptr<Resolver> make_system_resolver(asio::any_io_executor executor,
                                               std::size_t threads) {
  return std::make_unique<SystemResolver>(std::move(executor), threads);
}

}  // namespace hitokoe::net
