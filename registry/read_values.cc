#include "registry/read_values.h"

#include <algorithm>
#include <set>

namespace hitokoe::registry {
namespace {

using text::YamlNode;
using text::YamlProblems;

constexpr std::size_t kLongestId = 64;
constexpr std::size_t kLongestText = 400;  // bytes

}  // namespace

bool is_id(std::string_view id) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  return !id.empty() && id.size() <= kLongestId && plain(id.front()) &&
         std::ranges::all_of(id,
                             [&](char c) { return plain(c) || c == '-' || c == '_' || c == '.'; });
}

std::string read_id(const YamlNode& node, YamlProblems& problems, const std::string& what) {
  auto id = node.text(problems, what);
  if (id.empty() || is_id(id)) return id;
  problems.add(node.line(), what + Words{": an id has up to 64 letters, digits, '-', '_' or '.'",
                                         ": id は英数字と '-' '_' '.' で 64 文字まで"});
  return {};
}

std::string read_text(const YamlNode& node, YamlProblems& problems, const std::string& what) {
  auto value = node.text(problems, what);
  if (value.size() <= kLongestText) return value;
  problems.add(node.line(), what + Words{": longer than 400 bytes", ": 400 バイトを超えています"});
  return {};
}

std::string read_optional_text(const YamlNode& node, YamlProblems& problems,
                               const std::string& what) {
  return node.is_null() ? std::string() : read_text(node, problems, what);
}

Words at_least_one() { return {": at least one", ": 一つ以上が必要"}; }

std::vector<std::pair<FieldId, int>> read_items(const YamlNode& node, YamlProblems& problems,
                                                const std::string& what) {
  std::vector<std::pair<FieldId, int>> all;
  if (!node.expect_list(problems, what)) return all;
  if (node.items().empty()) problems.add(node.line(), what + at_least_one());
  std::set<FieldId> seen;
  for (const auto& item : node.items()) {
    const auto name = item.text(problems, what);
    if (name.empty()) continue;
    const auto field = identity::field_by_name(name);
    if (!field) {
      problems.add(item.line(), what + ": " + text::shown_key(name) + ": " + field.error().words());
    } else if (!seen.insert(field.value()).second) {
      problems.add(item.line(), what + ": " + text::shown_key(name) +
                                    Words{" is there twice", " が重複しています"});
    } else {
      all.emplace_back(field.value(), item.line());
    }
  }
  return all;
}

std::vector<FieldId> fields(const std::vector<std::pair<FieldId, int>>& items) {
  std::vector<FieldId> all;
  all.reserve(items.size());
  for (const auto& [field, line] : items) all.push_back(field);
  return all;
}

std::string named(const YamlNode& entry, const char* kind, std::size_t number, const char* key) {
  YamlProblems unheard("");
  const auto id = entry.get(key).text_or(unheard, "", "");
  return std::string(kind) + " " + (is_id(id) ? id : "no. " + std::to_string(number));
}

}  // namespace hitokoe::registry
