// Strict YAML for configuration: every value knows its line, unknown keys are errors, and all
// problems of a file are told at once. yaml-cpp is used only by text/yaml_parse.cc.
//
//   TRY(auto root, YamlNode::parse(text, "crawl.yaml"));
//   YamlProblems problems("crawl.yaml");
//   const auto every = root.get("every").duration(problems, "every");
//   const auto limit = root.get("limit").integer_or(problems, "limit", 1, 100, 10);
//   root.refuse_unknown(problems);
//   TRYV(problems.result());
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hitokoe/base/language.h"
#include "hitokoe/base/time.h"

namespace hitokoe::text {

// Collects "file:line: what" and turns them into one kBadInput.
class YamlProblems {
 public:
  explicit YamlProblems(std::string file) : file_(std::move(file)) {}
  void add(int line, Words what);
  bool any() const { return !lines_.empty(); }
  std::size_t count() const { return lines_.size(); }
  // ok, or kBadInput with one problem a line, sorted by line; the first 100 are told.
  Result<void> result() const;

 private:
  std::string file_;
  std::vector<std::pair<int, Words>> lines_;
};

struct YamlLimits {
  std::size_t bytes = 16U << 20;
  std::size_t nodes = 100'000;  // aliases count as what they stand for
  int depth = 64;
};

// "key" where it looks like a name of ours, else "…": error texts never carry foreign text.
std::string shown_key(std::string_view key);

// A view of one node; cheap to copy; lives as long as it is held, whatever happens to its document.
// Not thread-safe: reading notes which keys are known.
class YamlNode {
 public:
  // kBadInput ("file:line: what"): a syntax error, a control character or invalid UTF-8, a lone
  // carriage return, tags, a second document, keys that are not scalars. kLimit: over `limits`
  // (too long, an alias bomb, nested too deep). An empty document is a null node.
  static Result<YamlNode> parse(std::string_view text, std::string_view file,
                                YamlLimits limits = {});

  int line() const;  // 1, 2, …; of a missing value: the line of the map that lacks it
  bool is_map() const;
  bool is_list() const;
  bool is_scalar() const;
  bool is_null() const;  // also where it is missing

  // Maps. `get` and `has` note that the key is known; `refuse_unknown` reports the keys never
  // asked for and duplicate keys.
  bool has(std::string_view key) const;      // there, whatever it is (null too)
  YamlNode get(std::string_view key) const;  // a null node where it is missing
  int key_line(std::string_view key) const;  // of the key itself; line() where it is missing
  std::vector<std::pair<std::string, YamlNode>> entries() const;  // all keys count as known
  void refuse_unknown(YamlProblems& problems) const;
  std::vector<YamlNode> items() const;  // empty unless it is a list

  // Reports a problem unless it is a map (a list); what to read then is still safe to read.
  bool expect_map(YamlProblems& problems, std::string_view what) const;
  bool expect_map(YamlProblems& problems, const Words& what) const;
  bool expect_list(YamlProblems& problems, std::string_view what) const;

  // Scalars; report a problem and give the default ("" or `least` or the epoch) where the value is
  // missing or of another kind. `what` stands before the problem, the same in both languages: the
  // path of the key, "delegation D1: begins".
  // Numbers, booleans, days and durations are written without quotes.
  std::string text(YamlProblems& problems, std::string_view what) const;  // not empty
  std::int64_t integer(YamlProblems& problems, std::string_view what, std::int64_t least,
                       std::int64_t most) const;
  double number(YamlProblems& problems, std::string_view what, double least, double most) const;
  bool boolean(YamlProblems& problems, std::string_view what) const;  // true, false
  JstDay day(YamlProblems& problems, std::string_view what) const;    // 2026-04-01
  // "500ms", "1s", "5m", "24h", "30d"; at most 100 years
  Duration duration(YamlProblems& problems, std::string_view what) const;
  // A list of texts, none empty, none twice.
  std::vector<std::string> texts(YamlProblems& problems, std::string_view what) const;

  // The same for optional values: `def` where it is missing or null, a problem where it is wrong.
  std::string text_or(YamlProblems& problems, std::string_view what, std::string_view def) const;
  std::int64_t integer_or(YamlProblems& problems, std::string_view what, std::int64_t least,
                          std::int64_t most, std::int64_t def) const;
  double number_or(YamlProblems& problems, std::string_view what, double least, double most,
                   double def) const;
  bool boolean_or(YamlProblems& problems, std::string_view what, bool def) const;
  Duration duration_or(YamlProblems& problems, std::string_view what, Duration def) const;
  std::vector<std::string> texts_or_none(YamlProblems& problems, std::string_view what) const;

  struct State;
  explicit YamlNode(std::shared_ptr<State> state) : state_(std::move(state)) {}

 private:
  std::shared_ptr<State> state_;
};

}  // namespace hitokoe::text
