// Fetches one document over HTTP from a server that may be hostile.
//
// Bounded everywhere: header and body size (after decompression), time to connect, to the first
// byte and in all, speed, redirects. Every hop's scheme and address is checked, and the address
// that was checked is the one that is connected to. A body that was cut is returned and says so.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hitokoe/base/async.h"
#include "hitokoe/base/bytes.h"
#include "hitokoe/base/metrics.h"
#include "hitokoe/base/time.h"
#include "hitokoe/net/address.h"

namespace hitokoe::net {

class CookieJar;

using Headers = std::vector<std::pair<std::string, std::string>>;

// The first value of a header, whatever the case of its name; "" where there is none.
std::string_view header(const Headers& headers, std::string_view name);

struct Request {
  std::string url;
  Headers headers;  // beside User-Agent, Accept-Encoding and the validators
  std::string user_agent = "hitokoe";
  std::string etag;           // If-None-Match, as the server gave it; "" for none
  std::string last_modified;  // If-Modified-Since; "" for none

  std::uint64_t body_cap = 16u << 20;                      // bytes after decompression
  std::uint32_t header_cap = 64u << 10;                    // bytes of all header lines of one hop
  Duration connect_timeout = std::chrono::seconds(15);     // name lookup, TCP and TLS
  Duration first_byte_timeout = std::chrono::seconds(30);  // after the connection, to a header
  Duration total_timeout = std::chrono::minutes(10);       // one hop
  std::uint32_t low_speed = 64;                            // bytes/s …
  Duration low_speed_window = std::chrono::seconds(30);    // … for so long: too slow
  int max_redirects = 10;

  std::string proxy;  // "socks5h://127.0.0.1:9050", "http://127.0.0.1:4444"; "" for none
  // The SOCKS user name: Tor gives requests with different ones different circuits, and connections
  // are never shared between them. "" for none.
  std::string isolation;
  std::vector<IpNetwork> allow_networks;  // special-purpose addresses that are wanted
  bool decode = true;  // ask for gzip, br, zstd and decompress; false: the bytes as they are
  // Set: a POST with this body, its Content-Type among `headers`. A redirect is never followed with
  // it: that is kTooManyRedirects, whatever max_redirects says.
  std::optional<std::string> post = {};
  // Sent and set hop by hop as this jar says (cookies.h); that something was sent stands in the
  // response's request_headers, what it was does not. Null: no cookies.
  std::shared_ptr<CookieJar> cookies = {};
  // A redirect is the answer, its Location among the headers; a POST may have one, too.
  bool keep_redirect = false;
};

enum class Cut { kNone, kCap, kConnection, kTimeout };
std::string_view to_string(Cut cut);  // "", "cap", "connection", "timeout"

struct Response {
  int status = 0;
  Headers headers;  // of the last hop, in order
  Headers request_headers;
  Bytes body;
  std::string final_url;
  std::string remote_address;  // "192.0.2.1:443"; the proxy's where one is used
  std::string protocol;        // "HTTP/1.1", "HTTP/2"
  // SHA-256 (hex) of each certificate (DER) that the server sent, its own first. Empty without TLS.
  std::vector<std::string> certificates;
  Cut cut = Cut::kNone;
  int redirects = 0;
  Duration first_byte{};  // of the last hop
  Duration elapsed{};     // of all hops
};

// Why a fetch gave no response. Stable names, for ledgers and metrics: the detail of every Error
// of fetch() begins with the name.
enum class FetchFault {
  kBadUrl,             // kBadInput
  kScheme,             // kForbidden: neither http nor https
  kAddress,            // kForbidden: the guard
  kOverlay,            // kForbidden: .onion or .i2p without a proxy
  kOnionName,          // kForbidden: no name that an onion service can have
  kRedirectLoop,       // kLimit
  kTooManyRedirects,   // kLimit
  kHeaderTooLarge,     // kLimit
  kName,               // kUnavailable: the name does not resolve
  kConnect,            // kUnavailable
  kProxy,              // kUnavailable: the proxy does not answer, or refuses the request as such
  kOnionDescriptor,    // kUnavailable: the network knows no such onion service, or nothing usable
  kOnionIntroduction,  // kUnavailable: known, but it does not answer at its introduction points
  kOnionRendezvous,    // kUnavailable: known, but no connection came about
  kOnionLocked,        // kUnavailable: it wants a key of the client (client authorisation)
  kTls,                // kUnavailable
  kConnection,         // kUnavailable: reset, or ended before anything came
  kProtocol,           // kBadInput: not HTTP
  kEncoding,           // kBadInput: its compression does not hold; try `decode = false`
  kTimeout,            // kTimeout
  kCancelled,          // kCancelled
  kInternal,           // kInternal
};
std::string_view to_string(FetchFault fault);
// The fault's name in an Error of fetch(): the text before the first ':'.
std::string_view fault_name(const Error& error);

// Port. Implementations: make_fetcher(), and the simulated servers of the tests.
class Fetcher {
 public:
  virtual ~Fetcher() = default;
  // Any status is a response, 304 and 500 too. Errors: see FetchFault.
  virtual Task<Result<Response>> fetch(Request request) = 0;
};

// Port: names to addresses.
class Resolver {
 public:
  virtual ~Resolver() = default;
  // At least one address, in the order of preference; kUnavailable, kTimeout, kCancelled.
  virtual Task<Result<std::vector<IpAddress>>> resolve(std::string host, Duration timeout) = 0;
};

// getaddrinfo on threads of its own.
std::unique_ptr<Resolver> make_system_resolver(asio::any_io_executor executor,
                                               std::size_t threads = 4);

struct FetcherOptions {
  std::size_t max_connections = 256;  // open at the same time
  std::size_t kept_connections = 64;  // idle ones kept for the next request
};

// libcurl driven by `executor`, whose one thread is the only one that may use it. Everything given
// by reference outlives it; no fetch may run when it is destroyed.
std::unique_ptr<Fetcher> make_fetcher(const asio::any_io_executor& executor, Resolver& resolver,
                                      const Clock& clock, FetcherOptions options = {});

}  // namespace hitokoe::net
