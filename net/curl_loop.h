// libcurl's multi interface on an Asio loop: sockets and the timer are Asio's, no thread, no poll.
#pragma once

#include <curl/curl.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <unordered_map>
#include <vector>

#include "hitokoe/net/fetcher.h"

namespace hitokoe::net {

class CurlLoop {
 public:
  // What is told when a transfer has ended. The handle has left the loop by then.
  class Waiter {
   public:
    virtual void finished(CURLcode code) = 0;

   protected:
    ~Waiter() = default;
  };

  CurlLoop(const asio::any_io_executor& executor, FetcherOptions options);
  ~CurlLoop();
  CurlLoop(const CurlLoop&) = delete;
  CurlLoop& operator=(const CurlLoop&) = delete;

  // A clean handle, used before or new; null when there is no memory. Give it back with release().
  CURL* acquire();
  void release(CURL* easy);

  // Begins the transfer of `easy`; `waiter` is told at its end, unless remove() came first.
  bool add(CURL* easy, Waiter* waiter);
  void remove(CURL* easy);

  // For CURLOPT_CLOSESOCKETFUNCTION, with the loop as its data: a connection may live longer than
  // the transfer that opened it.
  static int close_socket(void* loop, curl_socket_t socket);

 private:
  struct Watch;
  static int on_socket(CURL*, curl_socket_t socket, int what, void* self, void*);
  static int on_timer(CURLM*, long timeout_ms, void* self);
  void watch(curl_socket_t socket, int wanted);
  void forget(curl_socket_t socket);
  void arm(curl_socket_t socket, const std::shared_ptr<Watch>& watch);
  void act(curl_socket_t socket, int events);
  void tell_finished();

  asio::any_io_executor executor_;
  CURLM* multi_;
  asio::steady_timer timer_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::unordered_map<curl_socket_t, std::shared_ptr<Watch>> watches_;
  std::vector<CURL*> idle_;
};

}  // namespace hitokoe::net
