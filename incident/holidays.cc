#include "hitokoe/base/file.h"
#include "hitokoe/incident/clocks.h"
#include "hitokoe/text/yaml.h"

namespace hitokoe::incident {

Result<Holidays> Holidays::parse(std::string_view yaml, std::string_view file) {
  TRY(auto root, text::YamlNode::parse(yaml, file));
  text::YamlProblems problems{std::string(file)};
  Holidays out;
  if (root.expect_map(problems, "holidays")) {
    out.source_ = root.get("source").text(problems, "source");
    out.first_ = root.get("from").day(problems, "from");
    out.last_ = root.get("to").day(problems, "to");
    const auto list = root.get("days");
    list.expect_list(problems, "days");
    for (const auto& node : list.items()) {
      if (!node.expect_map(problems, "holiday")) continue;
      const JstDay on = node.get("on").day(problems, "holiday: on");
      const auto name = node.get("name").text(problems, "holiday: name");
      if (!out.covers(on)) {
        problems.add(node.line(), "holiday " + format_day(on) +
                                      Words{" lies outside from … to", " が from〜to の範囲外"});
      } else if (!out.days_.empty() && out.days_.rbegin()->first >= on) {
        problems.add(node.line(), "holiday " + format_day(on) +
                                      Words{" is not after the one before it",
                                            " が前の日付より後ではありません"});
      } else {
        out.days_.emplace(on, name);
      }
      node.refuse_unknown(problems);
    }
    root.refuse_unknown(problems);
  }
  TRYV(problems.result());
  return out;
}

bool Holidays::is_business_day(JstDay day) const {
  const std::chrono::weekday w{day};
  if (w == std::chrono::Saturday || w == std::chrono::Sunday) return false;
  const std::chrono::year_month_day ymd{day};
  const auto m = static_cast<unsigned>(ymd.month());
  const auto d = static_cast<unsigned>(ymd.day());
  if ((m == 12 && d >= 29) || (m == 1 && d <= 3)) return false;
  return !days_.contains(day);
}

JstDay Holidays::next_business_day(JstDay day) const {
  while (!is_business_day(day)) day += std::chrono::days{1};
  return day;
}

std::optional<std::string> Holidays::warning(JstDay today, Language language) const {
  if (first_ <= today && today + kWarnBefore <= last_) return std::nullopt;
  if (today < first_) {
    return std::string(say(language, "祝日データは ", "public holidays are known only from ")) +
           format_day(first_) +
           std::string(say(language, " からです（config/rules/holidays.yaml）",
                           " on (config/rules/holidays.yaml)"));
  }
  return std::string(say(language, "祝日データは ", "public holidays are known only until ")) +
         format_day(last_) +
         std::string(say(language,
                         " までです。翌年分を追加してください（config/rules/holidays.yaml）",
                         ": add the next year (config/rules/holidays.yaml)"));
}

Deadline deadline(const ClockRule& rule, UtcTime started, const Holidays& holidays) {
  Deadline out;
  if (rule.hours) out.due = started + std::chrono::hours{*rule.hours};
  const auto end_of = [](JstDay day) {
    return jst_midnight(day + std::chrono::days{1}) - Duration{1};
  };
  const JstDay first = jst_day(started);
  if (rule.day) {
    const JstDay day = first + std::chrono::days{*rule.day - 1};
    const JstDay due = rule.rolls ? holidays.next_business_day(day) : day;
    if (due != day) out.before_roll = day;
    out.uncertain = rule.rolls && !(holidays.covers(day) && holidays.covers(due));
    out.due = end_of(due);
  }
  if (rule.late_day) out.late = end_of(first + std::chrono::days{*rule.late_day - 1});
  return out;
}

namespace {

Result<std::string> text_of(const std::filesystem::path& file, std::string_view built_in) {
  constexpr std::uint64_t kLargest = 1 << 20;
  const auto content = read_file(file, kLargest);
  if (content) return std::string(as_text(content.value()));
  if (content.error().code == Errc::kNotFound) return std::string(built_in);
  return outcome::failure(content.error());
}

Result<LegalRules> parse_rules(std::string_view clocks_text, std::string_view holidays_text) {
  TRY(auto clocks, ClockRules::parse(clocks_text, "clocks.yaml"));
  TRY(auto holidays, Holidays::parse(holidays_text, "holidays.yaml"));
  return LegalRules{std::move(clocks), std::move(holidays)};
}

}  // namespace

Result<LegalRules> load_rules(const std::filesystem::path& folder) {
  TRY(const auto clocks, text_of(folder / "clocks.yaml", ClockRules::kBuiltIn));
  TRY(const auto holidays, text_of(folder / "holidays.yaml", Holidays::kBuiltIn));
  return parse_rules(clocks, holidays);
}

Result<LegalRules> built_in_rules() {
  return parse_rules(ClockRules::kBuiltIn, Holidays::kBuiltIn);
}

}  // namespace hitokoe::incident
