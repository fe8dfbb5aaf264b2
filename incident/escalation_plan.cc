#include "hitokoe/incident/escalation_plan.h"

#include <algorithm>

#include "hitokoe/base/file.h"
#include "hitokoe/incident/clocks.h"
#include "hitokoe/text/yaml.h"

namespace hitokoe::incident {
namespace {

using text::YamlNode;
using text::YamlProblems;

constexpr Duration kLeast = std::chrono::hours(1);
constexpr Duration kMost = std::chrono::days(60);

void check(const YamlNode& node, Duration d, bool may_be_zero, const std::string& what,
           YamlProblems& problems) {
  if ((may_be_zero && d.count() == 0) || (d >= kLeast && d <= kMost)) return;
  problems.add(
      node.line(),
      what + (may_be_zero ? Words{": must be 0s, or 1h to 60d", ": 0s か、1h から 60d まで"}
                          : Words{": must be 1h to 60d", ": 1h から 60d まで"}));
}

std::optional<std::vector<Duration>> read_before(const YamlNode& map, const std::string& what,
                                                 YamlProblems& problems) {
  if (!map.has("before")) return std::nullopt;
  const auto list = map.get("before");
  std::vector<Duration> out;
  if (!list.expect_list(problems, what + "before")) return out;
  const auto items = list.items();
  out.reserve(items.size());
  for (const auto& item : items) {
    out.push_back(item.duration(problems, what + "before"));
    check(item, out.back(), false, what + "before", problems);
  }
  return out;
}

std::optional<bool> read_at(const YamlNode& map, const std::string& what, YamlProblems& problems) {
  if (!map.has("at")) return std::nullopt;
  return map.get("at").boolean(problems, what + "at");
}

std::optional<Duration> read_every(const YamlNode& map, const std::string& what,
                                   YamlProblems& problems) {
  if (!map.has("every")) return std::nullopt;
  const auto node = map.get("every");
  const auto d = node.duration(problems, what + "every");
  check(node, d, true, what + "every", problems);
  return d;
}

constexpr int kMostDays = 60;

std::optional<int> read_guideline(const YamlNode& map, const std::string& rule,
                                  const std::string& what, const ClockRules& clocks,
                                  YamlProblems& problems) {
  if (!map.has("guideline")) return std::nullopt;
  const auto node = map.get("guideline");
  const auto day = node.integer(problems, what + "guideline", 0, kMostDays);
  if (rule.empty()) {
    problems.add(node.line(), what + Words{"guideline: needs a rule", "guideline: rule が必要"});
  }
  const bool dated = std::ranges::any_of(
      clocks.rules(), [&](const ClockRule& r) { return r.id == rule && (r.day || r.hours); });
  if (dated) {
    problems.add(node.line(),
                 what + Words{"guideline: the rule has a date of its own in clocks.yaml",
                              "guideline: この規則には clocks.yaml に期限があります"});
  }
  return static_cast<int>(day);
}

}  // namespace

Result<EscalationPlan> EscalationPlan::parse(std::string_view yaml, std::string_view file,
                                             const ClockRules& clocks) {
  TRY(const auto root, YamlNode::parse(yaml, file));
  YamlProblems problems{std::string(file)};
  EscalationPlan out;
  if (!root.expect_map(problems, "escalation")) {
    TRYV(problems.result());
    return out;
  }
  out.version_ = format_day(root.get("version").day(problems, "version"));
  if (const auto base = root.get("default"); base.expect_map(problems, "default")) {
    out.default_.before = read_before(base, "default: ", problems).value_or(out.default_.before);
    out.default_.at = read_at(base, "default: ", problems).value_or(out.default_.at);
    out.default_.every = read_every(base, "default: ", problems).value_or(out.default_.every);
    base.refuse_unknown(problems);
  }
  const auto list = root.get("for");
  if (!list.is_null()) list.expect_list(problems, "for");
  for (const auto& node : list.items()) {
    if (!node.expect_map(problems, "for")) continue;
    Entry e;
    e.rule = node.get("rule").text_or(problems, "for: rule", "");
    e.party = node.get("party").text_or(problems, "for: party", "");
    const std::string what = "for " + e.rule + (e.party.empty() ? "" : " " + e.party) + ": ";
    e.before = read_before(node, what, problems);
    e.at = read_at(node, what, problems);
    e.every = read_every(node, what, problems);
    e.guideline = read_guideline(node, e.rule, what, clocks, problems);
    node.refuse_unknown(problems);
    if (e.rule.empty() && e.party.empty()) {
      problems.add(node.line(), what + Words{"needs rule or party; of all: default",
                                             "rule か party が必要。全体は default"});
    }
    if (!e.rule.empty() && !clocks.known(e.rule)) {
      problems.add(node.line(),
                   what + Words{"no such rule in clocks.yaml", "clocks.yaml にない規則です"});
    }
    if (std::ranges::any_of(out.entries_, [&](const Entry& other) {
          return other.rule == e.rule && other.party == e.party;
        })) {
      problems.add(node.line(), what + Words{"stands twice", "二度あります"});
    }
    out.entries_.push_back(std::move(e));
  }
  root.refuse_unknown(problems);
  TRYV(problems.result());
  return out;
}

Result<EscalationPlan> EscalationPlan::load(const std::filesystem::path& folder,
                                            const ClockRules& clocks) {
  constexpr std::uint64_t kLargest = 1 << 20;
  const auto content = read_file(folder / "escalation.yaml", kLargest);
  if (content) return parse(as_text(content.value()), "escalation.yaml", clocks);
  if (content.error().code != Errc::kNotFound) return outcome::failure(content.error());
  auto plan = parse(kBuiltIn, "escalation.yaml", clocks);
  if (plan) return plan;
  // Rules of clocks of one's own may lack those that the built-in steps name.
  EscalationPlan plain;
  TRY(const auto all, built_in());
  plain.version_ = all.version_;
  plain.default_ = all.default_;
  std::ranges::copy_if(all.entries_, std::back_inserter(plain.entries_),
                       [&](const Entry& e) { return clocks.known(e.rule); });
  return plain;
}

Result<EscalationPlan> EscalationPlan::built_in() {
  TRY(const auto clocks, ClockRules::parse(ClockRules::kBuiltIn, "clocks.yaml"));
  return parse(kBuiltIn, "escalation.yaml", clocks);
}

DeadlineSteps EscalationPlan::of(std::string_view rule, std::string_view party) const {
  const Entry *of_rule = nullptr, *of_party = nullptr, *of_both = nullptr;
  for (const auto& e : entries_) {
    if (e.rule == rule && e.party == party) of_both = &e;
    if (e.rule == rule && e.party.empty()) of_rule = &e;
    if (e.rule.empty() && e.party == party) of_party = &e;
  }
  DeadlineSteps out = default_;
  for (const auto* e : {of_rule, of_party, of_both}) {
    if (e == nullptr) continue;
    if (e->before) out.before = *e->before;
    if (e->at) out.at = *e->at;
    if (e->every) out.every = *e->every;
    if (e->guideline) out.guideline = e->guideline;
  }
  if (out.guideline == 0) out.guideline.reset();
  return out;
}

void EscalationPlan::replace_default(const std::optional<std::vector<Duration>>& before,
                                     const std::optional<Duration>& every) {
  if (before) default_.before = *before;
  if (every) default_.every = *every;
}

}  // namespace hitokoe::incident
