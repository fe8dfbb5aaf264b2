#include <algorithm>
#include <charconv>

#include "hitokoe/incident/clocks.h"
#include "hitokoe/text/yaml.h"

namespace hitokoe::incident {
namespace {

using text::YamlNode;
using text::YamlProblems;

constexpr std::pair<Fact, std::string_view> kFacts[] = {
    {Fact::kSensitive, "sensitive"},
    {Fact::kProperty, "property"},
    {Fact::kWrongful, "wrongful"},
    {Fact::kSecrecy, "secrecy"},
    {Fact::kDesignated, "designated"},
    {Fact::kEu, "eu"},
    {Fact::kPossiblePeople, "possible_people"},
};

constexpr std::string_view kCount = "people > ";

void read_condition(const YamlNode& node, const std::string& what, YamlProblems& problems,
                    std::set<Fact>& facts, std::optional<std::uint64_t>* over) {
  for (const auto& word : node.texts_or_none(problems, what)) {
    if (over != nullptr && word.starts_with(kCount)) {
      std::uint64_t n = 0;
      const char* end = word.data() + word.size();
      const auto [at, ec] = std::from_chars(word.data() + kCount.size(), end, n);
      if (ec != std::errc{} || at != end) {
        problems.add(node.line(), what + Words{": expected a whole number behind \"people > \"",
                                               ": \"people > \" の後に整数が必要"});
      }
      *over = n;
      continue;
    }
    const auto fact = fact_by_name(word);
    if (!fact || fact.value() == Fact::kPossiblePeople) {
      problems.add(node.line(), what + Words{": no such fact", ": そのような事実はありません"});
    } else {
      facts.insert(fact.value());
    }
  }
}

void read_due(const YamlNode& due, const std::string& what, YamlProblems& problems,
              ClockRule& rule) {
  if (due.is_scalar()) {
    if (due.text(problems, what) != "promptly") {
      problems.add(due.line(), what + Words{": expected promptly, {day: N} or {hours: N}",
                                            ": promptly、{day: N}、{hours: N} のいずれかが必要"});
    }
    return;
  }
  if (!due.expect_map(problems, what)) return;
  constexpr std::int64_t kYear = 366;
  if (due.has("hours")) {
    rule.hours =
        static_cast<int>(due.get("hours").integer(problems, what + ".hours", 1, 24 * kYear));
  } else {
    rule.day = static_cast<int>(due.get("day").integer(problems, what + ".day", 1, kYear));
    if (due.has("late_day")) {
      rule.late_day = static_cast<int>(
          due.get("late_day").integer(problems, what + ".late_day", *rule.day, kYear));
    }
    rule.rolls = due.get("rolls").boolean_or(problems, what + ".rolls", false);
  }
  due.refuse_unknown(problems);
}

std::pair<std::string, std::string> read_names(const YamlNode& node, const std::string& what,
                                               YamlProblems& problems) {
  if (!node.expect_map(problems, what)) return {};
  std::pair<std::string, std::string> names{node.get("ja").text(problems, what + ".ja"),
                                            node.get("en").text(problems, what + ".en")};
  node.refuse_unknown(problems);
  return names;
}

ClockRule read_rule(const YamlNode& node, YamlProblems& problems) {
  ClockRule rule;
  if (!node.expect_map(problems, "rule")) return rule;
  rule.id = node.get("id").text(problems, "rule: id");
  const std::string what = "rule " + rule.id + ": ";
  std::tie(rule.name_ja, rule.name_en) = read_names(node.get("name"), what + "name", problems);
  rule.law = node.get("law").text(problems, what + "law");
  rule.source = node.get("source").text(problems, what + "source");
  rule.effective = node.get("effective").day(problems, what + "effective");
  const auto who = node.get("who").text(problems, what + "who");
  if (who == "delegate") {
    rule.who = ClockRule::Who::kDelegate;
    if (node.has("to"))
      problems.add(node.line(), what + Words{"a delegate reports to its delegator",
                                             "委託先の報告先は委託元（to は不要）"});
  } else {
    if (who != "controller") {
      problems.add(node.get("who").line(), what + Words{"who: expected controller or delegate",
                                                        "who: controller または delegate が必要"});
    }
    std::tie(rule.to_ja, rule.to_en) = read_names(node.get("to"), what + "to", problems);
  }
  read_condition(node.get("any"), what + "any", problems, rule.any, &rule.any_over);
  read_condition(node.get("all"), what + "all", problems, rule.all, &rule.all_over);
  read_condition(node.get("unless"), what + "unless", problems, rule.unless, nullptr);
  if (rule.any.empty() && !rule.any_over && rule.all.empty() && !rule.all_over) {
    problems.add(node.line(), what + Words{"needs any or all", "any または all が必要"});
  }
  read_due(node.get("due"), what + "due", problems, rule);
  node.refuse_unknown(problems);
  return rule;
}

}  // namespace

std::string_view to_string(Fact fact) {
  for (const auto& [f, name] : kFacts) {
    if (f == fact) return name;
  }
  return "";
}

Result<Fact> fact_by_name(std::string_view name) {
  std::string known;
  for (const auto& [f, n] : kFacts) {
    if (n == name) return f;
    known += known.empty() ? "" : ", ";
    known += n;
  }
  return fail(Errc::kUsage, "no such fact; known are " + known,
              "そのような事実はありません。使えるもの: " + known);
}

Result<ClockRules> ClockRules::parse(std::string_view yaml, std::string_view file) {
  TRY(auto root, YamlNode::parse(yaml, file));
  YamlProblems problems{std::string(file)};
  ClockRules out;
  if (root.expect_map(problems, "clocks")) {
    out.version_ = format_day(root.get("version").day(problems, "version"));
    const auto rules = root.get("rules");
    rules.expect_list(problems, "rules");
    for (const auto& node : rules.items()) {
      auto rule = read_rule(node, problems);
      for (const auto& other : out.rules_) {
        if (other.id == rule.id && other.effective == rule.effective) {
          problems.add(node.line(), "rule " + rule.id +
                                        Words{": stands twice with one effective day",
                                              ": 同じ施行日のものが二つあります"});
        }
      }
      out.rules_.push_back(std::move(rule));
    }
    root.refuse_unknown(problems);
  }
  TRYV(problems.result());
  return out;
}

std::vector<const ClockRule*> ClockRules::in_force(JstDay day) const {
  std::vector<const ClockRule*> out;
  for (const auto& rule : rules_) {
    if (rule.effective > day) continue;
    const auto same =
        std::find_if(out.begin(), out.end(), [&](const ClockRule* r) { return r->id == rule.id; });
    if (same == out.end()) {
      out.push_back(&rule);
    } else if ((*same)->effective < rule.effective) {
      *same = &rule;
    }
  }
  return out;
}

bool ClockRules::known(std::string_view id) const {
  return std::any_of(rules_.begin(), rules_.end(), [&](const ClockRule& r) { return r.id == id; });
}

}  // namespace hitokoe::incident
