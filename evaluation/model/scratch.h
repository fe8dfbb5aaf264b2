// A folder for what a run writes: made-up data only; gone at the end of the run.
#pragma once

#include <filesystem>

#include "hitokoe/base/result.h"

namespace hitokoe::evaluation {

class Scratch {
 public:
  // Under the system's folder for temporary files; for nobody else to read. kIo.
  static Result<Scratch> make();
  ~Scratch();
  Scratch(Scratch&& other) noexcept : path_(std::move(other.path_)) { other.path_.clear(); }
  Scratch& operator=(Scratch&&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  explicit Scratch(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace hitokoe::evaluation
