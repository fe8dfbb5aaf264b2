#include "tests/integration/agent/programs.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace hitokoe {
namespace {

std::string content(const std::filesystem::path& path) {
  std::stringstream s;
  s << std::ifstream(path, std::ios::binary).rdbuf();
  return s.str();
}

}  // namespace

Outcome run(const std::string& program, const std::vector<std::string>& arguments,
            const std::vector<std::string>& environment, const std::string& input) {
  std::string scratch = (std::filesystem::temp_directory_path() / "hitokoe-run-XXXXXX").string();
  const std::filesystem::path dir = ::mkdtemp(scratch.data());
  std::ofstream(dir / "in", std::ios::binary) << input;
  const std::string path = std::string(HITOKOE_BIN_DIR) + "/" + program;
  std::vector<std::string> words{path};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> variables{"PATH=/usr/bin:/bin"};
  variables.insert(variables.end(), environment.begin(), environment.end());

  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(::open((dir / "in").c_str(), O_RDONLY), STDIN_FILENO);
    ::dup2(::open((dir / "out").c_str(), O_WRONLY | O_CREAT, 0600), STDOUT_FILENO);
    ::dup2(::open((dir / "err").c_str(), O_WRONLY | O_CREAT, 0600), STDERR_FILENO);
    std::vector<char*> argv, envp;
    for (auto& w : words) argv.push_back(w.data());
    for (auto& v : variables) envp.push_back(v.data());
    argv.push_back(nullptr);
    envp.push_back(nullptr);
    ::execve(path.c_str(), argv.data(), envp.data());
    std::_Exit(127);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  Outcome done{WIFEXITED(status) ? WEXITSTATUS(status) : -1, content(dir / "out"),
               content(dir / "err")};
  std::filesystem::remove_all(dir);
  return done;
}

}  // namespace hitokoe
