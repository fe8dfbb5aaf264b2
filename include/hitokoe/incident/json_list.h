// Lists of what writes itself as JSON.
#pragma once

#include <ranges>
#include <string>
#include <string_view>

namespace hitokoe::incident {

// {"NAME":[…]}; `all` holds things with a to_json().
template <std::ranges::input_range All>
std::string json_list(std::string_view name, const All& all) {
  std::string out = "{\"" + std::string(name) + "\":[";
  for (const auto& one : all) {
    if (out.back() != '[') out += ',';
    out += to_json(one);
  }
  return out + "]}";
}

}  // namespace hitokoe::incident
