// A server of a Python script beside it, as a child process: "ready PORT" when it listens.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace hitokoe::testing {

class ScriptServer {
 public:
  // Listens when the constructor returns; port 0: it did not start.
  ScriptServer(const std::string& script, std::vector<std::string> arguments);
  ~ScriptServer() { end(); }
  ScriptServer(const ScriptServer&) = delete;
  ScriptServer& operator=(const ScriptServer&) = delete;

  int port() const { return port_; }
  void end();

 private:
  int port_ = 0;
  pid_t pid_ = -1;
};

}  // namespace hitokoe::testing
