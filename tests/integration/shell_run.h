// `hitokoe` as a line of a shell runs it.
#pragma once

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>

#include "tests/places.h"
#include "tests/scratch_folder.h"

namespace hitokoe {

struct Ran {
  int exit = -1;
  std::string out, err;
};

// `arguments` as a person types them, quotes included. `language`: "en" or "ja". Files "in" and
// "err" of the folder are overwritten.
inline Ran run_in_shell(const ScratchFolder& folder, const std::string& arguments,
                        const std::string& language, const std::string& input = "") {
  const auto in = folder.put("in", as_bytes(input));
  const auto err = folder / "err";
  const std::string command = "HITOKOE_LANG=" + language + " " HITOKOE_BIN_DIR "/hitokoe " +
                              arguments + " <'" + in.string() + "' 2>'" + err.string() + "'";
  Ran ran;
  FILE* pipe = ::popen(command.c_str(), "r");
  std::array<char, 4096> buffer{};
  while (const auto n = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    ran.out.append(buffer.data(), n);
  }
  const int status = ::pclose(pipe);
  ran.exit = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  std::stringstream all;
  all << std::ifstream(err).rdbuf();
  ran.err = all.str();
  return ran;
}

}  // namespace hitokoe
