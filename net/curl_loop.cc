#include "net/curl_loop.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <cerrno>

namespace hitokoe::net {

CurlLoop::CurlLoop(const asio::any_io_executor& executor, FetcherOptions options)
    : executor_(executor), multi_(curl_multi_init()), timer_(executor), epoll_(executor) {
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &CurlLoop::on_socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &CurlLoop::on_timer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_MAX_TOTAL_CONNECTIONS,
                    static_cast<long>(options.max_connections));
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(options.kept_connections));
  boost::system::error_code error;  // without it every transfer ends by its time limits
  epoll_.assign(::epoll_create1(EPOLL_CLOEXEC), error);
}

CurlLoop::~CurlLoop() {
  alive_.reset();
  for (const auto& handle : idle_) curl_easy_cleanup(handle.easy);
  // Closes the kept connections, which calls back into this object: before anything is gone.
  curl_multi_cleanup(multi_);
}

CurlLoop::Handle CurlLoop::acquire(const Request& request) {
  if (idle_.empty()) return {curl_easy_init(), nullptr};
  if (HandleSetting::may_stay(request)) {
    const auto alike = std::find_if(idle_.rbegin(), idle_.rend(), [&](const Handle& handle) {
      return handle.setting && handle.setting->fits(request);
    });
    if (alike != idle_.rend()) std::swap(*alike, idle_.back());
  }
  Handle handle = std::move(idle_.back());
  idle_.pop_back();
  const bool fits =
      handle.setting && HandleSetting::may_stay(request) && handle.setting->fits(request);
  if (handle.setting && !fits) {
    curl_easy_reset(handle.easy);
    handle.setting.reset();
  }
  return handle;
}

void CurlLoop::release(Handle handle) {
  constexpr std::size_t kKept = 64;
  if (idle_.size() >= kKept) {
    curl_easy_cleanup(handle.easy);
    return;
  }
  if (!handle.setting) curl_easy_reset(handle.easy);
  idle_.push_back(std::move(handle));
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
    loop->unwatch(socket);
    return 0;
  }
  std::uint32_t wanted = 0;
  if (what == CURL_POLL_IN || what == CURL_POLL_INOUT) wanted |= EPOLLIN;
  if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT) wanted |= EPOLLOUT;
  loop->watch(socket, wanted);
  return 0;
}

// A connection that is kept stays with epoll as it is: the next request on it wants the same, and
// its end is told. Others at once: libcurl closes some sockets without telling (those that wake it
// when a name is resolved), and the number is soon another socket's.
void CurlLoop::unwatch(curl_socket_t socket) {
  const auto found = watches_.find(socket);
  if (found == watches_.end()) return;
  if (!found->second.ours) {
    forget(socket);
    return;
  }
  want(found->second, 0);
  listen_as_wanted();
}

void CurlLoop::opened(curl_socket_t socket) { watches_[socket] = Watch{.ours = true}; }

void CurlLoop::want(Watch& watch, std::uint32_t wanted) {
  if (watch.wanted == 0 && wanted != 0) ++wanted_;
  if (watch.wanted != 0 && wanted == 0) --wanted_;
  watch.wanted = wanted;
}

void CurlLoop::watch(curl_socket_t socket, std::uint32_t wanted) {
  auto found = watches_.find(socket);
  if (found == watches_.end()) {
    if (wanted == 0) return;
    found = watches_.emplace(socket, Watch{}).first;
  }
  auto& watch = found->second;
  want(watch, wanted);
  if (watch.watched != wanted) tell_epoll(socket, watch, wanted);
  listen_as_wanted();
}

void CurlLoop::listen_as_wanted() {
  if (wanted_ > 0) {
    listen();
  } else if (listening_) {
    // A wait that nobody needs would keep the io_context from ending.
    listening_ = false;
    epoll_.cancel();
  }
}

void CurlLoop::tell_epoll(curl_socket_t socket, Watch& watch, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = socket;
  const int epoll = epoll_.native_handle();
  const int how = watch.watched == 0 ? EPOLL_CTL_ADD : events == 0 ? EPOLL_CTL_DEL : EPOLL_CTL_MOD;
  watch.watched = events;
  // What epoll knows of a number may be of a socket that was closed, and what we know, too.
  if (::epoll_ctl(epoll, how, socket, &event) == 0) return;
  if (how == EPOLL_CTL_ADD && errno == EEXIST) ::epoll_ctl(epoll, EPOLL_CTL_MOD, socket, &event);
  if (how == EPOLL_CTL_MOD && errno == ENOENT) ::epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &event);
}

// It may be closed already: then the kernel has forgotten it, too.
void CurlLoop::forget(curl_socket_t socket) {
  const auto found = watches_.find(socket);
  if (found == watches_.end()) return;
  auto& watch = found->second;
  want(watch, 0);
  if (watch.watched != 0) tell_epoll(socket, watch, 0);
  watches_.erase(found);
  listen_as_wanted();
}

void CurlLoop::listen() {
  if (listening_) return;
  listening_ = true;
  epoll_.async_wait(
      asio::posix::stream_descriptor::wait_read,
      [this, alive = std::weak_ptr<bool>(alive_)](const boost::system::error_code& error) {
        // After a cancel another wait may have begun, which is not this one's.
        if (error || alive.expired()) return;
        listening_ = false;
        take_events();
        if (wanted_ > 0) listen();
      });
}

void CurlLoop::take_events() {
  std::array<epoll_event, 64> events;
  const int n = ::epoll_wait(epoll_.native_handle(), events.data(), events.size(), 0);
  for (int i = 0; i < n; ++i) {
    const auto& event = events.at(static_cast<std::size_t>(i));
    const auto found = watches_.find(event.data.fd);
    if (found == watches_.end()) continue;  // closed by what came before
    if (found->second.wanted == 0) {
      // The server ended a connection that is kept, or says what nobody asked for: once is enough.
      tell_epoll(event.data.fd, found->second, 0);
      continue;
    }
    int what = 0;
    if ((event.events & (EPOLLIN | EPOLLHUP)) != 0) what |= CURL_CSELECT_IN;
    if ((event.events & EPOLLOUT) != 0) what |= CURL_CSELECT_OUT;
    if ((event.events & EPOLLERR) != 0) what |= CURL_CSELECT_ERR;
    int running = 0;
    curl_multi_socket_action(multi_, event.data.fd, what, &running);
  }
  tell_finished();
}

int CurlLoop::on_timer(CURLM*, long timeout_ms, void* self) {
  auto* loop = static_cast<CurlLoop*>(self);
  if (timeout_ms < 0) {
    loop->due_.reset();
    loop->armed_.reset();
    loop->timer_.cancel();
  } else if (timeout_ms == 0) {
    loop->due_.reset();
    loop->soon();
  } else {
    loop->due_ = asio::steady_timer::clock_type::now() + std::chrono::milliseconds(timeout_ms);
    if (!loop->armed_ || *loop->armed_ > *loop->due_) loop->arm_timer();
  }
  return 0;
}

// Not from within a callback of libcurl.
void CurlLoop::soon() {
  if (soon_) return;
  soon_ = true;
  asio::post(executor_, [this, alive = std::weak_ptr<bool>(alive_)] {
    if (alive.expired()) return;
    soon_ = false;
    act(CURL_SOCKET_TIMEOUT, 0);
  });
}

// A timer that rings too early is set anew, which is rarer than that libcurl changes its mind.
void CurlLoop::arm_timer() {
  armed_ = due_;
  timer_.expires_at(*due_);
  timer_.async_wait(
      [this, alive = std::weak_ptr<bool>(alive_)](const boost::system::error_code& error) {
        if (error || alive.expired()) return;
        armed_.reset();
        if (!due_) return;
        if (*due_ > timer_.expiry()) {
          arm_timer();
        } else {
          due_.reset();
          act(CURL_SOCKET_TIMEOUT, 0);
        }
      });
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
