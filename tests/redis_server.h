// A Redis of one test's own, on a free port of loopback, with a folder of its own.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/integration/free_port.h"
#include "tests/scratch_folder.h"

namespace hitokoe::testing {

class RedisServer {
 public:
  // `more`: words for redis-server, as "--maxmemory", "1mb".
  explicit RedisServer(std::vector<std::string> more = {}) : more_(std::move(more)) {
    for (int attempt = 0; attempt < 5 && pid_ < 0; ++attempt) {
      port_ = free_port();
      start();
    }
    EXPECT_GE(pid_, 0) << "redis-server does not start: ops/setup --for test installs it";
  }
  ~RedisServer() { kill(); }
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  int port() const { return port_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  // Connections that others hold.
  int clients() const {
    const std::string_view before = "connected_clients:";
    const auto said = ask("INFO clients\r\n");
    const auto at = said.find(before);
    return at == std::string::npos ? 0 : std::stoi(said.substr(at + before.size())) - 1;
  }

  // As a power cut: nothing is written any more.
  void kill() { end(SIGKILL); }
  void signal(int number) const { ::kill(pid_, number); }
  // Comes back with nothing: another server, or one whose disk was lost.
  void forget() {
    kill();
    std::filesystem::remove_all(folder_.path() / "appendonlydir");
  }
  // All data are gone while it runs, as by somebody's FLUSHALL.
  void flush() const { ask("FLUSHALL\r\n"); }
  // Its memory is full from now on, and then no more.
  void fill() const { ask("CONFIG SET maxmemory 1\r\n"); }
  void make_room() const { ask("CONFIG SET maxmemory 0\r\n"); }
  // Everybody's connection is closed.
  void cut_off() const { ask("CLIENT KILL TYPE normal\r\n"); }
  // Again on the same port and folder.
  void start() {
    std::vector<std::string> words{"redis-server", "--bind", "127.0.0.1", "--port",
                                   std::to_string(port_), "--dir", folder_.path().string(),
                                   "--save", "", "--appendonly", "yes",
                                   // Every second would hold back what it writes while the disk is
                                   // slow: a kill would lose what a test relies on.
                                   "--appendfsync", "no", "--logfile", "log"};
    words.insert(words.end(), more_.begin(), more_.end());
    std::filesystem::remove(folder_.path() / "log");
    std::vector<char*> argv;
    argv.reserve(words.size() + 1);
    for (auto& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    // Not our output: were we to die, whoever reads that would wait for it.
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    for (const int fd : {1, 2}) {
      ::posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_WRONLY, 0);
    }
    const int failed =
        ::posix_spawnp(&pid_, "redis-server", &actions, nullptr, argv.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) {
      pid_ = -1;
      return;
    }
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (std::chrono::steady_clock::now() < until) {
      if (::waitpid(pid_, nullptr, WNOHANG) == pid_) {
        pid_ = -1;  // the port was taken in the meantime
        return;
      }
      if (answers()) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    kill();
  }

 private:
  // Ours, by its own log, not one that took the port in the meantime. While it loads its data it
  // answers, but does nothing.
  bool answers() const {
    std::stringstream log;
    log << std::ifstream(folder_.path() / "log").rdbuf();
    if (log.str().find("Ready to accept connections") == std::string::npos) return false;
    const auto said = ask("PING\r\n");
    return !said.empty() && said.rfind("-LOADING", 0) != 0;
  }
  // The first bytes of the answer; empty without one.
  std::string ask(std::string_view words) const {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(static_cast<std::uint16_t>(port_));
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience{2, 0};
    ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    char said[64] = {};
    const bool answered = ::connect(socket, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0 &&
                          ::send(socket, words.data(), words.size(), MSG_NOSIGNAL) ==
                              static_cast<ssize_t>(words.size()) &&
                          ::recv(socket, said, sizeof said - 1, 0) > 0;
    ::close(socket);
    return answered ? said : "";
  }
  void end(int number) {
    if (pid_ < 0) return;
    ::kill(pid_, number);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }

  std::vector<std::string> more_;
  ScratchFolder folder_;
  int port_ = 0;
  pid_t pid_ = -1;
};

}  // namespace hitokoe::testing
