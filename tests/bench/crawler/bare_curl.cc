// What libcurl itself takes for a page: its multi interface on an epoll, connections kept, the body
// counted and dropped, nothing else. The crawler's client can come near to this, never past it.
//   bare_curl URL REQUESTS CONCURRENCY       prints "WALL CPU", requests a second
#include <curl/curl.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <unordered_map>
#include <vector>

namespace {

double cpu_seconds() {
  struct rusage use {};
  ::getrusage(RUSAGE_SELF, &use);
  const auto of = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return of(use.ru_utime) + of(use.ru_stime);
}

class Bare {
 public:
  Bare(const char* url, std::uint64_t requests) : url_(url), left_(requests) {
    curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &Bare::on_socket);
    curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &Bare::on_timer);
    curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  }
  Bare(const Bare&) = delete;
  Bare& operator=(const Bare&) = delete;
  ~Bare() {
    for (CURL* easy : handles_) curl_easy_cleanup(easy);
    curl_multi_cleanup(multi_);
    ::close(epoll_);
  }

  void run(std::size_t concurrency) {
    for (std::size_t i = 0; i < concurrency; ++i) {
      CURL* easy = curl_easy_init();
      handles_.push_back(easy);
      curl_easy_setopt(easy, CURLOPT_URL, url_);
      curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
      curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 64L << 10);
      curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Bare::on_body);
      curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
      curl_multi_add_handle(multi_, easy);
      --left_;
      ++running_;
    }
    while (running_ > 0) turn();
  }
  std::uint64_t good() const { return good_; }
  std::uint64_t bytes() const { return bytes_; }

 private:
  void turn() {
    std::array<epoll_event, 64> events;
    const int wait = timer_ms_ < 0 ? 1000 : static_cast<int>(timer_ms_);
    const int n = ::epoll_wait(epoll_, events.data(), events.size(), wait);
    int running = 0;
    if (n == 0 || timer_ms_ == 0) {
      timer_ms_ = -1;
      curl_multi_socket_action(multi_, CURL_SOCKET_TIMEOUT, 0, &running);
    }
    for (int i = 0; i < n; ++i) {
      const auto& event = events.at(static_cast<std::size_t>(i));
      int what = 0;
      if ((event.events & (EPOLLIN | EPOLLHUP)) != 0) what |= CURL_CSELECT_IN;
      if ((event.events & EPOLLOUT) != 0) what |= CURL_CSELECT_OUT;
      if ((event.events & EPOLLERR) != 0) what |= CURL_CSELECT_ERR;
      curl_multi_socket_action(multi_, event.data.fd, what, &running);
    }
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      CURL* easy = message->easy_handle;
      long status = 0;
      curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
      if (message->data.result == CURLE_OK && status == 200) ++good_;
      curl_multi_remove_handle(multi_, easy);
      if (left_ > 0) {
        --left_;
        curl_multi_add_handle(multi_, easy);
      } else {
        --running_;
      }
    }
  }

  static std::size_t on_body(char*, std::size_t size, std::size_t count, void* self) {
    static_cast<Bare*>(self)->bytes_ += size * count;
    return size * count;
  }

  // A socket stays in the epoll while its connection is kept, as the crawler's client has it; none
  // is closed before the end.
  static int on_socket(CURL*, curl_socket_t socket, int what, void* self, void*) {
    auto* bare = static_cast<Bare*>(self);
    epoll_event event{};
    event.data.fd = socket;
    if (what == CURL_POLL_REMOVE) return 0;
    if (what == CURL_POLL_IN || what == CURL_POLL_INOUT) event.events |= EPOLLIN;
    if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT) event.events |= EPOLLOUT;
    auto& watched = bare->watched_[socket];
    if (watched == event.events) return 0;
    ::epoll_ctl(bare->epoll_, watched == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, socket, &event);
    watched = event.events;
    return 0;
  }

  static int on_timer(CURLM*, long timeout_ms, void* self) {
    static_cast<Bare*>(self)->timer_ms_ = timeout_ms;
    return 0;
  }

  const char* url_;
  std::uint64_t left_;
  std::size_t running_ = 0;
  std::uint64_t good_ = 0, bytes_ = 0;
  long timer_ms_ = -1;
  CURLM* multi_ = curl_multi_init();
  int epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  std::unordered_map<curl_socket_t, std::uint32_t> watched_;
  std::vector<CURL*> handles_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "bare_curl URL REQUESTS CONCURRENCY\n");
    return 2;
  }
  const auto requests = std::strtoull(argv[2], nullptr, 10);
  const auto concurrency = std::strtoull(argv[3], nullptr, 10);
  if (requests < concurrency) {
    std::fprintf(stderr, "bare_curl: at least as many requests as connections\n");
    return 2;
  }
  curl_global_init(CURL_GLOBAL_DEFAULT);
  const auto begun = std::chrono::steady_clock::now();
  const double cpu = cpu_seconds();
  Bare bare(argv[1], requests);
  bare.run(concurrency);
  const double wall =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  const auto n = static_cast<double>(bare.good());
  std::printf("%.0f %.0f\n", n / wall, n / (cpu_seconds() - cpu));
  return bare.good() == requests && bare.bytes() > 0 ? 0 : 1;
}
