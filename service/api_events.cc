#include "service/api_events.h"

namespace hitokoe::service {

namespace {

constexpr Duration kTrusted = std::chrono::seconds(60);  // then the token is looked at again

}  // namespace

struct EventsApi::Stream {
  std::shared_ptr<LiveEvents::Listener> listener;
  net::HttpRequest request;  // of the token
  UtcTime checked{};
};

void EventsApi::install(net::HttpServer& server) {
  server.route("GET", "/api/v1/events", [this](const net::HttpRequest& r) { return events(r); });
}

Task<net::HttpResponse> EventsApi::events(const net::HttpRequest& request) {
  auto who = co_await api_.viewer(request);
  if (!who) co_return std::move(who.error());
  auto listener =
      events_.listen(std::move(who.value()), request.header("Last-Event-ID").value_or(""));
  if (!listener) {
    auto refused = net::problem(503,
                                {"too many listen to the events already; ask for the lists instead",
                                 "イベントの受信が多すぎます。一覧を取得してください"},
                                request.language());
    refused.headers.emplace_back("Retry-After", "30");
    co_return refused;
  }
  const auto stream = std::make_shared<Stream>(Stream{listener, request, clock_.now()});
  stream->request.body.clear();
  net::HttpResponse response;
  response.content_type = "text/event-stream";
  response.headers.emplace_back("Cache-Control", "no-store");
  response.headers.emplace_back("X-Accel-Buffering", "no");
  response.next = [this, stream] { return more(stream); };
  co_return response;
}

// An account that was disabled, or whose token is over, is told no more.
Task<std::optional<std::string>> EventsApi::more(std::shared_ptr<Stream> stream) {
  if (clock_.now() - stream->checked >= kTrusted) {
    const auto who = co_await api_.viewer(stream->request);
    if (!who) co_return std::nullopt;
    stream->checked = clock_.now();
  }
  co_return co_await events_.next(stream->listener);
}

}  // namespace hitokoe::service
