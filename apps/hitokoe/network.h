// The network of a command that runs for a while and ends.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <memory>
#include <optional>

#include "apps/hitokoe/environment.h"
#include "hitokoe/base/async.h"
#include "hitokoe/net/fetcher.h"
#include "hitokoe/net/tor_control.h"

namespace hitokoe::app {

// The network, for as long as one command runs; SIGINT and SIGTERM end it in good order.
class Network {
 public:
  explicit Network(const Environment& env, net::FetcherOptions options = {})
      : resolver_(net::make_system_resolver(io_.get_executor())),
        fetcher_(net::make_fetcher(io_.get_executor(), *resolver_, env.clock, options)),
        renewer_(net::make_circuit_renewer(io_.get_executor())),
        group_(io_.get_executor()),
        signals_(io_, SIGINT, SIGTERM) {
    signals_.async_wait([this](const boost::system::error_code& error, int) {
      if (!error) group_.stop();
    });
  }

  net::Fetcher& fetcher() { return *fetcher_; }
  net::CircuitRenewer& renewer() { return *renewer_; }
  TaskGroup& group() { return group_; }

  template <class T>
  Result<T> run(Task<Result<T>> task) {
    std::optional<Result<T>> out;
    group_.spawn("command", keep<T>(std::move(task), out, *this));
    io_.run();
    if (!out) return fail(Errc::kCancelled, "stopped", "停止しました");
    return std::move(*out);
  }

 private:
  template <class T>
  static Task<Result<void>> keep(Task<Result<T>> task, std::optional<Result<T>>& out,
                                 Network& network) {
    out.emplace(co_await std::move(task));
    network.signals_.cancel();
    network.group_.stop();
    co_return ok();
  }

  asio::io_context io_;
  std::unique_ptr<net::Resolver> resolver_;
  std::unique_ptr<net::Fetcher> fetcher_;
  std::unique_ptr<net::CircuitRenewer> renewer_;
  TaskGroup group_;
  asio::signal_set signals_;
};

}  // namespace hitokoe::app
