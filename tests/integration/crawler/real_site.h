// A real server that ops/testbed starts, and the example of config/sources that reads it.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "hitokoe/base/file.h"
#include "tests/integration/testbed.h"
#include "tests/places.h"

namespace hitokoe::testing {

class RealSite : public Testbed {
 public:
  explicit RealSite(const std::string& part) : Testbed(part) { EXPECT_EQ(started(), 0) << said(); }

  std::string base() const { return "http://127.0.0.1:" + std::to_string(port()); }

  // Seeds a file of that text, behind `before`: `reply TOPIC` for example; what the part printed
  // first.
  std::string post(const std::string& text, std::vector<std::string> before = {}) {
    const auto file = folder() / "post.txt";
    std::ofstream(file, std::ios::binary) << text;
    before.push_back(file.string());
    const auto printed = seed(before);
    EXPECT_FALSE(printed.empty());
    return printed.empty() ? std::string() : printed.front();
  }
};

// The example with another address, in a hurry.
inline std::string example(const std::string& name, const std::string& theirs,
                           const std::string& ours) {
  const auto file =
      read_file(HITOKOE_SOURCE_DIR "/config/sources/" + name + ".example.yaml").value();
  std::string yaml(as_text(file));
  yaml.replace(yaml.find(theirs), theirs.size(), ours);
  return yaml + "    delay: 10ms\n    allow_networks: [127.0.0.0/8]\n";
}

}  // namespace hitokoe::testing
