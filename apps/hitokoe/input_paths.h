// What scan and sweep take as PATH: files and folders, - for stdin.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "hitokoe/matcher/matcher.h"

namespace hitokoe::app {

inline std::filesystem::path path_of(const std::string& name) {
  return name == "-" ? "/dev/stdin" : name;
}

// 0 where one of them does not tell.
inline std::uint64_t bytes_of(const std::vector<std::string>& names) {
  std::uint64_t sum = 0;
  for (const auto& name : names) {
    const auto bytes = matcher::Exposure::bytes_at(path_of(name));
    if (!bytes) return 0;
    sum += *bytes;
  }
  return sum;
}

}  // namespace hitokoe::app
