// Runs the real programs as a person would, with stdin closed to a terminal.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "tests/scratch_folder.h"

namespace hitokoe {

struct Outcome {
  int code = -1;  // exit code; -1: a signal
  std::string out;
  std::string err;
};

// A program that runs. Killed where nobody waited for it.
class Running {
 public:
  // `program`: a name in build/PRESET/bin, or a whole path. `environment`: "NAME=value"; nothing
  // else is passed on but PATH. `input` is given on stdin.
  Running(const std::string& program, const std::vector<std::string>& arguments,
          const std::vector<std::string>& environment, const std::string& input = {});
  ~Running();
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  void signal(int number) const;
  bool ended();  // does not wait
  std::string out_so_far() const;
  std::string err_so_far() const;
  Outcome wait();

 private:
  ScratchFolder dir_;  // of its stdin, stdout and stderr
  pid_t child_ = -1;
  bool ended_ = false;
  int status_ = 0;
};

inline Outcome run(const std::string& program, const std::vector<std::string>& arguments,
                   const std::vector<std::string>& environment, const std::string& input = {}) {
  return Running(program, arguments, environment, input).wait();
}

}  // namespace hitokoe
