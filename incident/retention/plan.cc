#include <algorithm>

#include "hitokoe/base/file.h"
#include "hitokoe/incident/retention.h"
#include "hitokoe/text/yaml.h"

namespace hitokoe::incident {
namespace {

constexpr std::uint64_t kMostFile = 1U << 20;

RetentionRule rule_of(const text::YamlNode& node, text::YamlProblems& problems,
                      std::vector<KeptKind>& seen) {
  RetentionRule rule;
  if (!node.expect_map(problems, "plan")) return rule;
  const auto kind = kept_kind_by_name(node.get("kind").text(problems, "kind"));
  if (!kind) {
    problems.add(node.line(), Words{"kind: ", "kind: "} + kind.error().words());
  } else {
    rule.kind = kind.value();
    if (std::ranges::find(seen, rule.kind) != seen.end()) {
      problems.add(node.line(), {"kind: stands there twice", "kind: 二度あります"});
    }
    seen.push_back(rule.kind);
  }
  rule.days = static_cast<std::uint32_t>(node.get("days").integer(problems, "days", 1, 36'500));
  rule.by_itself = node.get("by_itself").boolean_or(problems, "by_itself", false);
  const auto basis = node.get("basis");
  if (basis.expect_map(problems, "basis")) {
    rule.basis = {basis.get("en").text(problems, "basis.en"),
                  basis.get("ja").text(problems, "basis.ja")};
    basis.refuse_unknown(problems);
  }
  node.refuse_unknown(problems);
  return rule;
}

}  // namespace

std::string_view to_string(KeptKind kind) {
  switch (kind) {
    case KeptKind::kSubjects:
      return "subjects";
    case KeptKind::kContacts:
      return "contacts";
    case KeptKind::kDesk:
      return "desk";
  }
  return "subjects";
}

Words words_of(KeptKind kind) {
  switch (kind) {
    case KeptKind::kSubjects:
      return {"who is affected, and what the exposures contributed", "該当者と、流通ごとの寄与"};
    case KeptKind::kContacts:
      return {"contacts of the campaign", "一元連絡の連絡先"};
    case KeptKind::kDesk:
      return {"call notes of the desk", "専用窓口の通話メモ"};
  }
  return {};
}

Result<KeptKind> kept_kind_by_name(std::string_view name) {
  for (const auto kind : kKeptKinds) {
    if (to_string(kind) == name) return kind;
  }
  return fail(Errc::kUsage, "kinds are subjects, contacts and desk",
              "種類は subjects、contacts、desk");
}

Result<RetentionPlan> RetentionPlan::parse(std::string_view yaml, std::string_view file) {
  TRY(const auto root, text::YamlNode::parse(yaml, file));
  text::YamlProblems problems{std::string(file)};
  RetentionPlan plan;
  if (root.expect_map(problems, "retention")) {
    plan.version_ = root.get("version").text(problems, "version");
    const auto list = root.get("plan");
    std::vector<KeptKind> seen;
    if (list.expect_list(problems, "plan")) {
      for (const auto& node : list.items()) plan.rules_.push_back(rule_of(node, problems, seen));
    }
    for (const auto kind : kKeptKinds) {
      if (std::ranges::find(seen, kind) != seen.end()) continue;
      problems.add(list.line(), Words{"plan: missing: ", "plan: ありません: "} + to_string(kind));
    }
    root.refuse_unknown(problems);
  }
  TRYV(problems.result());
  return plan;
}

Result<RetentionPlan> RetentionPlan::load(const std::filesystem::path& folder) {
  const auto path = folder / "retention.yaml";
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return parse(kBuiltIn, "retention.yaml");
  TRY(const auto bytes, read_file(path, kMostFile));
  return parse(as_text(bytes), hitokoe::shown(path));
}

const RetentionRule& RetentionPlan::of(KeptKind kind) const {
  return *std::ranges::find(rules_, kind, &RetentionRule::kind);
}

}  // namespace hitokoe::incident
