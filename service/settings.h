// One table of all settings, read and written by the same entries, so that file, documentation and
// code cannot drift apart.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "hitokoe/service/config.h"
#include "hitokoe/text/yaml.h"

namespace hitokoe::service {

struct Setting {
  std::string section;
  std::string key;
  std::string about;   // one line
  std::string bounds;  // "1 … 64"; empty where there are none
  std::function<void(const text::YamlNode&, text::YamlProblems&, const std::string& what)> read;
  std::function<std::string()> write;
  bool old = false;  // still read, in no file that is written any more
};

// In the order of the file. `config` must outlive the result.
std::vector<Setting> settings_of(Config& config);

// "500ms", "90s", "15m", "24h", "30d": the largest unit that divides it.
std::string shown_duration(Duration d);

}  // namespace hitokoe::service
