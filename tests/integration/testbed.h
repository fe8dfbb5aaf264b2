// A real server in a folder of its own on a free port of loopback, by ops/testbed.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/scratch_folder.h"

namespace hitokoe::testing {

class Testbed {
 public:
  // Starts `part` ("bepasty", "postfix", "tor", …) and waits until it answers.
  explicit Testbed(std::string part, int port = 0);  // 0: any free one
  ~Testbed();                                        // stops it; its folder goes, too
  Testbed(const Testbed&) = delete;
  Testbed& operator=(const Testbed&) = delete;

  int started() const { return started_; }           // exit code of ops/testbed
  const std::string& said() const { return said_; }  // by the last call
  int port() const { return port_; }
  const std::filesystem::path& folder() const { return folder_.path(); }

  // What the part prints, a line each: ids of pastes, for example.
  std::vector<std::string> seed(const std::vector<std::string>& arguments);

 private:
  int call(const std::string& action, const std::vector<std::string>& more);

  std::string part_;
  ScratchFolder folder_;
  int port_;
  int started_ = -1;
  std::string said_;
};

}  // namespace hitokoe::testing
