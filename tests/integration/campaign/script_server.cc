#include "tests/integration/campaign/script_server.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

#include "tests/places.h"

namespace hitokoe::testing {

ScriptServer::ScriptServer(const std::string& script, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(),
                   {"python3", HITOKOE_SOURCE_DIR "/tests/integration/campaign/" + script});
  int out[2];
  if (pipe(out) != 0) abort();
  std::vector<char*> argv;
  for (auto& a : arguments) argv.push_back(a.data());
  argv.push_back(nullptr);
  pid_ = fork();
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // also where the test itself dies
    dup2(out[1], 1);
    close(out[0]);
    close(out[1]);
    execvp(argv[0], argv.data());
    _exit(127);
  }
  close(out[1]);
  auto* file = fdopen(out[0], "r");
  if (fscanf(file, "ready %d", &port_) != 1) port_ = 0;
  fclose(file);
}

void ScriptServer::end() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

}  // namespace hitokoe::testing
