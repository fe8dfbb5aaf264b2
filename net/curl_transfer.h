// One hop: one request to one checked place, and its answer, within all limits.
#pragma once

#include <curl/curl.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/steady_timer.hpp>
#include <optional>
#include <string>
#include <vector>

#include "hitokoe/base/language.h"
#include "hitokoe/net/fetcher.h"
#include "hitokoe/net/url.h"
#include "net/curl_loop.h"
#include "net/proxy_place.h"

namespace hitokoe::net {

// Fails with `<fault>: <what>` and the code that belongs to the fault.
Error fetch_error(FetchFault fault, const Words& what);

class CurlTransfer final : private CurlLoop::Waiter {
 public:
  // `addresses` are the checked ones of url.host(); empty when it is an address itself, or when a
  // proxy looks it up.
  CurlTransfer(CurlLoop& loop, const asio::any_io_executor& executor, const Request& request,
               const Url& url, const std::vector<IpAddress>& addresses);
  ~CurlTransfer();
  CurlTransfer(const CurlTransfer&) = delete;
  CurlTransfer& operator=(const CurlTransfer&) = delete;

  // Once. `final_url`, `redirects` and `elapsed` are the caller's to fill.
  Task<Result<Response>> run();

 private:
  using Timer = asio::steady_timer;
  enum class Stop { kNone, kCap, kAddress, kHeaders, kEnough };

  bool prepare(const std::vector<IpAddress>& addresses);
  bool prepare_proxy();
  bool prepare_setting();  // what stays in the handle for the next request of the kind
  void give_back();
  bool may_connect(const IpAddress& address, std::uint16_t port) const;
  FetchFault fault() const;
  void add_header(std::string_view name, std::string_view value);
  void finished(CURLcode code) override;
  void set_deadline(Timer::time_point deadline);
  void expect_body();
  Result<Response> conclude();
  Error failure() const;
  bool is_redirect() const;

  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
  static curl_socket_t on_open(void* self, curlsocktype purpose, curl_sockaddr* address);
  static int on_connected(void* self, char* remote, char* local, int remote_port, int local_port);

  CurlLoop& loop_;
  const Request& request_;
  const Url& url_;
  CurlLoop::Handle handle_;
  CURL* easy_;
  curl_slist* lines_ = nullptr;
  curl_slist* pinned_ = nullptr;
  std::optional<ProxyPlace> proxy_;
  std::array<char, CURL_ERROR_SIZE> said_{};  // by libcurl; may hold outside text
  Timer timer_;
  Timer::time_point deadline_{};     // of what is waited for now; the timer may ring before
  Timer::time_point last_moment_{};  // for the whole hop
  Response response_;
  std::uint64_t header_bytes_ = 0;
  std::uint64_t dropped_bytes_ = 0;
  bool added_ = false;
  bool done_ = false;
  bool woken_ = false;
  bool headers_done_ = false;
  bool timed_out_ = false;
  Stop stop_ = Stop::kNone;
  CURLcode code_ = CURLE_OK;
};

}  // namespace hitokoe::net
