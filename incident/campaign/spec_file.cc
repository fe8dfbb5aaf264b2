#include <map>

#include "hitokoe/text/yaml.h"
#include "incident/campaign/spec_rules.h"

namespace hitokoe::incident {
namespace {

using text::YamlNode;
using text::YamlProblems;

// A block of lines ends with a line end that belongs to YAML, not to the text.
std::string text_of(const YamlNode& node, YamlProblems& problems, const std::string& what) {
  std::string out = node.text_or(problems, what, "");
  while (out.ends_with('\n')) out.pop_back();
  return out;
}

class SpecReader {
 public:
  explicit SpecReader(YamlProblems& problems) : problems_(problems) {}

  std::string text(const YamlNode& map, const char* key, const std::string& part) {
    lines_[part] = map.key_line(key);
    return text_of(map.get(key), problems_, part);
  }
  // A missing or empty section is a null node, which has no keys.
  YamlNode section(const YamlNode& root, const char* key) {
    lines_[key] = root.key_line(key);
    auto node = root.get(key);
    if (!node.is_null()) node.expect_map(problems_, key);
    return node;
  }
  int line_of(const std::string& part) const {
    if (const auto at = lines_.find(part); at != lines_.end()) return at->second;
    const auto section = lines_.find(part.substr(0, part.find('.')));
    return section == lines_.end() ? 1 : section->second;
  }

 private:
  YamlProblems& problems_;
  std::map<std::string, int> lines_;
};

}  // namespace

Result<CampaignSpec> parse_spec(std::string_view yaml, std::string_view file, std::string lead) {
  TRY(const auto root, YamlNode::parse(yaml, file));
  YamlProblems problems{std::string(file)};
  CampaignSpec spec;
  spec.lead = std::move(lead);
  if (!root.expect_map(problems, "campaign")) return problems.result().error();
  SpecReader read(problems);
  spec.from = read.text(root, "from", "from");
  const auto desk = read.section(root, "desk");
  if (desk.is_map()) {
    spec.desk = {read.text(desk, "name", "desk.name"), read.text(desk, "phone", "desk.phone"),
                 read.text(desk, "email", "desk.email"), read.text(desk, "hours", "desk.hours")};
    desk.refuse_unknown(problems);
  }
  for (const auto& part : campaign::kTextParts) {
    const auto both = read.section(root, part.key);
    if (!both.is_map()) continue;
    const std::string key = part.key;
    spec.*(part.text) = {read.text(both, "ja", key + ".ja"), read.text(both, "en", key + ".en")};
    both.refuse_unknown(problems);
  }
  const auto notice = read.section(root, "notice");
  if (notice.is_map()) {
    spec.notice = {read.text(notice, "ja", "notice.ja"), read.text(notice, "en", "notice.en")};
    notice.refuse_unknown(problems);
  }
  root.refuse_unknown(problems);
  for (const auto& p : campaign::spec_problems(spec)) {
    problems.add(read.line_of(p.part) + p.line, p.part + ": " + p.what);
  }
  TRYV(problems.result());
  return spec;
}

}  // namespace hitokoe::incident
