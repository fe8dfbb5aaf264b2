#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>

#include "apps/hitokoe/environment.h"
#include "hitokoe/matcher/matcher.h"

namespace hitokoe::app {
namespace {

using matcher::ScanReport;
using matcher::Verdict;

std::string percent(double p) {
  char text[16];
  std::snprintf(text, sizeof text, "%.1f%%", 100 * p);
  return text;
}

std::string_view verdict_text(Language l, Verdict verdict) {
  switch (verdict) {
    case Verdict::kNamed:
      return say(l, "流出元を特定", "source named");
    case Verdict::kIndistinguishable:
      return say(l, "候補を区別できない", "several holders cannot be told apart");
    case Verdict::kUnknown:
      return say(l, "流出元は不明", "source unknown");
    case Verdict::kNoMatch:
      return say(l, "一致なし", "nothing matched");
  }
  return {};
}

void show(const Environment& env, const ScanReport& r) {
  const Language l = env.language;
  const auto name = [&](std::string_view ja, std::string_view en) {
    std::cout << say(l, ja, en) << say(l, "：", ": ");
  };
  name("判定", "Verdict");
  std::cout << verdict_text(l, r.verdict) << '\n';
  name("文書", "Documents");
  std::cout << r.documents << " (" << r.bytes << say(l, " バイト", " bytes") << ")\n";
  name("行", "Rows");
  std::cout << r.rows << say(l, "、特定 ", ", resolved ") << r.matched_rows
            << say(l, "、あいまい ", ", ambiguous ") << r.ambiguous_rows << '\n';
  name("お客さま", "Customers");
  std::cout << r.matched_subjects << '\n';
  // Holders that nothing speaks for are in the JSON.
  for (const auto& h : r.holders) {
    if (h.probability < 0.001) continue;
    std::cout << "  " << h.party << "  " << percent(h.probability) << "  "
              << say(l, "一致行 ", "rows ") << h.matched_rows << say(l, "、固有 ", ", exclusive ")
              << h.exclusive_rows;
    for (const auto& s : h.snapshots) std::cout << "  " << s;
    if (!h.indistinguishable_from.empty()) {
      std::cout << say(l, "  区別できない相手：", "  cannot be told from:");
      for (const auto& other : h.indistinguishable_from) std::cout << ' ' << other;
    }
    std::cout << '\n';
  }
  if (r.verdict != Verdict::kNoMatch) {
    std::cout << "  " << say(l, "未登録の流出元", "unknown source") << "  "
              << percent(r.unknown_probability) << '\n';
  }
  if (r.snapshot) {
    name("写しの時点", "Copy made between");
    std::cout << format_day(r.snapshot->from) << say(l, " から ", " and ")
              << format_day(r.snapshot->to) << " (" << percent(r.snapshot->confidence) << ")\n";
  }
  if (r.rows_needed > 0) {
    name("上位二者の区別に要る追加行", "More rows needed to tell the first two apart");
    std::cout << r.rows_needed << '\n';
  }
  for (const auto& note : r.notes) std::cerr << say(l, "注記: ", "note: ") << note << '\n';
  for (const auto& w : r.warnings) {
    std::cerr << say(l, "警告: ", "warning: ") << w.file << ": " << w.what << '\n';
  }
}

Result<int> scan(Environment& env, const std::vector<std::string>& paths, bool open_incident) {
  if (open_incident) {
    return fail(Errc::kUnsupported,
                "--open-incident: incidents are not opened by scans in this version");
  }
  TRY(auto keys, env.open_key_store());
  TRY(auto loaded, env.load_registry());
  const auto registry = std::make_shared<const registry::Registry>(std::move(loaded));
  TRY(auto index, matcher::Index::open(env.data, keys));
  auto exposure = matcher::Exposure::begin(std::move(index), registry, keys, {});
  const bool terminal = ::isatty(STDERR_FILENO) != 0;
  for (const auto& path : paths) {
    if (terminal) std::cerr << say(env.language, "読み込み中 ", "reading ") << path << "\r";
    TRYV(exposure->add_file(path == "-" ? "/dev/stdin" : path));
  }
  if (terminal) std::cerr << "\x1b[2K";
  TRY(const auto report, exposure->finish());
  if (env.json) {
    std::cout << matcher::to_json(report, std::nullopt) << '\n';
  } else {
    show(env, report);
  }
  return report.warnings.empty() ? 0 : 1;
}

}  // namespace

void add_scan_commands(CLI::App& app, Environment& env) {
  auto* command = app.add_subcommand(
      "scan", "Whose copy leaked: dumps and folders against the index (流出データの照合)");
  auto paths = std::make_shared<std::vector<std::string>>();
  auto open_incident = std::make_shared<bool>(false);
  command->add_option("PATH", *paths, "Files and folders, or - for stdin")->required();
  command->add_flag("--open-incident", *open_incident, "Open or join an incident (事案)");
  command->callback([&env, paths, open_incident] {
    env.action = [&env, paths, open_incident] { return scan(env, *paths, *open_incident); };
  });
}

}  // namespace hitokoe::app
