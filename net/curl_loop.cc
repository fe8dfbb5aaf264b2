#include "net/curl_loop.h"

#include <unistd.h>

#include <algorithm>

namespace hitokoe::net {

struct CurlLoop::Watch {
  explicit Watch(const asio::any_io_executor& executor) : descriptor(executor) {}
  asio::posix::stream_descriptor descriptor;
  int wanted = 0;
  bool reading = false;
  bool writing = false;
  bool gone = false;  // handlers that are still queued must not touch the loop
};

CurlLoop::CurlLoop(const asio::any_io_executor& executor, FetcherOptions options)
    : executor_(executor), multi_(curl_multi_init()), timer_(executor) {
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &CurlLoop::on_socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &CurlLoop::on_timer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_MAX_TOTAL_CONNECTIONS,
                    static_cast<long>(options.max_connections));
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(options.kept_connections));
}

CurlLoop::~CurlLoop() {
  for (CURL* easy : idle_) curl_easy_cleanup(easy);
  // Closes the kept connections, which calls back into this object: before anything is gone.
  curl_multi_cleanup(multi_);
  alive_.reset();
  while (!watches_.empty()) forget(watches_.begin()->first);
}

CURL* CurlLoop::acquire() {
  if (idle_.empty()) return curl_easy_init();
  CURL* easy = idle_.back();
  idle_.pop_back();
  return easy;
}

void CurlLoop::release(CURL* easy) {
  constexpr std::size_t kKept = 64;
  if (idle_.size() >= kKept) {
    curl_easy_cleanup(easy);
    return;
  }
  curl_easy_reset(easy);
  idle_.push_back(easy);
}

bool CurlLoop::add(CURL* easy, Waiter* waiter) {
  curl_easy_setopt(easy, CURLOPT_PRIVATE, waiter);
  return curl_multi_add_handle(multi_, easy) == CURLM_OK;
}

void CurlLoop::remove(CURL* easy) { curl_multi_remove_handle(multi_, easy); }

int CurlLoop::close_socket(void* loop, curl_socket_t socket) {
  static_cast<CurlLoop*>(loop)->forget(socket);
  return ::close(socket);
}

int CurlLoop::on_socket(CURL*, curl_socket_t socket, int what, void* self, void*) {
  auto* loop = static_cast<CurlLoop*>(self);
  if (what == CURL_POLL_REMOVE) {
    loop->forget(socket);
  } else {
    loop->watch(socket, what);
  }
  return 0;
}

void CurlLoop::watch(curl_socket_t socket, int wanted) {
  auto found = watches_.find(socket);
  if (found == watches_.end()) {
    auto watch = std::make_shared<Watch>(executor_);
    boost::system::error_code error;
    watch->descriptor.assign(socket, error);
    if (error) return;  // the transfer ends by its time limits
    found = watches_.emplace(socket, std::move(watch)).first;
  }
  found->second->wanted = wanted;
  arm(socket, found->second);
}

void CurlLoop::forget(curl_socket_t socket) {
  const auto found = watches_.find(socket);
  if (found == watches_.end()) return;
  const auto watch = found->second;
  watches_.erase(found);
  watch->gone = true;
  watch->descriptor.release();  // libcurl owns the descriptor and closes it
}

void CurlLoop::arm(curl_socket_t socket, const std::shared_ptr<Watch>& watch) {
  if ((watch->wanted & CURL_POLL_IN) != 0 && !watch->reading) {
    watch->reading = true;
    watch->descriptor.async_wait(asio::posix::stream_descriptor::wait_read,
                                 [this, socket, watch](const boost::system::error_code& error) {
                                   watch->reading = false;
                                   if (error || watch->gone) return;
                                   act(socket, CURL_CSELECT_IN);
                                   if (!watch->gone) arm(socket, watch);
                                 });
  }
  if ((watch->wanted & CURL_POLL_OUT) != 0 && !watch->writing) {
    watch->writing = true;
    watch->descriptor.async_wait(asio::posix::stream_descriptor::wait_write,
                                 [this, socket, watch](const boost::system::error_code& error) {
                                   watch->writing = false;
                                   if (error || watch->gone) return;
                                   if ((watch->wanted & CURL_POLL_OUT) != 0) {
                                     act(socket, CURL_CSELECT_OUT);
                                   }
                                   if (!watch->gone) arm(socket, watch);
                                 });
  }
}

int CurlLoop::on_timer(CURLM*, long timeout_ms, void* self) {
  auto* loop = static_cast<CurlLoop*>(self);
  if (timeout_ms < 0) {
    loop->timer_.cancel();
    return 0;
  }
  loop->timer_.expires_after(std::chrono::milliseconds(timeout_ms));
  loop->timer_.async_wait(
      [loop, alive = std::weak_ptr<bool>(loop->alive_)](const boost::system::error_code& error) {
        if (error || alive.expired()) return;
        loop->act(CURL_SOCKET_TIMEOUT, 0);
      });
  return 0;
}

void CurlLoop::act(curl_socket_t socket, int events) {
  int running = 0;
  curl_multi_socket_action(multi_, socket, events, &running);
  tell_finished();
}

void CurlLoop::tell_finished() {
  int left = 0;
  while (CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    // The message dies with remove_handle: copy first.
    CURL* easy = message->easy_handle;
    const CURLcode code = message->data.result;
    void* waiter = nullptr;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &waiter);
    curl_multi_remove_handle(multi_, easy);
    static_cast<Waiter*>(waiter)->finished(code);
  }
}

}  // namespace hitokoe::net
