#include "tests/integration/net/hostile_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace hitokoe::testing {

bool HostileConnection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    pollfd ready{socket_, POLLOUT, 0};
    if (::poll(&ready, 1, 50) < 0 || stopping_) return false;
    if ((ready.revents & (POLLERR | POLLHUP)) != 0) return false;
    if ((ready.revents & POLLOUT) == 0) continue;
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) {
      if (errno == EAGAIN) continue;
      return false;
    }
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool HostileConnection::client_left(int timeout_ms) {
  pollfd ready{socket_, POLLIN | POLLRDHUP, 0};
  ::poll(&ready, 1, timeout_ms);
  return (ready.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

void HostileConnection::wait(std::chrono::milliseconds longest) {
  const auto until = std::chrono::steady_clock::now() + longest;
  while (!stopping_ && std::chrono::steady_clock::now() < until) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        until - std::chrono::steady_clock::now());
    if (client_left(static_cast<int>(std::clamp<long long>(left.count(), 0, 20)))) return;
  }
}

void HostileConnection::wait_for_ever() { wait(std::chrono::hours(1)); }

void HostileConnection::reset() {
  const linger hard{1, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
}

HostileServer::HostileServer(Handler handler, const std::string& address)
    : handler_(std::move(handler)), address_(address) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  ::inet_pton(AF_INET, address.c_str(), &at.sin_addr);
  socklen_t size = sizeof at;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&at), size) != 0 ||
      ::listen(listener_, 128) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size) != 0) {
    std::perror("HostileServer");
    std::abort();
  }
  port_ = ntohs(at.sin_port);
  acceptor_ = std::thread([this] { accept_loop(); });
}

HostileServer::~HostileServer() {
  stopping_ = true;
  acceptor_.join();
  for (auto& thread : threads_) thread.join();
  ::close(listener_);
}

void HostileServer::accept_loop() {
  while (!stopping_) {
    pollfd ready{listener_, POLLIN, 0};
    if (::poll(&ready, 1, 20) <= 0) continue;
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) continue;
    ++connections_;
    threads_.emplace_back([this, socket] { serve(socket); });
  }
}

void HostileServer::serve(int socket) {
  std::string buffer;
  while (!stopping_) {
    const auto end = buffer.find("\r\n\r\n");
    if (end == std::string::npos) {
      pollfd ready{socket, POLLIN, 0};
      if (::poll(&ready, 1, 20) <= 0) continue;
      char piece[4096];
      const auto got = ::recv(socket, piece, sizeof piece, 0);
      if (got <= 0) break;
      buffer.append(piece, static_cast<std::size_t>(got));
      continue;
    }
    HostileRequest request;
    std::string head = buffer.substr(0, end + 2);
    buffer.erase(0, end + 4);
    const auto first = head.find(' ');
    request.target = head.substr(first + 1, head.find(' ', first + 1) - first - 1);
    for (std::size_t at = head.find("\r\n") + 2; at < head.size();) {
      const auto stop = head.find("\r\n", at);
      const auto line = head.substr(at, stop - at);
      at = stop + 2;
      const auto colon = line.find(": ");
      if (colon == std::string::npos) continue;
      auto name = line.substr(0, colon);
      std::ranges::transform(name, name.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      });
      request.headers[name] = line.substr(colon + 2);
    }
    const auto length = request.headers.find("content-length");
    const std::size_t wanted = length == request.headers.end() ? 0 : std::stoul(length->second);
    while (buffer.size() < wanted && !stopping_) {
      char piece[4096];
      const auto got = ::recv(socket, piece, sizeof piece, 0);
      if (got <= 0) break;
      buffer.append(piece, static_cast<std::size_t>(got));
    }
    request.body = buffer.substr(0, wanted);
    buffer.erase(0, wanted);
    {
      const std::lock_guard lock(mutex_);
      request.number = ++counts_[request.target];
      requests_.push_back(request);
    }
    HostileConnection connection(socket, stopping_);
    if (!handler_(request, connection)) break;
  }
  ::close(socket);
}

std::string HostileServer::url(std::string_view target) const {
  return "http://" + address_ + ":" + std::to_string(port_) + std::string(target);
}

std::vector<HostileRequest> HostileServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

int HostileServer::count(const std::string& target) const {
  const std::lock_guard lock(mutex_);
  const auto found = counts_.find(target);
  return found == counts_.end() ? 0 : found->second;
}

std::string answer(int status, std::string_view body, std::string_view more_headers) {
  return "HTTP/1.1 " + std::to_string(status) +
         " X\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         std::string(more_headers) + "\r\n" + std::string(body);
}

}  // namespace hitokoe::testing
