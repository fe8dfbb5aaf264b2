#include "hitokoe/service/config.h"

#include "hitokoe/base/file.h"
#include "service/settings.h"

namespace hitokoe::service {
namespace {

constexpr std::uint64_t kFileBytes = 1U << 20;

}  // namespace

Result<Config> parse_config(std::string_view yaml, std::string_view file) {
  TRY(const auto root, text::YamlNode::parse(yaml, file));
  text::YamlProblems problems{std::string(file)};
  Config config;
  if (!root.is_null() && root.expect_map(problems, "configuration")) {
    std::vector<std::pair<std::string, text::YamlNode>> sections;
    for (const auto& setting : settings_of(config)) {
      if (!root.has(setting.section)) continue;
      if (sections.empty() || sections.back().first != setting.section) {
        sections.emplace_back(setting.section, root.get(setting.section));
        sections.back().second.expect_map(problems, setting.section);
      }
      const text::YamlNode& section = sections.back().second;
      if (!section.is_map() || !section.has(setting.key)) continue;
      setting.read(section.get(setting.key), problems, setting.section + "." + setting.key);
    }
    for (const auto& [name, section] : sections) {
      if (section.is_map()) section.refuse_unknown(problems);
    }
    root.refuse_unknown(problems);
  }
  TRYV(problems.result());
  return config;
}

Result<Config> load_config(const std::filesystem::path& file) {
  TRY(const auto bytes, read_file(file, kFileBytes));
  TRY(auto config, parse_config(as_text(bytes), shown(file)));
  if (!config.archive_passwords.empty()) {
    TRY(config.matcher.archive_passwords,
        matcher::read_archive_passwords(config.archive_passwords));
  }
  return config;
}

std::string default_config() {
  Config config;
  std::string out =
      "# The configuration of Hitokoe, with every setting at its default. A setting that is left\n"
      "# out keeps it; a key that is not known is refused with its line. Read at the start.\n";
  std::string section;
  for (const auto& setting : settings_of(config)) {
    if (setting.old) continue;
    if (setting.section != section) {
      section = setting.section;
      out += "\n" + section + ":\n";
    }
    const std::string value = setting.write();
    out += "  # " + setting.about + (setting.bounds.empty() ? "" : " (" + setting.bounds + ")") +
           "\n  " + setting.key + ":" + (value.empty() ? "" : " " + value) + "\n";
  }
  return out;
}

}  // namespace hitokoe::service
