#include "drill/loopback.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <map>
#include <mutex>
#include <thread>

#include "hitokoe/net/http_server.h"
#include "hitokoe/net/smtp_server.h"
#include "hitokoe/net/tls_certificate.h"

namespace hitokoe::drill {
namespace {

struct Page {
  Paste paste;
  bool failed = false;
};

std::string list_page(const std::map<std::string, Page>& pages) {
  std::string html =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>latest</title>"
      "</head><body><h1>latest</h1>\n<ul>\n";
  for (const auto& [key, page] : pages) {
    html += "<li><a href=\"/p/" + key + "\">" + page.paste.title + "</a> " +
            std::to_string(page.paste.bytes.size()) + " bytes</li>\n";
  }
  return html + "</ul></body></html>\n";
}

}  // namespace

struct Loopback::Impl {
  Impl(LoopbackOptions o, MailSpool s) : options(std::move(o)), spool(std::move(s)) {}

  LoopbackOptions options;
  MailSpool spool;
  mutable std::mutex spool_mutex;
  std::map<std::string, Page> pages;
  asio::io_context io;
  std::unique_ptr<net::HttpServer> paste;
  std::unique_ptr<net::SmtpServer> mail;
  std::filesystem::path certificate;
  std::thread thread;

  Result<void> begin(const Clock& clock, const Logger& log);
  Task<net::HttpResponse> list(const net::HttpRequest& request);
  Task<net::HttpResponse> raw(const net::HttpRequest& request);
};

Task<net::HttpResponse> Loopback::Impl::list(const net::HttpRequest&) {
  net::HttpResponse response;
  response.content_type = "text/html; charset=utf-8";
  response.body = list_page(pages);
  co_return response;
}

Task<net::HttpResponse> Loopback::Impl::raw(const net::HttpRequest& request) {
  const auto it = pages.find(request.params.at("key"));
  if (it == pages.end())
    co_return net::problem(404, {"no such paste", "そのような掲示はありません"},
                           request.language());
  Page& page = it->second;
  if (page.paste.fails_once && !page.failed) {
    page.failed = true;
    auto busy =
        net::problem(503, {"come back in a second", "1 秒後にもう一度"}, request.language());
    busy.headers.emplace_back("Retry-After", "1");
    co_return busy;
  }
  net::HttpResponse response;
  // No charset, as paste sites do: the matcher has to find out.
  response.content_type = "text/plain";
  response.body = page.paste.bytes;
  co_return response;
}

Result<void> Loopback::Impl::begin(const Clock& clock, const Logger& log) {
  for (const auto& p : options.pastes) pages[p.key] = {p, false};
  net::HttpServerOptions http;
  http.port = options.paste_port;
  paste = std::make_unique<net::HttpServer>(io.get_executor(), http, log.named("drill.paste"));
  paste->route("GET", "/", [this](const net::HttpRequest& r) { return list(r); });
  paste->route("GET", "/raw/{key}", [this](const net::HttpRequest& r) { return raw(r); });
  paste->route("GET", "/p/{key}", [this](const net::HttpRequest& r) { return raw(r); });

  TRY(const auto tls,
      net::make_certificate(options.folder / "tls", {"localhost", "127.0.0.1"}, clock.now()));
  certificate = tls.certificate;
  net::SmtpServerOptions smtp;
  smtp.port = options.mail_port;
  smtp.certificate = tls.certificate;
  smtp.private_key = tls.private_key;
  net::SmtpHandlers handlers;
  handlers.recipient = [refused = "@" + options.refused_domain](const std::string& to) {
    return to.ends_with(refused) ? net::SmtpReply{550, "5.1.1 no such mailbox"} : net::SmtpReply{};
  };
  handlers.deliver = [this](const net::ReceivedMail& received) {
    const std::lock_guard lock(spool_mutex);
    return spool.add(received) ? net::SmtpReply{} : net::SmtpReply{451, "4.3.0 cannot keep it"};
  };
  mail = std::make_unique<net::SmtpServer>(io.get_executor(), smtp, std::move(handlers),
                                           log.named("drill.mail"));
  TRYV(paste->start());
  const auto started = mail->start();
  thread = std::thread([this] { io.run(); });
  return started;
}

Loopback::Loopback(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Loopback::~Loopback() {
  if (!impl_->thread.joinable()) return;
  asio::co_spawn(impl_->io, impl_->paste->stop(std::chrono::milliseconds(0)), asio::use_future)
      .get();
  asio::co_spawn(impl_->io, impl_->mail->stop(), asio::use_future).get();
  impl_->thread.join();
}

Result<std::unique_ptr<Loopback>> Loopback::start(LoopbackOptions options, const Clock& clock,
                                                  const Logger& log) {
  TRY(auto spool, MailSpool::open(options.folder / "mail.spool"));
  std::unique_ptr<Loopback> loopback(
      new Loopback(std::make_unique<Impl>(std::move(options), std::move(spool))));
  TRYV(loopback->impl_->begin(clock, log));
  return loopback;
}

std::uint16_t Loopback::paste_port() const { return impl_->paste->port(); }
std::uint16_t Loopback::mail_port() const { return impl_->mail->port(); }
std::string Loopback::paste_list_url() const { return impl_->paste->base_url() + "/"; }
std::filesystem::path Loopback::mail_certificate() const { return impl_->certificate; }

MailCounts Loopback::mail() const {
  const std::lock_guard lock(impl_->spool_mutex);
  return {impl_->spool.accepted(), impl_->spool.duplicates(), impl_->spool.recipients()};
}

}  // namespace hitokoe::drill
