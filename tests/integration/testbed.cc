#include "tests/integration/testbed.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <sstream>

#include "tests/integration/free_port.h"
#include "tests/places.h"

namespace hitokoe::testing {

Testbed::Testbed(std::string part, int port)
    : part_(std::move(part)), port_(port == 0 ? free_port() : port) {
  started_ = call("start", {});
}

Testbed::~Testbed() { call("stop", {}); }

std::vector<std::string> Testbed::seed(const std::vector<std::string>& arguments) {
  EXPECT_EQ(call("seed", arguments), 0) << said_;
  std::vector<std::string> lines;
  std::istringstream in(said_);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

int Testbed::call(const std::string& action, const std::vector<std::string>& more) {
  // Should this process be killed, what it started ends.
  std::string command = "TESTBED_OWNER=" + std::to_string(::getpid()) +
                        " " HITOKOE_SOURCE_DIR "/ops/testbed " + action + " " + part_ + " --dir '" +
                        folder().string() + "' --port " + std::to_string(port_);
  for (const auto& word : more) command += " '" + word + "'";
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  said_.clear();
  char piece[256];
  while (std::fgets(piece, sizeof piece, pipe) != nullptr) said_ += piece;
  const int status = ::pclose(pipe);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace hitokoe::testing
