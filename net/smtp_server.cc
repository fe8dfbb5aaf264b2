#include "hitokoe/net/smtp_server.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/stream_traits.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <optional>
#include <set>

#include "net/listener.h"
#include "net/smtp_dialogue.h"

namespace hitokoe::net {
namespace {

namespace beast = boost::beast;
using asio::ip::tcp;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kLineBytes = 2048;  // RFC 5321 4.5.3.1.4 asks for 512, extensions for more
constexpr std::size_t kReadBytes = 16U << 10;
constexpr auto kShutdownTime = std::chrono::seconds(1);

enum class Ending { kClosed, kStartTls };

}  // namespace

struct SmtpServer::Impl : std::enable_shared_from_this<SmtpServer::Impl> {
  Impl(const asio::any_io_executor& e, SmtpServerOptions o, SmtpHandlers h, Logger l)
      : executor(e),
        options(std::move(o)),
        handlers(std::move(h)),
        log(std::move(l)),
        acceptor(e),
        tls(asio::ssl::context::tls_server),
        tasks(e),
        changed(e) {
    changed.expires_at(asio::steady_timer::time_point::max());
  }

  asio::any_io_executor executor;
  SmtpServerOptions options;
  SmtpHandlers handlers;
  Logger log;
  tcp::acceptor acceptor;
  asio::ssl::context tls;
  TaskGroup tasks;
  asio::steady_timer changed;
  std::set<beast::tcp_stream*> live;
  std::uint16_t bound_port = 0;
  bool stopping = false;

  Result<void> bind();
  Task<Result<void>> accept_loop();
  Task<Result<void>> run(tcp::socket socket);
  Task<void> run_both(beast::tcp_stream& plain);
  template <class Stream>
  Task<Ending> converse(Stream& stream, bool is_tls);
  template <class Stream>
  Task<bool> read_more(Stream& stream, std::string& buffer);
  // The message up to its end, which is taken out of `buffer`; nothing where the client went away
  // or the message is too large (then `reply` says so).
  template <class Stream>
  Task<std::optional<std::string>> read_message(Stream& stream, std::string& buffer,
                                                std::string& reply);
  template <class Stream>
  Task<bool> write(Stream& stream, std::string text);
};

Result<void> SmtpServer::Impl::bind() {
  TRYV(use_certificate(tls, options.certificate, options.private_key));
  TRY(bound_port, listen_on(acceptor, options.address, options.port));
  return ok();
}

Task<Result<void>> SmtpServer::Impl::accept_loop() {
  return accept_all({acceptor, changed, [this] { return stopping; },
                     [this] { return live.size() >= options.connections; },
                     [this](tcp::socket socket) { tasks.spawn("smtp", run(std::move(socket))); }});
}

Task<Result<void>> SmtpServer::Impl::run(tcp::socket socket) {
  if (stopping) co_return ok();
  beast::error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  beast::tcp_stream plain(std::move(socket));
  live.insert(&plain);
  co_await run_both(plain);
  live.erase(&plain);
  changed.cancel();
  co_return ok();
}

Task<void> SmtpServer::Impl::run_both(beast::tcp_stream& plain) {
  const Ending first = co_await converse(plain, false);
  if (first == Ending::kStartTls && !stopping) {
    beast::ssl_stream<beast::tcp_stream&> secure(plain, tls);
    plain.expires_after(options.command_timeout);
    auto [failed] = co_await secure.async_handshake(asio::ssl::stream_base::server, kAwait);
    if (failed) co_return;
    co_await converse(secure, true);
    plain.expires_after(kShutdownTime);
    co_await secure.async_shutdown(kAwait);
  }
  beast::error_code ignored;
  plain.socket().shutdown(tcp::socket::shutdown_both, ignored);
}

template <class Stream>
Task<bool> SmtpServer::Impl::read_more(Stream& stream, std::string& buffer) {
  const std::size_t had = buffer.size();
  buffer.resize(had + kReadBytes);
  beast::get_lowest_layer(stream).expires_after(options.command_timeout);
  auto [error, n] =
      co_await stream.async_read_some(asio::buffer(buffer.data() + had, kReadBytes), kAwait);
  buffer.resize(had + (error ? 0 : n));
  co_return !error;
}

template <class Stream>
Task<bool> SmtpServer::Impl::write(Stream& stream, std::string text) {
  beast::get_lowest_layer(stream).expires_after(options.command_timeout);
  auto [error, n] = co_await asio::async_write(stream, asio::buffer(text), kAwait);
  co_return !error;
}

template <class Stream>
Task<std::optional<std::string>> SmtpServer::Impl::read_message(Stream& stream, std::string& buffer,
                                                                std::string& reply) {
  std::size_t looked = 0;
  for (;;) {
    // An empty message is a dot right after DATA's answer.
    const bool empty = buffer.starts_with(".\r\n");
    const std::size_t end = empty ? 0 : buffer.find("\r\n.\r\n", looked);
    if (empty || end != std::string::npos) {
      const std::size_t keep = empty ? 0 : end + 2;
      std::string message = buffer.substr(0, keep);
      buffer.erase(0, keep + 3);
      co_return message;
    }
    if (buffer.size() > options.message_bytes) {
      reply = "552 5.3.4 the message is too large\r\n";
      co_return std::nullopt;
    }
    looked = buffer.size() < 4 ? 0 : buffer.size() - 4;
    const bool more = co_await read_more(stream, buffer);
    if (!more) co_return std::nullopt;
  }
}

template <class Stream>
Task<Ending> SmtpServer::Impl::converse(Stream& stream, bool is_tls) {
  SmtpDialogue dialogue(options, handlers, is_tls);
  std::string buffer;
  // RFC 3207: no second greeting after the handshake.
  if (!is_tls && !co_await write(stream, dialogue.greeting())) co_return Ending::kClosed;
  while (!stopping) {
    const std::size_t end = buffer.find("\r\n");
    if (end == std::string::npos) {
      if (buffer.size() > kLineBytes) {
        co_await write(stream, "500 5.5.2 the line is too long\r\n");
        co_return Ending::kClosed;
      }
      const bool more = co_await read_more(stream, buffer);
      if (!more) co_return Ending::kClosed;
      continue;
    }
    const std::string line = buffer.substr(0, end);
    buffer.erase(0, end + 2);
    std::string reply;
    const auto next = dialogue.command(line, reply);
    // Commands that were sent along in clear text could be somebody else's (CVE-2011-0411).
    if (next == SmtpDialogue::Next::kStartTls && !buffer.empty()) {
      co_await write(stream, "554 5.5.1 wait for the answer to STARTTLS\r\n");
      co_return Ending::kClosed;
    }
    const bool written = co_await write(stream, std::move(reply));
    if (!written || next == SmtpDialogue::Next::kClose) co_return Ending::kClosed;
    if (next == SmtpDialogue::Next::kStartTls) co_return Ending::kStartTls;
    if (next != SmtpDialogue::Next::kData) continue;
    std::string refusal;
    auto message = co_await read_message(stream, buffer, refusal);
    if (!message) {
      if (!refusal.empty()) co_await write(stream, std::move(refusal));
      co_return Ending::kClosed;
    }
    std::string answer = dialogue.message(*message);
    const bool answered = co_await write(stream, std::move(answer));
    if (!answered) co_return Ending::kClosed;
  }
  co_return Ending::kClosed;
}

SmtpServer::SmtpServer(const asio::any_io_executor& executor, SmtpServerOptions options,
                       SmtpHandlers handlers, Logger log)
    : impl_(std::make_shared<Impl>(executor, std::move(options), std::move(handlers),
                                   std::move(log))) {}

SmtpServer::~SmtpServer() = default;

Result<void> SmtpServer::start() {
  TRYV(impl_->bind());
  impl_->tasks.on_failure([log = impl_->log](const std::string&, const Error& error) {
    log.error("smtp.connection_failed", {{"error", to_string(error.code)}});
  });
  impl_->tasks.spawn("accept", impl_->accept_loop());
  return ok();
}

std::uint16_t SmtpServer::port() const { return impl_->bound_port; }

Task<void> SmtpServer::stop() {
  const auto self = impl_;
  self->stopping = true;
  beast::error_code ignored;
  self->acceptor.close(ignored);
  self->changed.cancel();
  for (beast::tcp_stream* stream : self->live) stream->close();
  self->tasks.stop();
  co_await self->tasks.join();
}

}  // namespace hitokoe::net
