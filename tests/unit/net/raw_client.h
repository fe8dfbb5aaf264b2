// A blocking client on a plain or TLS socket, for tests of servers: sends any bytes in any pieces.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace hitokoe::net {

class RawClient {
 public:
  explicit RawClient(std::uint16_t port);  // on 127.0.0.1
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  // False: the certificate does not fit `name`, or the other side failed.
  bool start_tls(const std::filesystem::path& trusted, const std::string& name);
  bool send(std::string_view bytes);
  // What arrives until `end` is seen, the other side closes, or five seconds have passed.
  std::string read_until(std::string_view end);
  std::string read_all() { return read_until("\xff\xfe never sent"); }
  // True when the other side closed within five seconds and sent nothing more.
  bool closed();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hitokoe::net
