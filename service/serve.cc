// One process of the daemon: the loop, its signals, start and end in good order.
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <exception>
#include <functional>
#include <string>
#include <utility>

#include "hitokoe/incident/clocks.h"
#include "hitokoe/service/service.h"
#include "hitokoe/service/shared_queues.h"

namespace hitokoe::service {

namespace {

Task<void> until_signal(asio::signal_set& signals, Service& service, const Logger& log) {
  auto [error, number] = co_await signals.async_wait(asio::as_tuple(asio::use_awaitable));
  log.info("serve.stopping", {{"signal", number}});
  co_await service.stop();
  log.info("serve.stopped", {});
}

}  // namespace

Result<void> serve(ServiceParts parts, Config config, Roles roles,
                   const std::function<void(const std::string& base_url)>& ready) {
  const Logger log = parts.log.named("serve");
  if (!parts.rules) {
    TRY(parts.rules, incident::built_in_rules());
  }
  if (!parts.shared.redis) {
    TRY(parts.shared, open_shared_queues(config.redis, parts.data, parts.clock, parts.random, log));
  }
  asio::io_context io(1);
  // Before anything runs: a signal that comes during the start is not lost.
  asio::signal_set signals(io, SIGTERM, SIGINT);
  Service service(io.get_executor(), std::move(parts), std::move(config), roles);
  const auto started = service.start();
  std::exception_ptr thrown;
  const auto keep = [&](std::exception_ptr e) { thrown = std::move(e); };
  if (started) {
    log.info("serve.ready", {{"url", service.base_url()}});
    if (ready) ready(service.base_url());
    asio::co_spawn(io, until_signal(signals, service, log), keep);
  } else {
    asio::co_spawn(io, service.stop(), keep);
  }
  io.run();
  if (!started) return outcome::failure(started.error());
  if (thrown)
    return fail(Errc::kInternal, "the service did not end in good order",
                "サービスが正常に終わりませんでした");
  return ok();
}

}  // namespace hitokoe::service
