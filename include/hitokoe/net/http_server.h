// A small HTTP/1.1 server on Asio coroutines: routes, limits, timeouts, graceful stop, optional
// TLS.
//
// Everything runs on the executor that is given (one io_context thread). Outside input never gets
// further than the limits below: what is malformed or too large is answered with the fitting
// status, as problem details (RFC 9457) that repeat nothing of the request, and the connection is
// closed; what is too slow is cut.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hitokoe/base/async.h"
#include "hitokoe/base/language.h"
#include "hitokoe/base/log.h"

namespace hitokoe::net {

struct HttpRequest {
  std::string method;  // "GET", "POST", …
  std::string path;    // percent-decoded, begins with a slash, no control characters
  std::map<std::string, std::string> query;   // percent-decoded; the first of a repeated name
  std::map<std::string, std::string> params;  // what {name} in the route's pattern stood for
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::string remote_address;  // without the port

  // Name in any case; the first of a repeated one.
  std::optional<std::string_view> header(std::string_view name) const;
  // By Accept-Language; English where it asks for neither of the two.
  Language language() const;
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;  // besides type and length
  // Where it is set, the body is what its calls give, each sent at once (chunked, RFC 9112 section
  // 7.1), until one gives nothing; `body` is not looked at. It waits as long as it likes: a client
  // that is gone is noticed with the next piece. Never called for HEAD. As HttpHandler, no
  // coroutine lambda with captures; an exception ends the connection.
  std::function<Task<std::optional<std::string>>()> next;
};

// What an Accept-Language header prefers (RFC 9110 section 12.5.4): "ja,en;q=0.8". `*` and other
// languages say nothing.
Language accepted_language(std::string_view header);

// Problem details, RFC 9457: {"type":"about:blank","title":…,"status":…,"detail":…}, with title and
// detail in `l` and a Content-Language. `detail` is our own text, never the request's.
HttpResponse problem(int status, const Words& detail, Language l);

// Must not be a coroutine lambda with captures: capture in a plain lambda that calls a coroutine.
// An exception becomes a 500 without its text.
using HttpHandler = std::function<Task<HttpResponse>(const HttpRequest&)>;

// What is to come of a request's body.
class HttpBody {
 public:
  virtual ~HttpBody() = default;
  // The next bytes, at most 64 KiB; nothing at the end. kUnavailable: the client went away, was
  // silent for `read_timeout`, or what it sent is no body; kLimit: more than the route takes.
  virtual Task<Result<std::optional<std::string>>> next() = 0;
};

// As HttpHandler, called when the header was read: `request.body` is empty. A body that is not read
// to its end closes the connection after the answer.
using HttpUpload = std::function<Task<HttpResponse>(const HttpRequest&, HttpBody&)>;

struct HttpServerOptions {
  std::string address = "127.0.0.1";  // numeric
  std::uint16_t port = 0;             // 0: any free one, see port()
  std::uint32_t header_bytes = 16U << 10;
  std::uint64_t body_bytes = 1U << 20;
  std::uint32_t connections = 256;                    // more wait in the kernel's queue
  Duration read_timeout = std::chrono::seconds(10);   // a request, from its first byte to its last
  Duration idle_timeout = std::chrono::seconds(60);   // between two requests
  Duration write_timeout = std::chrono::seconds(30);  // a response
  // PEM files; both or neither.
  std::filesystem::path certificate{};
  std::filesystem::path private_key{};
};

class HttpServer {
 public:
  HttpServer(const asio::any_io_executor& executor, HttpServerOptions options, Logger log);
  ~HttpServer();  // must be stopped, or never started
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Before start(). `pattern`: "/api/v1/incidents/{id}"; a {name} stands for one segment. HEAD is
  // answered by GET's handler without the body.
  void route(std::string method, const std::string& pattern, HttpHandler handler);

  // The same for a body of at most `most` bytes that is read as it comes, in pieces: memory does
  // not grow with it, and a client that waits for "100 Continue" sends nothing that is refused
  // before.
  void route_upload(std::string method, const std::string& pattern, std::uint64_t most,
                    HttpUpload handler);

  // Binds and begins to accept. kUnavailable: the address is taken or not ours; kBadInput: the
  // certificate or key cannot be read.
  Result<void> start();

  std::uint16_t port() const;    // after start()
  std::string base_url() const;  // "http://127.0.0.1:8080", without a slash at the end

  // Accepts no more, closes idle connections, lets running requests finish for `grace`, then cuts
  // them. Returns when the last connection is gone.
  Task<void> stop(Duration grace);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace hitokoe::net
