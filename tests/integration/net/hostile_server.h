// A web server for tests that says byte for byte what it is told to: threads and plain sockets, so
// that nothing repairs a broken answer.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace hitokoe::testing {

struct HostileRequest {
  std::string target;                          // "/path?query"
  std::map<std::string, std::string> headers;  // names in lower case
  int number = 0;                              // of this target, from 1
  std::string body{};                          // as long as Content-Length says
};

class HostileConnection {
 public:
  explicit HostileConnection(int socket, const std::atomic<bool>& stopping)
      : socket_(socket), stopping_(stopping) {}
  bool send(std::string_view bytes);             // false: the client has gone
  void wait(std::chrono::milliseconds longest);  // ends early when the client leaves or we stop
  void wait_for_ever();
  void reset();  // RST instead of FIN at the end

 private:
  bool client_left(int timeout_ms);
  int socket_;
  const std::atomic<bool>& stopping_;
};

class HostileServer {
 public:
  // Writes the whole answer; true: the connection is kept for another request.
  using Handler = std::function<bool(const HostileRequest&, HostileConnection&)>;

  explicit HostileServer(Handler handler, const std::string& address = "127.0.0.1");
  ~HostileServer();
  HostileServer(const HostileServer&) = delete;
  HostileServer& operator=(const HostileServer&) = delete;

  std::string url(std::string_view target) const;  // http://127.0.0.1:PORT/target
  int port() const { return port_; }
  std::vector<HostileRequest> requests() const;
  int count(const std::string& target) const;
  int connections() const { return connections_; }

 private:
  void accept_loop();
  void serve(int socket);

  Handler handler_;
  std::string address_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<int> connections_{0};
  mutable std::mutex mutex_;
  std::vector<HostileRequest> requests_;
  std::map<std::string, int> counts_;
  std::list<std::thread> threads_;
  std::thread acceptor_;
};

// A well-formed answer.
std::string answer(int status, std::string_view body, std::string_view more_headers = "");

}  // namespace hitokoe::testing
