// Runs the real programs as a person would, with stdin closed to a terminal.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace hitokoe {

struct Outcome {
  int code = -1;  // exit code; -1: a signal
  std::string out;
  std::string err;
};

// `program`: a name in build/PRESET/bin. `environment`: "NAME=value"; nothing else is passed on but
// PATH. `input` is given on stdin.
Outcome run(const std::string& program, const std::vector<std::string>& arguments,
            const std::vector<std::string>& environment, const std::string& input = {});

}  // namespace hitokoe
