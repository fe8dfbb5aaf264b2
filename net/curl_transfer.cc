#include "net/curl_transfer.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <charconv>
#include <cstring>
#include <optional>

#include "net/cookie_jar.h"
#include "net/peer_certificates.h"
#include "net/socks_reply.h"

namespace hitokoe::net {

namespace {

constexpr std::uint64_t kMostRedirectBody = 64u << 10;
constexpr std::size_t kUsualHeaders = 12;
constexpr const char* kHidden = "(hidden)";

long milliseconds(Duration d) {
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(d).count();
  return static_cast<long>(std::clamp<std::int64_t>(ms, 1, 1'000'000'000));
}

long seconds(Duration d) {
  const auto s = std::chrono::ceil<std::chrono::seconds>(d).count();
  return static_cast<long>(std::clamp<std::int64_t>(s, 1, 1'000'000));
}

FetchFault fault_of(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return FetchFault::kName;
    case CURLE_COULDNT_CONNECT:
    case CURLE_INTERFACE_FAILED:
    case CURLE_PROXY:
      return FetchFault::kConnect;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ENGINE_NOTFOUND:
    case CURLE_SSL_ENGINE_SETFAILED:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_SHUTDOWN_FAILED:
    case CURLE_SSL_CRL_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
      return FetchFault::kTls;
    case CURLE_OPERATION_TIMEDOUT:
      return FetchFault::kTimeout;
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return FetchFault::kConnection;
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
      return FetchFault::kProtocol;
    case CURLE_BAD_CONTENT_ENCODING:
      return FetchFault::kEncoding;
    default:
      return FetchFault::kInternal;
  }
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto from = text.find_first_not_of(kSpace);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(kSpace) - from + 1);
}

}  // namespace

Error fetch_error(FetchFault fault, const Words& what) {
  Errc code = Errc::kUnavailable;
  switch (fault) {
    case FetchFault::kBadUrl:
    case FetchFault::kProtocol:
    case FetchFault::kEncoding:
      code = Errc::kBadInput;
      break;
    case FetchFault::kScheme:
    case FetchFault::kAddress:
    case FetchFault::kOverlay:
    case FetchFault::kOnionName:
      code = Errc::kForbidden;
      break;
    case FetchFault::kRedirectLoop:
    case FetchFault::kTooManyRedirects:
    case FetchFault::kHeaderTooLarge:
      code = Errc::kLimit;
      break;
    case FetchFault::kName:
    case FetchFault::kConnect:
    case FetchFault::kProxy:
    case FetchFault::kOnionDescriptor:
    case FetchFault::kOnionIntroduction:
    case FetchFault::kOnionRendezvous:
    case FetchFault::kOnionLocked:
    case FetchFault::kTls:
    case FetchFault::kConnection:
      break;
    case FetchFault::kTimeout:
      code = Errc::kTimeout;
      break;
    case FetchFault::kCancelled:
      code = Errc::kCancelled;
      break;
    case FetchFault::kInternal:
      code = Errc::kInternal;
      break;
  }
  return Error{code, std::string(to_string(fault)) + ": " + what};
}

CurlTransfer::CurlTransfer(CurlLoop& loop, const asio::any_io_executor& executor,
                           const Request& request, const Url& url,
                           const std::vector<IpAddress>& addresses)
    : loop_(loop),
      request_(request),
      url_(url),
      handle_(loop.acquire(request)),
      easy_(handle_.easy),
      timer_(executor) {
  if (easy_ != nullptr && !prepare(addresses)) {
    give_back();
    easy_ = nullptr;
  }
}

CurlTransfer::~CurlTransfer() {
  if (easy_ != nullptr) {
    if (added_ && !done_) loop_.remove(easy_);
    give_back();
  }
  curl_slist_free_all(lines_);
  curl_slist_free_all(pinned_);
}

// What knew an account's cookies is not used for others: neither a share nor an engine survives.
void CurlTransfer::give_back() {
  if (request_.cookies) {
    curl_easy_setopt(easy_, CURLOPT_SHARE, nullptr);
    curl_easy_cleanup(easy_);
    return;
  }
  if (handle_.setting) {
    curl_easy_setopt(easy_, CURLOPT_ERRORBUFFER, nullptr);
    curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, nullptr);
    curl_easy_setopt(easy_, CURLOPT_RESOLVE, nullptr);
  }
  loop_.release(std::move(handle_));
}

void CurlTransfer::add_header(std::string_view name, std::string_view value) {
  const auto breaks = [](std::string_view s) {
    return s.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
  };
  if (breaks(name) || breaks(value)) return;
  response_.request_headers.emplace_back(name, value);
  if (name == "User-Agent") return;  // has its own option
  const std::string line = std::string(name) + ": " + std::string(value);
  if (auto* longer = curl_slist_append(lines_, line.c_str())) lines_ = longer;
}

bool CurlTransfer::prepare_proxy() {
  bool fine = true;
  const auto set = [&](CURLoption option, auto value) {
    fine = fine && curl_easy_setopt(easy_, option, value) == CURLE_OK;
  };
  // An empty string: not even the proxy that the environment names.
  set(CURLOPT_PROXY, request_.proxy.c_str());
  set(CURLOPT_NOPROXY, "");
  set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  if (request_.proxy.empty()) return fine;
  proxy_ = proxy_place(request_.proxy);
  if (!request_.isolation.empty() && request_.proxy.starts_with("socks5")) {
    set(CURLOPT_PROXYUSERNAME, request_.isolation.c_str());
    set(CURLOPT_PROXYPASSWORD, "0");  // RFC 1929 wants one
  }
  return fine && proxy_.has_value();
}

bool CurlTransfer::prepare_setting() {
  bool fine = true;
  const auto set = [&](CURLoption option, auto value) {
    fine = fine && curl_easy_setopt(easy_, option, value) == CURLE_OK;
  };
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  if (request_.decode) set(CURLOPT_ACCEPT_ENCODING, "gzip, deflate, br, zstd");
  set(CURLOPT_USERAGENT, request_.user_agent.c_str());
  set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(request_.connect_timeout));
  set(CURLOPT_LOW_SPEED_LIMIT, static_cast<long>(request_.low_speed));
  set(CURLOPT_LOW_SPEED_TIME, seconds(request_.low_speed_window));
  set(CURLOPT_BUFFERSIZE, 64L << 10);
  set(CURLOPT_HEADERFUNCTION, &CurlTransfer::on_header);
  set(CURLOPT_WRITEFUNCTION, &CurlTransfer::on_body);
  set(CURLOPT_OPENSOCKETFUNCTION, &CurlTransfer::on_open);
  set(CURLOPT_CLOSESOCKETFUNCTION, &CurlLoop::close_socket);
  set(CURLOPT_CLOSESOCKETDATA, &loop_);
  set(CURLOPT_PREREQFUNCTION, &CurlTransfer::on_connected);
  if (!fine || !prepare_proxy()) return false;
  if (HandleSetting::may_stay(request_))
    handle_.setting = std::make_unique<HandleSetting>(HandleSetting::of(request_));
  return true;
}

bool CurlTransfer::prepare(const std::vector<IpAddress>& addresses) {
  if (handle_.setting) {
    if (!request_.proxy.empty()) proxy_ = proxy_place(request_.proxy);
  } else if (!prepare_setting()) {
    return false;
  }
  bool fine = true;
  const auto set = [&](CURLoption option, auto value) {
    fine = fine && curl_easy_setopt(easy_, option, value) == CURLE_OK;
  };
  set(CURLOPT_URL, url_.text().c_str());
  set(CURLOPT_ERRORBUFFER, said_.data());
  set(CURLOPT_HEADERDATA, this);
  set(CURLOPT_WRITEDATA, this);
  set(CURLOPT_OPENSOCKETDATA, this);
  set(CURLOPT_PREREQDATA, this);

  response_.request_headers.reserve(4 + request_.headers.size());
  add_header("User-Agent", request_.user_agent);
  if (request_.decode)
    response_.request_headers.emplace_back("Accept-Encoding", "gzip, deflate, br, zstd");
  for (const auto& [name, value] : request_.headers) add_header(name, value);
  if (!request_.etag.empty()) add_header("If-None-Match", request_.etag);
  if (!request_.last_modified.empty()) add_header("If-Modified-Since", request_.last_modified);
  if (request_.cookies && request_.cookies->state().share != nullptr) {
    set(CURLOPT_SHARE, request_.cookies->state().share);
    set(CURLOPT_COOKIEFILE, "");  // no file: without it, libcurl sends nothing of what is shared
    if (request_.cookies->size() > 0) response_.request_headers.emplace_back("Cookie", kHidden);
  }
  if (request_.post) {
    set(CURLOPT_POST, 1L);
    set(CURLOPT_POSTFIELDS,
        request_.post->data());  // not copied; the request outlives the transfer
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.post->size()));
    // Without a wait for "100 Continue", which many servers never say.
    if (auto* longer = curl_slist_append(lines_, "Expect:")) lines_ = longer;
  }
  if (lines_ != nullptr) set(CURLOPT_HTTPHEADER, lines_);

  if (!addresses.empty()) {
    // "+": the entry leaves libcurl's cache in time; every request brings its own.
    std::string entry = "+" + url_.host() + ":" + std::to_string(url_.port()) + ":";
    for (std::size_t i = 0; i < addresses.size(); ++i) {
      if (i != 0) entry += ',';
      entry += addresses[i].is_v4() ? addresses[i].text() : "[" + addresses[i].text() + "]";
    }
    pinned_ = curl_slist_append(nullptr, entry.c_str());
    if (pinned_ == nullptr) return false;
    set(CURLOPT_RESOLVE, pinned_);
  }
  return fine;
}

Task<Result<Response>> CurlTransfer::run() {
  if (easy_ == nullptr || !loop_.add(easy_, this)) {
    co_return outcome::failure(
        fetch_error(FetchFault::kInternal, {"no handle for a request", "要求を準備できません"}));
  }
  added_ = true;
  const auto begun = Timer::clock_type::now();
  last_moment_ = begun + request_.total_timeout;
  deadline_ = begun + request_.connect_timeout + request_.first_byte_timeout;
  // Not when the connection is there: what is set then is later than this, and nobody wakes up.
  timer_.expires_at(begun + std::min(request_.first_byte_timeout, request_.total_timeout));
  while (!done_) {
    // A cancelled wait without a reason of ours means that the surrounding group stops.
    const auto [error] = co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
    if (done_) break;
    if (error && !woken_)
      co_return outcome::failure(fetch_error(FetchFault::kCancelled, {"stopped", "停止しました"}));
    woken_ = false;
    if (Timer::clock_type::now() >= deadline_) {
      timed_out_ = true;
      break;
    }
    timer_.expires_at(deadline_);
  }
  co_return conclude();
}

void CurlTransfer::set_deadline(Timer::time_point deadline) {
  deadline_ = deadline;
  if (deadline_ >= timer_.expiry()) return;
  woken_ = true;
  timer_.cancel();
}

void CurlTransfer::finished(CURLcode code) {
  done_ = true;
  code_ = code;
  timer_.cancel();
}

bool CurlTransfer::is_redirect() const {
  switch (response_.status) {
    case 301:
    case 302:
    case 303:
    case 307:
    case 308:
      return !header(response_.headers, "location").empty();
    default:
      return false;
  }
}

FetchFault CurlTransfer::fault() const {
  if (timed_out_) return FetchFault::kTimeout;
  if (!proxy_) return fault_of(code_);
  if (code_ == CURLE_COULDNT_CONNECT || code_ == CURLE_COULDNT_RESOLVE_PROXY) {
    return FetchFault::kProxy;
  }
  return code_ == CURLE_PROXY ? socks_fault(socks_reply(said_.data())) : fault_of(code_);
}

Error CurlTransfer::failure() const {
  if (stop_ == Stop::kAddress) {
    return fetch_error(FetchFault::kAddress,
                       {"the connection would have left the checked addresses",
                        "検査したアドレス以外に接続しようとしました"});
  }
  // libcurl has a bound of its own for one line, and calls that a lack of memory.
  if (stop_ == Stop::kHeaders || (!headers_done_ && code_ == CURLE_OUT_OF_MEMORY)) {
    return fetch_error(FetchFault::kHeaderTooLarge, {"the header lines are larger than the limit",
                                                     "ヘッダが上限を超えています"});
  }
  if (timed_out_) {
    return fetch_error(FetchFault::kTimeout,
                       headers_done_
                           ? Words{"the response did not end in time", "応答が時間内に終わりません"}
                           : Words{"no response came in time", "時間内に応答がありません"});
  }
  auto what =
      Words{"libcurl error ", "libcurl のエラー "} + std::to_string(static_cast<int>(code_));
  if (const int reply = socks_reply(said_.data()); code_ == CURLE_PROXY && reply != 0) {
    what = Words{"the proxy replied ", "プロキシの応答 "} + std::to_string(reply);
  }
  return fetch_error(fault(), what);
}

Result<Response> CurlTransfer::conclude() {
  char* remote = nullptr;
  long port = 0;
  curl_off_t first = 0;
  curl_easy_getinfo(easy_, CURLINFO_PRIMARY_IP, &remote);
  curl_easy_getinfo(easy_, CURLINFO_PRIMARY_PORT, &port);
  curl_easy_getinfo(easy_, CURLINFO_STARTTRANSFER_TIME_T, &first);
  if (remote != nullptr && *remote != '\0') {
    const bool six = std::strchr(remote, ':') != nullptr;
    response_.remote_address =
        (six ? "[" + std::string(remote) + "]" : std::string(remote)) + ":" + std::to_string(port);
  }
  response_.first_byte = Duration(first);

  if (stop_ == Stop::kAddress || stop_ == Stop::kHeaders) return outcome::failure(failure());
  if (stop_ == Stop::kCap) {
    response_.cut = Cut::kCap;
    return std::move(response_);
  }
  if (stop_ == Stop::kEnough || (code_ == CURLE_OK && !timed_out_)) {
    // libcurl takes a response without a status line for success in some corners.
    if (response_.status < 200) {
      return outcome::failure(
          fetch_error(FetchFault::kProtocol, {"no final status", "最終の状態コードがありません"}));
    }
    return std::move(response_);
  }
  const auto why = fault();
  const bool something_came = headers_done_ && !response_.body.empty();
  if (something_came && why == FetchFault::kTimeout) {
    response_.cut = Cut::kTimeout;
    return std::move(response_);
  }
  if (something_came && (why == FetchFault::kConnection || why == FetchFault::kTls)) {
    response_.cut = Cut::kConnection;
    return std::move(response_);
  }
  return outcome::failure(failure());
}

// Room for what the server says that comes, within reason: it may lie.
void CurlTransfer::expect_body() {
  constexpr std::uint64_t kMostExpected = 1U << 20;
  const auto said = header(response_.headers, "content-length");
  std::uint64_t length = 0;
  std::from_chars(said.data(), said.data() + said.size(), length);
  response_.body.reserve(
      static_cast<std::size_t>(std::min({length, request_.body_cap, kMostExpected})));
}

std::size_t CurlTransfer::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  auto* t = static_cast<CurlTransfer*>(self);
  const std::size_t bytes = size * count;
  t->header_bytes_ += bytes;
  if (t->header_bytes_ > t->request_.header_cap) {
    t->stop_ = Stop::kHeaders;
    return 0;
  }
  if (t->headers_done_) return bytes;  // trailers
  const std::string_view line(data, bytes);
  if (line.starts_with("HTTP/")) {
    // The last one counts: 1xx responses come before.
    t->response_.headers.clear();
    t->response_.headers.reserve(kUsualHeaders);
    const auto space = line.find(' ');
    int status = 0;
    t->response_.protocol = std::string(trimmed(line.substr(0, space)));
    if (space != std::string_view::npos) {
      std::from_chars(line.data() + space + 1, line.data() + line.size(), status);
    }
    t->response_.status = status;
    return bytes;
  }
  const auto text = trimmed(line);
  if (text.empty()) {
    if (t->response_.status >= 200) {
      t->headers_done_ = true;
      t->expect_body();
      t->set_deadline(t->last_moment_);
    }
    return bytes;
  }
  const auto colon = text.find(':');
  if (colon != std::string_view::npos) {
    t->response_.headers.emplace_back(trimmed(text.substr(0, colon)),
                                      trimmed(text.substr(colon + 1)));
  }
  return bytes;
}

std::size_t CurlTransfer::on_body(char* data, std::size_t size, std::size_t count, void* self) {
  auto* t = static_cast<CurlTransfer*>(self);
  const std::size_t bytes = size * count;
  if (t->is_redirect()) {
    t->dropped_bytes_ += bytes;
    if (t->dropped_bytes_ <= kMostRedirectBody) return bytes;
    t->stop_ = Stop::kEnough;
    return 0;
  }
  auto& body = t->response_.body;
  const std::uint64_t room = t->request_.body_cap - body.size();
  const auto kept = static_cast<std::size_t>(std::min<std::uint64_t>(room, bytes));
  const auto* bytes_of = reinterpret_cast<const std::uint8_t*>(data);
  body.insert(body.end(), bytes_of, bytes_of + kept);
  if (kept == bytes) return bytes;
  t->stop_ = Stop::kCap;
  return 0;
}

namespace {

struct Place {
  IpAddress address;
  std::uint16_t port = 0;
};

std::optional<Place> place_of(const sockaddr* from, socklen_t size) {
  if (from->sa_family == AF_INET && size >= sizeof(sockaddr_in)) {
    sockaddr_in in{};
    std::memcpy(&in, from, sizeof in);
    return Place{IpAddress::v4(ntohl(in.sin_addr.s_addr)), ntohs(in.sin_port)};
  }
  if (from->sa_family == AF_INET6 && size >= sizeof(sockaddr_in6)) {
    sockaddr_in6 in{};
    std::memcpy(&in, from, sizeof in);
    std::array<std::uint8_t, 16> bytes{};
    std::memcpy(bytes.data(), &in.sin6_addr, bytes.size());
    return Place{IpAddress::v6(bytes), ntohs(in.sin6_port)};
  }
  return std::nullopt;
}

}  // namespace

// With a proxy nothing but the proxy: no request goes around it.
bool CurlTransfer::may_connect(const IpAddress& address, std::uint16_t port) const {
  if (proxy_) return proxy_->is(address, port);
  return check_address(address, request_.allow_networks).has_value();
}

// The last word of the guard: whatever was resolved, cached or parsed before, this is the address
// that the kernel would connect to.
curl_socket_t CurlTransfer::on_open(void* self, curlsocktype purpose, curl_sockaddr* address) {
  auto* t = static_cast<CurlTransfer*>(self);
  if (purpose != CURLSOCKTYPE_IPCXN) return CURL_SOCKET_BAD;
  const auto target = place_of(&address->addr, address->addrlen);
  if (!target || !t->may_connect(target->address, target->port)) {
    t->stop_ = Stop::kAddress;
    return CURL_SOCKET_BAD;
  }
  const int socket = ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (socket >= 0) t->loop_.opened(socket);
  return socket;
}

// Before each request, on kept connections too: those may have been opened for a source that is
// allowed more.
int CurlTransfer::on_connected(void* self, char* remote, char*, int remote_port, int) {
  auto* t = static_cast<CurlTransfer*>(self);
  const auto address = IpAddress::parse(remote == nullptr ? "" : remote);
  if (!address || !t->may_connect(address.value(), static_cast<std::uint16_t>(remote_port))) {
    t->stop_ = Stop::kAddress;
    return CURL_PREREQFUNC_ABORT;
  }
  t->response_.certificates = peer_certificates(t->easy_);
  t->set_deadline(Timer::clock_type::now() + t->request_.first_byte_timeout);
  return CURL_PREREQFUNC_OK;
}

}  // namespace hitokoe::net
