#include "tests/integration/agent/programs.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "tests/places.h"

namespace hitokoe {
namespace {

std::string content(const std::filesystem::path& path) {
  std::stringstream s;
  s << std::ifstream(path, std::ios::binary).rdbuf();
  return s.str();
}

}  // namespace

Running::Running(const std::string& program, const std::vector<std::string>& arguments,
                 const std::vector<std::string>& environment, const std::string& input) {
  dir_.put("in", as_bytes(input));
  const std::string path = std::filesystem::path(HITOKOE_BIN_DIR) / program;
  std::vector<std::string> words{path};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> variables{"PATH=/usr/bin:/bin"};
  variables.insert(variables.end(), environment.begin(), environment.end());

  child_ = ::fork();
  if (child_ == 0) {
    ::dup2(::open((dir_ / "in").c_str(), O_RDONLY), STDIN_FILENO);
    ::dup2(::open((dir_ / "out").c_str(), O_WRONLY | O_CREAT, 0600), STDOUT_FILENO);
    ::dup2(::open((dir_ / "err").c_str(), O_WRONLY | O_CREAT, 0600), STDERR_FILENO);
    std::vector<char*> argv, envp;
    for (auto& w : words) argv.push_back(w.data());
    for (auto& v : variables) envp.push_back(v.data());
    argv.push_back(nullptr);
    envp.push_back(nullptr);
    ::execve(path.c_str(), argv.data(), envp.data());
    std::_Exit(127);
  }
}

Running::~Running() {
  if (!ended()) {
    signal(SIGKILL);
    ::waitpid(child_, &status_, 0);
  }
}

void Running::signal(int number) const { ::kill(child_, number); }

bool Running::ended() {
  ended_ = ended_ || ::waitpid(child_, &status_, WNOHANG) == child_;
  return ended_;
}

std::string Running::out_so_far() const { return content(dir_ / "out"); }

std::string Running::err_so_far() const { return content(dir_ / "err"); }

Outcome Running::wait() {
  if (!ended_) ::waitpid(child_, &status_, 0);
  ended_ = true;
  return {WIFEXITED(status_) ? WEXITSTATUS(status_) : -1, content(dir_ / "out"),
          content(dir_ / "err")};
}

}  // namespace hitokoe
