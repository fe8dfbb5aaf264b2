#include "hitokoe/net/http_server.h"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/http.hpp>
#include <charconv>
#include <set>
#include <sstream>

#include "net/http_routes.h"
#include "net/http_wire.h"
#include "net/listener.h"
#include "net/upload_body.h"

namespace hitokoe::net {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
// What is read at once (http_wire.cc) fits beside a header of the greatest size.
constexpr std::size_t kReadBytes = 64U << 10;
// What a refused client may still send before the connection is cut, so that it can read why.
constexpr std::size_t kDrainBytes = 1U << 20;
constexpr auto kDrainTime = std::chrono::seconds(1);

using NextPiece = std::function<Task<std::optional<std::string>>()>;

std::string hex_size(std::size_t n) {
  std::array<char, 16> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), n, 16).ptr;
  return {digits.data(), end};
}

void take_header(const http::request<http::empty_body>& from, HttpRequest& to) {
  to.method = std::string(from.method_string());
  for (const auto& field : from)
    to.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
}

struct Live {
  bool idle = true;
  std::function<void()> close;
};

http::response<http::string_body> render(HttpResponse&& from, unsigned version, bool keep_alive) {
  http::response<http::string_body> out;
  out.version(version);
  out.result(static_cast<unsigned>(from.status));
  out.set(http::field::content_type, from.content_type);
  out.set("X-Content-Type-Options", "nosniff");
  for (const auto& [name, value] : from.headers) out.set(name, value);
  out.body() = std::move(from.body);
  out.keep_alive(keep_alive);
  out.prepare_payload();
  return out;
}

// As it goes over the wire, with the empty line behind it.
std::string text_of(const http::response_header<>& header) {
  std::ostringstream out;
  out << header;
  return std::move(out).str();
}

// The answer to what could not be read; nothing where the client is gone or says nothing.
std::optional<HttpResponse> refusal(const beast::error_code& error, Language l) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return problem(431, {"the request's header is too large", "要求のヘッダが大きすぎます"}, l);
  }
  if (error == http::error::body_limit) {
    return problem(413, {"the request's body is too large", "要求の本文が大きすぎます"}, l);
  }
  if (error == http::error::end_of_stream || error == http::error::partial_message) return {};
  if (error.category() == http::make_error_code(http::error::bad_version).category()) {
    return problem(400, {"the request is malformed", "要求の形式が正しくありません"}, l);
  }
  return {};
}

}  // namespace

struct HttpServer::Impl : std::enable_shared_from_this<HttpServer::Impl> {
  Impl(const asio::any_io_executor& e, HttpServerOptions o, Logger l)
      : executor(e), options(std::move(o)), log(std::move(l)), acceptor(e), tasks(e), changed(e) {
    changed.expires_at(asio::steady_timer::time_point::max());
  }

  asio::any_io_executor executor;
  HttpServerOptions options;
  Logger log;
  tcp::acceptor acceptor;
  std::optional<asio::ssl::context> tls;
  TaskGroup tasks;
  Routes routes;
  std::set<Live*> live;
  asio::steady_timer changed;  // cancelled whenever a connection ends
  std::uint16_t bound_port = 0;
  bool stopping = false;

  Result<void> bind();
  Task<Result<void>> accept_loop();
  Task<Result<void>> run(tcp::socket socket);
  Task<void> converse(Wire& wire, Live& me, std::string remote);
  Task<void> refuse(Wire& wire, beast::error_code error, const http::fields& seen);
  Task<bool> take_upload(Wire& wire, beast::flat_buffer& buffer,
                         http::request_parser<http::empty_body>& header, HttpRequest& request,
                         const Routes::Upload& upload);
  Task<HttpResponse> answer(HttpRequest& request);
  Task<bool> write(Wire& wire, HttpResponse response, unsigned version, bool keep_alive, bool head);
  Task<std::optional<std::string>> next_piece(Live& me, const NextPiece& next, bool& failed);
  Task<bool> write_pieces(Wire& wire, Live& me, HttpResponse response, unsigned version,
                          bool keep_alive);
  Task<void> drain(Wire& wire);

  void enter(Live& me) { live.insert(&me); }
  void leave(Live& me) {
    live.erase(&me);
    changed.cancel();
  }
};

namespace {
// Keeps the set of connections right on every way out of a coroutine.
template <class Owner>
struct Registered {
  Registered(Owner& o, Live& m) : owner(o), me(m) { owner.enter(me); }
  ~Registered() { owner.leave(me); }
  Registered(const Registered&) = delete;
  Registered& operator=(const Registered&) = delete;
  Owner& owner;
  Live& me;
};

// A stop does not wait for what may come.
class WaitsForMore {
 public:
  explicit WaitsForMore(Live& me) : me_(me), close_(me.close) {
    me_.close = [this] {
      close_();
      cancel_.emit(asio::cancellation_type::terminal);
    };
  }
  ~WaitsForMore() { me_.close = close_; }
  WaitsForMore(const WaitsForMore&) = delete;
  WaitsForMore& operator=(const WaitsForMore&) = delete;
  asio::cancellation_slot slot() { return cancel_.slot(); }

 private:
  Live& me_;
  std::function<void()> close_;
  asio::cancellation_signal cancel_;
};
}  // namespace

Result<void> HttpServer::Impl::bind() {
  if (options.certificate.empty() != options.private_key.empty()) {
    return fail(Errc::kUsage, "TLS needs both a certificate and a private key",
                "TLS には証明書と秘密鍵の両方が必要");
  }
  if (!options.certificate.empty()) {
    tls.emplace(asio::ssl::context::tls_server);
    TRYV(use_certificate(*tls, options.certificate, options.private_key));
  }
  TRY(bound_port, listen_on(acceptor, options.address, options.port));
  return ok();
}

Task<Result<void>> HttpServer::Impl::accept_loop() {
  return accept_all({acceptor, changed, [this] { return stopping; },
                     [this] { return live.size() >= options.connections; },
                     [this](tcp::socket socket) {
                       tasks.spawn(tls ? "https" : "http", run(std::move(socket)));
                     }});
}

Task<Result<void>> HttpServer::Impl::run(tcp::socket socket) {
  beast::error_code error;
  std::string remote = socket.remote_endpoint(error).address().to_string();
  const auto wire =
      tls ? make_tls_wire(std::move(socket), *tls) : make_plain_wire(std::move(socket));
  auto& lowest = wire->lowest();
  Live me{.idle = true, .close = [&lowest] { lowest.close(); }};
  Registered registered(*this, me);
  if (stopping) co_return ok();
  lowest.expires_after(options.read_timeout);
  if (co_await wire->open()) co_return ok();
  co_await converse(*wire, me, std::move(remote));
  lowest.expires_after(kDrainTime);
  co_await wire->end();
  co_return ok();
}

Task<void> HttpServer::Impl::converse(Wire& wire, Live& me, std::string remote) {
  auto& lowest = wire.lowest();
  beast::flat_buffer buffer(options.header_bytes + kReadBytes);
  buffer.reserve(kReadBytes);
  while (!stopping) {
    if (buffer.size() == 0) {
      me.idle = true;
      lowest.expires_after(options.idle_timeout);
      const auto read = co_await wire.read_some(buffer.prepare(kReadBytes));
      if (read.error) co_return;
      buffer.commit(read.bytes);
      me.idle = false;
    }
    http::request_parser<http::empty_body> header;
    header.header_limit(options.header_bytes);
    header.body_limit(boost::none);
    lowest.expires_after(options.read_timeout);
    if (const auto wrong = co_await read_header(wire, buffer, header)) {
      co_await refuse(wire, wrong, header.get());
      co_return;
    }
    HttpRequest request;
    take_header(header.get(), request);
    request.remote_address = remote;
    const bool understood = split_target(header.get().target(), request);
    if (const auto* upload = understood ? routes.find_upload(request) : nullptr) {
      if (!co_await take_upload(wire, buffer, header, request, *upload)) co_return;
      continue;
    }
    const auto length = header.content_length();
    const bool too_long = length && *length > options.body_bytes;
    http::request_parser<http::string_body> parser(std::move(header));
    parser.body_limit(options.body_bytes);
    beast::error_code error = too_long ? http::error::body_limit : beast::error_code();
    if (!error) error = co_await read_whole(wire, buffer, parser);
    if (error) {
      co_await refuse(wire, error, parser.get());
      co_return;
    }
    auto message = parser.release();
    const bool head = message.method() == http::verb::head;
    request.body = std::move(message.body());
    HttpResponse response;
    if (understood) {
      response = co_await answer(request);
    } else {
      response =
          problem(400, {"the request's target is malformed", "要求の対象の形式が正しくありません"},
                  request.language());
    }
    const bool keep = message.keep_alive() && !stopping;
    const bool written =
        response.next && !head
            ? co_await write_pieces(wire, me, std::move(response), message.version(), keep)
            : co_await write(wire, std::move(response), message.version(), keep, head);
    if (!written || !keep) co_return;
  }
}

Task<void> HttpServer::Impl::refuse(Wire& wire, beast::error_code error, const http::fields& seen) {
  // The header lines that were read so far.
  auto response = refusal(error, accepted_language(seen[http::field::accept_language]));
  if (!response) co_return;
  const bool written = co_await write(wire, std::move(*response), 11, false, false);
  if (written) co_await drain(wire);
}

// @return whether the connection may be used again.
Task<bool> HttpServer::Impl::take_upload(Wire& wire, beast::flat_buffer& buffer,
                                         http::request_parser<http::empty_body>& header,
                                         HttpRequest& request, const Routes::Upload& upload) {
  const auto version = header.get().version();
  if (header.content_length() && *header.content_length() > upload.most) {
    co_await refuse(wire, http::error::body_limit, header.get());
    co_return false;
  }
  const bool waits = beast::iequals(header.get()[http::field::expect], "100-continue");
  UploadBody body(wire, buffer, std::move(header), upload.most, options.read_timeout, waits);
  HttpResponse response;
  try {
    response = co_await upload.handler(request, body);
  } catch (const std::exception&) {
    log.error("http.handler_failed", {{"method", request.method}});
    response = problem(500, {"internal error", "内部エラー"}, request.language());
  }
  const bool whole = body.whole();
  const bool keep = whole && body.keep_alive() && !stopping;
  const bool written = co_await write(wire, std::move(response), version, keep, false);
  if (written && !whole) co_await drain(wire);
  co_return written&& keep;
}

Task<HttpResponse> HttpServer::Impl::answer(HttpRequest& request) {
  const HttpHandler* handler = nullptr;
  if (auto refused = routes.find(request, handler)) co_return std::move(*refused);
  try {
    co_return co_await (*handler)(request);
  } catch (const std::exception&) {
    log.error("http.handler_failed", {{"method", request.method}});
  }
  co_return problem(500, {"internal error", "内部エラー"}, request.language());
}

Task<bool> HttpServer::Impl::write(Wire& wire, HttpResponse response, unsigned version,
                                   bool keep_alive, bool head) {
  const auto message = render(std::move(response), version, keep_alive);
  const auto header = text_of(message);
  wire.lowest().expires_after(options.write_timeout);
  const auto body = head ? asio::const_buffer() : asio::buffer(message.body());
  co_return !co_await wire.write({asio::buffer(header), body});
}

// What comes next; nothing at the end, or where the source failed. A stop does not wait for it.
Task<std::optional<std::string>> HttpServer::Impl::next_piece(Live& me, const NextPiece& next,
                                                              bool& failed) {
  WaitsForMore waits(me);
  try {
    co_return co_await asio::co_spawn(
        executor, next(), asio::bind_cancellation_slot(waits.slot(), asio::use_awaitable));
  } catch (const std::exception&) {
    failed = true;
  }
  if (!stopping) log.error("http.handler_failed", {{"method", "GET"}});
  co_return std::nullopt;
}

// HTTP/1.0 knows no chunks: there the end of the connection is the end of the body.
Task<bool> HttpServer::Impl::write_pieces(Wire& wire, Live& me, HttpResponse response,
                                          unsigned version, bool keep_alive) {
  auto& lowest = wire.lowest();
  const NextPiece next = std::move(response.next);
  const bool chunked = version >= 11;
  const auto whole = render(std::move(response), version, keep_alive && chunked);
  http::response<http::empty_body> header(whole.base());
  header.erase(http::field::content_length);
  header.chunked(chunked);
  const auto text = text_of(header);
  lowest.expires_after(options.write_timeout);
  if (co_await wire.write({asio::buffer(text), {}})) co_return false;
  bool failed = false;
  while (!stopping) {
    lowest.expires_never();
    me.idle = true;
    auto piece = co_await next_piece(me, next, failed);
    me.idle = false;
    if (failed) co_return false;
    if (!piece) break;
    if (piece->empty()) continue;
    // A chunk is its size in hexadecimal digits, and itself.
    if (chunked) *piece = hex_size(piece->size()) + "\r\n" + *piece + "\r\n";
    lowest.expires_after(options.write_timeout);
    if (co_await wire.write({asio::buffer(*piece), {}})) co_return false;
  }
  if (!chunked) co_return false;
  lowest.expires_after(options.write_timeout);
  const std::string_view last = "0\r\n\r\n";
  co_return !co_await wire.write({asio::buffer(last), {}});
}

Task<void> HttpServer::Impl::drain(Wire& wire) {
  auto& lowest = wire.lowest();
  beast::error_code ignored;
  lowest.socket().shutdown(tcp::socket::shutdown_send, ignored);
  lowest.expires_after(kDrainTime);
  std::array<char, 4096> waste;
  for (std::size_t total = 0; total < kDrainBytes;) {
    auto [error, n] = co_await lowest.async_read_some(asio::buffer(waste), kAwait);
    if (error) co_return;
    total += n;
  }
}

HttpServer::HttpServer(const asio::any_io_executor& executor, HttpServerOptions options, Logger log)
    : impl_(std::make_shared<Impl>(executor, std::move(options), std::move(log))) {}

HttpServer::~HttpServer() = default;

void HttpServer::route(std::string method, const std::string& pattern, HttpHandler handler) {
  impl_->routes.add(std::move(method), pattern, std::move(handler));
}

void HttpServer::route_upload(std::string method, const std::string& pattern, std::uint64_t most,
                              HttpUpload handler) {
  impl_->routes.add_upload(std::move(method), pattern, most, std::move(handler));
}

Result<void> HttpServer::start() {
  TRYV(impl_->bind());
  impl_->tasks.on_failure([log = impl_->log](const std::string&, const Error& error) {
    log.error("http.connection_failed", {{"error", to_string(error.code)}});
  });
  impl_->tasks.spawn("accept", impl_->accept_loop());
  return ok();
}

std::uint16_t HttpServer::port() const { return impl_->bound_port; }

std::string HttpServer::base_url() const {
  const bool v6 = impl_->options.address.find(':') != std::string::npos;
  const std::string host = v6 ? "[" + impl_->options.address + "]" : impl_->options.address;
  return (impl_->tls ? "https://" : "http://") + host + ":" + std::to_string(impl_->bound_port);
}

Task<void> HttpServer::stop(Duration grace) {
  const auto self = impl_;
  self->stopping = true;
  beast::error_code ignored;
  self->acceptor.close(ignored);
  self->changed.cancel();
  // Closing ends the connection's coroutine later, never within this loop.
  for (Live* connection : self->live) {
    if (connection->idle) connection->close();
  }
  self->changed.expires_after(grace);
  while (!self->live.empty()) {
    auto [error] = co_await self->changed.async_wait(kAwait);
    if (!error) break;  // the grace is over
  }
  for (Live* connection : self->live) connection->close();
  self->tasks.stop();
  co_await self->tasks.join();
}

}  // namespace hitokoe::net
