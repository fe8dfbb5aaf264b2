// Any bytes: read or refused, and every accessor is safe on every node.
#include <cstdlib>

#include "hitokoe/text/yaml.h"

namespace {

using hitokoe::text::YamlNode;
using hitokoe::text::YamlProblems;

void read_everything(const YamlNode& node, YamlProblems& problems, int& budget) {
  if (--budget < 0) return;
  (void)node.text(problems, "text");
  (void)node.integer(problems, "integer", -9, 9);
  (void)node.number(problems, "number", -9, 9);
  (void)node.boolean(problems, "boolean");
  (void)node.day(problems, "day");
  (void)node.duration(problems, "duration");
  (void)node.texts(problems, "texts");
  (void)node.get("a");
  node.refuse_unknown(problems);
  for (const auto& item : node.items()) read_everything(item, problems, budget);
  for (const auto& [key, value] : node.entries()) {
    if (!node.has(key)) std::abort();
    read_everything(value, problems, budget);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto root = YamlNode::parse({reinterpret_cast<const char*>(data), size}, "f.yaml",
                              {.bytes = 1U << 16, .nodes = 5000});
  if (!root) {
    if (root.error().detail.rfind("f.yaml:", 0) != 0) std::abort();
    return 0;
  }
  YamlProblems problems("f.yaml");
  int budget = 2000;
  read_everything(root.value(), problems, budget);
  (void)problems.result();
  return 0;
}
