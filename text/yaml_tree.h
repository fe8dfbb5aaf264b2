// The parsed tree behind YamlNode.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "hitokoe/text/yaml.h"

namespace hitokoe::text {

struct YamlNode::State {
  enum class Kind { kMissing, kNull, kScalar, kList, kMap };
  struct Entry {
    std::string key;
    int line = 0;
    std::shared_ptr<State> value;
  };

  Kind kind = Kind::kMissing;
  int line = 1;
  std::string text;        // of a scalar
  bool quoted = false;     // such a scalar is a text, whatever it looks like
  std::size_t weight = 1;  // nodes below and including this one, aliases expanded
  int height = 0;          // levels of lists and maps, this one included
  bool open = false;       // its end has not been read yet
  std::vector<std::shared_ptr<State>> list;
  std::vector<Entry> map;           // in the order of the file
  std::vector<std::size_t> by_key;  // positions in `map`, sorted by key, then position
  std::set<std::string, std::less<>> asked;
};

}  // namespace hitokoe::text
