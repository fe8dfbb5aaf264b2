// libcurl's multi interface on an Asio loop: its timer is Asio's, and its sockets are watched by an
// epoll of their own, which Asio watches. No thread.
#pragma once

#include <curl/curl.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "hitokoe/net/fetcher.h"
#include "net/handle_setting.h"

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

  // A handle, and what is set in it; null: it is clean. Null handle: there is no memory.
  struct Handle {
    CURL* easy = nullptr;
    std::unique_ptr<HandleSetting> setting;
  };
  // Used before or new. Its setting fits the request, or it is clean. Give it back with release().
  Handle acquire(const Request& request);
  // What was set beside the setting, and points somewhere, is cleared by then.
  void release(Handle handle);

  // Begins the transfer of `easy`; `waiter` is told at its end, unless remove() came first.
  bool add(CURL* easy, Waiter* waiter);
  void remove(CURL* easy);

  // A socket that libcurl was given, and gives back to close_socket().
  void opened(curl_socket_t socket);
  // For CURLOPT_CLOSESOCKETFUNCTION, with the loop as its data: a connection may live longer than
  // the transfer that opened it.
  static int close_socket(void* loop, curl_socket_t socket);

 private:
  struct Watch {
    std::uint32_t wanted = 0;   // events of epoll
    std::uint32_t watched = 0;  // what epoll was told
    bool ours = false;          // we are told when it is closed
  };

  static int on_socket(CURL*, curl_socket_t socket, int what, void* self, void*);
  static int on_timer(CURLM*, long timeout_ms, void* self);
  void watch(curl_socket_t socket, std::uint32_t wanted);
  void unwatch(curl_socket_t socket);
  void tell_epoll(curl_socket_t socket, Watch& watch, std::uint32_t events);
  void forget(curl_socket_t socket);
  void want(Watch& watch, std::uint32_t wanted);
  void listen_as_wanted();
  void listen();
  void take_events();
  void arm_timer();
  void soon();
  void act(curl_socket_t socket, int events);
  void tell_finished();

  asio::any_io_executor executor_;
  CURLM* multi_;
  asio::steady_timer timer_;
  std::optional<asio::steady_timer::time_point> due_;    // when libcurl wants to be called
  std::optional<asio::steady_timer::time_point> armed_;  // when the timer rings, at the latest
  bool soon_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  asio::posix::stream_descriptor epoll_;
  bool listening_ = false;
  std::size_t wanted_ = 0;  // sockets
  std::unordered_map<curl_socket_t, Watch> watches_;
  std::vector<Handle> idle_;
};

}  // namespace hitokoe::net
