// Files that the program carries: the console and the description of the API.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace hitokoe::service {

struct Asset {
  std::string path;  // as asked for
  std::string content_type;
  std::string_view content;
};

std::span<const Asset> assets();

}  // namespace hitokoe::service
