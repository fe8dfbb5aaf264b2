#include "apps/command_line/words.h"

#include <CLI/CLI.hpp>
#include <optional>
#include <span>
#include <sstream>
#include <string_view>
#include <vector>

#include "apps/command_line/columns.h"

namespace hitokoe::command_line {
namespace {

constexpr std::size_t kDescriptions = 30;  // the column at which they begin

// The library pads by bytes, which puts Japanese out of line, and some words of it are fixed.
class Words final : public CLI::Formatter {
 public:
  explicit Words(Language language) {
    if (language != Language::kJapanese) return;
    for (const auto& [en, ja] : {std::pair("Usage", "使い方"),
                                 {"OPTIONS", "オプション"},
                                 {"SUBCOMMAND", "サブコマンド"},
                                 {"SUBCOMMANDS", "サブコマンド"},
                                 {"Positionals", "引数"},
                                 {"Options", "オプション"},
                                 {"Subcommands", "サブコマンド"},
                                 {"REQUIRED", "必須"},
                                 {"TEXT", "文字列"},
                                 {"INT", "整数"},
                                 {"UINT", "整数"},
                                 {"FLOAT", "数"},
                                 {"BOOLEAN", "真偽"}}) {
      label(en, ja);
    }
  }

  std::string make_description(const CLI::App* app) const override {
    return app->get_description() + "\n";
  }
  std::string make_group(std::string group, bool is_positional,
                         std::vector<const CLI::Option*> options) const override {
    return CLI::Formatter::make_group(get_label(group), is_positional, std::move(options));
  }
  std::string make_subcommands(const CLI::App* app, CLI::AppFormatMode) const override {
    std::string out;
    for (const auto* command : app->get_subcommands({})) out += make_subcommand(command);
    return out.empty() ? out : "\n" + get_label("Subcommands") + ":\n" + out;
  }
  std::string make_subcommand(const CLI::App* command) const override {
    return row(command->get_name(), command->get_description());
  }
  std::string make_option(const CLI::Option* option, bool is_positional) const override {
    return row(make_option_name(option, is_positional) + make_option_opts(option),
               make_option_desc(option));
  }
  std::string make_option_opts(const CLI::Option* option) const override {
    std::string out;
    if (option->get_type_size() == 0) return out;  // a flag
    out += " " + kind(*option);
    if (!option->get_default_str().empty()) out += "=" + option->get_default_str();
    if (option->get_expected_max() == CLI::detail::expected_max_vector_size) out += " ...";
    if (option->get_required()) out += " " + get_label("REQUIRED");
    return out;
  }

 private:
  // "UINT:INT in [1 - 100]" is "UINT [1 - 100]", and "TEXT:{a,b}" is "TEXT {a,b}".
  std::string kind(const CLI::Option& option) const {
    const std::string name = option.get_type_name();
    const std::size_t colon = name.find(':');
    std::string out = get_label(name.substr(0, colon));
    if (colon == std::string::npos) return out;
    const std::size_t range = name.find(" in [", colon);
    return out + " " + name.substr(range == std::string::npos ? colon + 1 : range + 4);
  }
  static std::string row(const std::string& left, const std::string& right) {
    std::string out = "  " + left;
    if (!right.empty()) {
      const std::size_t width = columns(out);
      out += width + 2 <= kDescriptions ? std::string(kDescriptions - width, ' ')
                                        : "\n" + std::string(kDescriptions, ' ');
    }
    return out + right + "\n";
  }
};

// A text of the library, `*` for what it puts in, and the same in Japanese, with {1}, {2}, … for
// it.
struct Wording {
  std::string_view en, ja;
};

constexpr Wording kExtras[] = {
    {"The following argument was not expected: *", "知らない引数: {1}"},
    {"The following arguments were not expected: *", "知らない引数: {1}"}};
constexpr Wording kRequired[] = {{"A subcommand is required", "サブコマンドを指定してください"},
                                 {"* is required", "{1} を指定してください（必須）"}};
constexpr Wording kRequires[] = {{"* requires *", "{1} には {2} も指定してください"}};
constexpr Wording kExcludes[] = {{"* excludes *", "{1} と {2} は一緒に指定できません"}};
constexpr Wording kMismatch[] = {
    {"*: * required * missing", "{1} に値を付けてください"},
    {"*: At least * required but received *", "{1} には値が {2} 個以上要ります（今は {3} 個）"},
    {"*: At Most * required but received *", "{1} の値は {2} 個までです（今は {3} 個）"},
    {"* was given a disallowed flag override", "{1} に値は付けられません"},
    {"Expected exactly * arguments to *, got *", "{2} には値が {1} 個要ります（今は {3} 個）"},
    {"Expected at least * arguments to *, got *",
     "{2} には値が {1} 個以上要ります（今は {3} 個）"}};
constexpr Wording kConversion[] = {
    {"Could not convert: * = *", "{1} の値として読めません: {2}"},
    {"The value * is not an allowed value for *", "{2} の値として読めません: {1}"},
    {"*: too many inputs for a flag", "{1} に値は付けられません"},
    {"*: Should be true/false or a number", "{1} に付けられる値は true か false です"}};
constexpr Wording kValidation[] = {
    {"*: Value * not in range * to *", "{1}: {2} は {3} から {4} までの値ではありません"},
    {"*: * not in {*}", "{1}: {2} は使えません。{{3}} のどれかです"},
    {"*: *", "{1} の値として使えません: {2}"}};

// What stands for each `*`, the shortest first; nothing where the text is another one.
std::optional<std::vector<std::string_view>> fit(std::string_view text, std::string_view pattern) {
  std::vector<std::string_view> parts;
  std::size_t star = pattern.find('*');
  if (!text.starts_with(pattern.substr(0, star))) return {};
  if (star == pattern.npos) {
    return text == pattern ? std::optional(parts) : std::nullopt;
  }
  text.remove_prefix(star);
  while (star != pattern.npos) {
    const std::size_t next = pattern.find('*', star + 1);
    const auto literal = pattern.substr(star + 1, next == pattern.npos ? next : next - star - 1);
    const bool ends = next == pattern.npos;
    const std::size_t at = ends ? text.rfind(literal) : text.find(literal);
    if (at == text.npos || (ends && at + literal.size() != text.size())) return {};
    parts.push_back(text.substr(0, at));
    text.remove_prefix(at + literal.size());
    star = next;
  }
  return parts;
}

std::optional<std::string> japanese(std::string_view text, std::span<const Wording> wordings) {
  for (const auto& wording : wordings) {
    const auto parts = fit(text, wording.en);
    if (!parts) continue;
    std::string out;
    for (std::size_t i = 0; i < wording.ja.size();) {
      const auto number = static_cast<std::size_t>(
          i + 2 < wording.ja.size() && wording.ja[i] == '{' && wording.ja[i + 2] == '}'
              ? wording.ja[i + 1] - '0'
              : 0);
      if (number >= 1 && number <= parts->size()) {
        out += (*parts)[number - 1];
        i += 3;
      } else {
        out += wording.ja[i++];
      }
    }
    return out;
  }
  return {};
}

std::optional<std::string> japanese(const CLI::Error& error) {
  const auto as = [&]<class Kind>(std::span<const Wording> wordings) {
    return dynamic_cast<const Kind*>(&error) != nullptr ? japanese(error.what(), wordings)
                                                        : std::nullopt;
  };
  auto text = as.operator()<CLI::ExtrasError>(kExtras);
  if (!text) text = as.operator()<CLI::RequiredError>(kRequired);
  if (!text) text = as.operator()<CLI::RequiresError>(kRequires);
  if (!text) text = as.operator()<CLI::ExcludesError>(kExcludes);
  if (!text) text = as.operator()<CLI::ArgumentMismatch>(kMismatch);
  if (!text) text = as.operator()<CLI::ConversionError>(kConversion);
  if (!text) text = as.operator()<CLI::ValidationError>(kValidation);
  return text;
}

}  // namespace

std::string explain(const CLI::Error& error, Language language) {
  if (language != Language::kJapanese) return error.what();
  return japanese(error).value_or(std::string("引数を読めません: ") + error.what());
}

void speak(CLI::App& app, Language language, const std::string& version) {
  app.formatter(std::make_shared<Words>(language));
  app.set_help_flag("-h,--help",
                    std::string(say(language, "この説明を表示する", "Print this help")));
  app.set_version_flag("--version", version,
                       std::string(say(language, "版を表示する", "Print the version")));
  app.failure_message([language](const CLI::App*, const CLI::Error& error) {
    return explain(error, language) + std::string(say(language, "\n--help で使い方を表示します。\n",
                                                      "\nRun with --help for more information.\n"));
  });
}

}  // namespace hitokoe::command_line
