// Values of a registry file that several of its lists have: ids, texts, fields, lists of entries.
// Each tells what is wrong with its line, and gives an empty value then.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "hitokoe/registry/model.h"
#include "hitokoe/text/yaml.h"

namespace hitokoe::registry {

struct Reference {
  std::string id;
  int line = 0;
};

constexpr std::int64_t kMostRecords = 1'000'000'000'000;

// Ids name keys, files and queries elsewhere: up to 64 letters, digits, '-', '_', '.'.
bool is_id(std::string_view id);
std::string read_id(const text::YamlNode& node, text::YamlProblems& problems,
                    const std::string& what);
// At most 400 bytes.
std::string read_text(const text::YamlNode& node, text::YamlProblems& problems,
                      const std::string& what);
std::string read_optional_text(const text::YamlNode& node, text::YamlProblems& problems,
                               const std::string& what);
// Field ids, at least one, none twice; each with its line.
std::vector<std::pair<FieldId, int>> read_items(const text::YamlNode& node,
                                                text::YamlProblems& problems,
                                                const std::string& what);
std::vector<FieldId> fields(const std::vector<std::pair<FieldId, int>>& items);

Words at_least_one();

// "delegation D1" for the problems of an entry, by the id under `key`; its number in the list where
// that is no good.
std::string named(const text::YamlNode& entry, const char* kind, std::size_t number,
                  const char* key = "id");

// Every entry of the list under `key` that is a map, read by read(node, problems, name).
template <class Draft, class Read>
void read_list(const text::YamlNode& root, const char* key, const char* kind, bool required,
               text::YamlProblems& problems, std::vector<Draft>& out, Read read,
               const char* id_key = "id") {
  const auto list = root.get(key);
  if (list.is_null() && !required) return;
  if (!list.expect_list(problems, key)) return;
  std::size_t number = 0;
  for (const auto& item : list.items()) {
    const auto name = named(item, kind, ++number, id_key);
    if (item.expect_map(problems, name)) out.push_back(read(item, problems, name));
  }
}

}  // namespace hitokoe::registry
