// Strict YAML for configuration: every value knows its line, unknown keys are errors, and all
// problems of a file are told at once. The only user of yaml-cpp is text/yaml.cc.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hitokoe/base/time.h"

namespace hitokoe::text {

// Collects "file:line: what" and turns them into one kBadInput.
class YamlProblems {
 public:
  explicit YamlProblems(std::string file) : file_(std::move(file)) {}
  void add(int line, std::string what);
  bool any() const { return !lines_.empty(); }
  Result<void> result() const;  // ok, or kBadInput with one problem a line, sorted by line

 private:
  std::string file_;
  std::vector<std::pair<int, std::string>> lines_;
};

// A view of one node; cheap to copy; the document lives as long as any of its nodes.
class YamlNode {
 public:
  // kBadInput for a syntax error, an alias bomb (over 100,000 nodes) or nesting over 64.
  static Result<YamlNode> parse(std::string_view text, std::string_view file);

  int line() const;  // 1, 2, …
  bool is_map() const;
  bool is_list() const;
  bool is_scalar() const;
  bool is_null() const;

  // Maps. `get` notes that the key is known; `refuse_unknown` reports the keys never asked for and
  // duplicate keys.
  bool has(std::string_view key) const;
  YamlNode get(std::string_view key) const;                       // a null node where it is missing
  std::vector<std::pair<std::string, YamlNode>> entries() const;  // all keys count as known
  void refuse_unknown(YamlProblems& problems) const;
  std::vector<YamlNode> items() const;

  // Scalars; report a problem and give the default where the value is missing or of another kind.
  std::string text(YamlProblems& problems, std::string_view what) const;
  std::string text_or(YamlProblems& problems, std::string_view what, std::string_view def) const;
  std::int64_t integer(YamlProblems& problems, std::string_view what, std::int64_t least,
                       std::int64_t most) const;
  double number(YamlProblems& problems, std::string_view what, double least, double most) const;
  bool boolean(YamlProblems& problems, std::string_view what) const;
  JstDay day(YamlProblems& problems, std::string_view what) const;
  // "500ms", "1s", "5m", "24h", "30d"
  Duration duration(YamlProblems& problems, std::string_view what) const;
  std::vector<std::string> texts(YamlProblems& problems, std::string_view what) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace hitokoe::text
