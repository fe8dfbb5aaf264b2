#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>

#include "apps/hitokoe/commands_supervision.h"
#include "apps/hitokoe/local_user.h"
#include "hitokoe/base/file.h"
#include "hitokoe/matcher/matcher.h"
#include "hitokoe/registry/counts.h"
#include "hitokoe/registry/supervision.h"
#include "hitokoe/registry/views.h"
#include "hitokoe/storage/registry_audit.h"

namespace hitokoe::app {
namespace {

using registry::Finding;
using registry::Registry;

constexpr std::uint64_t kLargestFile = 64ULL << 20;

// Findings go to stderr: stdout is for what was asked.
int tell_findings(const Environment& env, const std::vector<Finding>& findings) {
  for (const auto& finding : findings) {
    std::cerr << say(env.language, "要確認 ", "finding ") << to_string(finding.kind) << ": "
              << say(env.language, finding.text_ja, finding.text_en);
    if (finding.since) {
      const auto day = format_day(*finding.since);
      std::cerr << (env.language == Language::kJapanese ? "　" + day + "から" : ", since " + day);
    }
    std::cerr << '\n';
  }
  return findings.empty() ? 0 : 1;
}

// Rows of the fingerprint files, refused ones too: what the ledger counts. Nothing before the first
// `index add`; where the key store is not open it is said, so that "nothing found" stays true.
registry::RecordCounts count_records(Environment& env, const Registry& registry) {
  registry::RecordCounts counts;
  std::error_code error;
  if (!std::filesystem::is_directory(env.data / "index", error)) return counts;
  const auto entries = [&]() -> Result<std::vector<matcher::SnapshotEntry>> {
    TRY(auto keys, env.open_key_store());
    TRY(auto index, matcher::IndexWriter::open(env.data, keys, registry));
    return index->list();
  }();
  if (!entries) {
    std::cerr << say(env.language, "件数は指紋ファイルと照合していません：",
                     "counts were not compared with the fingerprint files: ")
              << entries.error().text(env.language) << '\n';
    return counts;
  }
  for (const auto& entry : entries.value())
    counts.emplace(entry.snapshot, entry.records + entry.rejected);
  return counts;
}

std::vector<Finding> find(Environment& env, const Registry& registry) {
  return registry.findings(jst_day(env.clock.now()), count_records(env, registry));
}

Result<int> apply(Environment& env, const std::filesystem::path& file) {
  TRY(const auto content, read_file(file, kLargestFile));
  TRY(auto db, env.open_database());
  const auto store = storage::make_registry_store_for(std::move(db), env.clock,
                                                      registry::Viewer::local(login_name()).user());
  TRY(const auto before, store->version());
  TRYV(store->apply(as_text(content), shown(file)));
  TRY(const auto version, store->version());
  TRY(const auto registry, load_registry_with_statements(env));
  const auto findings = find(env, registry);
  const auto parties = registry.parties().size();
  const auto delegations = registry.delegations().size();
  const auto snapshots = registry.snapshots().size();
  if (env.json) {
    std::cout << "{\"version\":" << version
              << ",\"changed\":" << (version != before ? "true" : "false")
              << ",\"parties\":" << parties << ",\"delegations\":" << delegations
              << ",\"snapshots\":" << snapshots << ",\"findings\":" << findings.size() << "}\n";
  } else if (env.language == Language::kJapanese) {
    std::cerr << "台帳 第" << version << "版" << (version != before ? "" : "（変更なし）")
              << "：事業者 " << parties << "、委託 " << delegations << "、断面 " << snapshots
              << '\n';
  } else {
    std::cerr << "registry version " << version << (version != before ? "" : " (unchanged)") << ": "
              << parties << " parties, " << delegations << " delegations, " << snapshots
              << " snapshots\n";
  }
  return tell_findings(env, findings);
}

std::string joined(const std::vector<std::string>& parts, std::string_view between) {
  std::string all;
  for (const auto& part : parts) {
    if (!all.empty()) all += between;
    all += part;
  }
  return all;
}

void show_as_text(const Environment& env, const Registry& registry) {
  const auto l = env.language;
  std::cout << say(l, "事業者", "Parties") << '\n';
  for (const auto& p : registry.parties()) std::cout << "  " << p.id << "  " << p.name << '\n';
  std::cout << say(l, "委託", "Delegations") << '\n';
  for (const auto& d : registry.delegations()) {
    std::cout << "  " << d.id << "  " << d.from << " → " << d.to << "  "
              << say(l, "委託元 ", "controller ") << d.controller << "  "
              << say(l, "種別 ", "type ") << registry::to_string(d.type) << "  "
              << format_day(d.begins) << "–" << (d.ends ? format_day(*d.ends) : "");
    if (!d.under.empty())
      std::cout << "  " << say(l, "再委託 (上位 ", "under ") << d.under << say(l, ")", "");
    std::cout << '\n';
  }
  std::cout << say(l, "断面", "Snapshots") << '\n';
  for (const auto& s : registry.snapshots()) {
    std::cout << "  " << s.id << "  " << joined(registry.chain(s), " ← ") << "  "
              << format_day(s.as_of) << "  " << s.records << say(l, "件", " records") << '\n';
  }
}

void show_redelegations(const Environment& env, const std::vector<registry::Redelegation>& all) {
  const auto l = env.language;
  for (const auto& r : all) {
    std::cout << (r.delegation != nullptr ? r.delegation->id : r.service) << "  "
              << joined(r.chain, " → ") << "  "
              << (r.delegation == nullptr ? say(l, "委託の登録なし", "no delegation registered")
                                          : say(l, "階層 ", "level "));
    if (r.delegation != nullptr) {
      std::cout << r.level << "  " << say(l, "種別 ", "type ")
                << registry::to_string(r.delegation->type) << "  "
                << joined(r.delegation->purposes, "・") << "  " << format_day(r.delegation->begins)
                << "–" << (r.delegation->ends ? format_day(*r.delegation->ends) : "");
    }
    if (!r.authorised) std::cout << "  " << say(l, "承諾なし", "unauthorised");
    if (!r.in_force) std::cout << "  " << say(l, "期間外", "not in force");
    std::cout << '\n';
  }
}

Result<int> show(Environment& env, bool only_redelegations) {
  TRY(const auto registry, load_registry_with_statements(env));
  if (only_redelegations) {
    const auto all = redelegations(registry, jst_day(env.clock.now()));
    if (env.json) {
      std::cout << redelegations_to_json(all) << '\n';
    } else {
      show_redelegations(env, all);
    }
    return 0;
  }
  const auto findings = find(env, registry);
  if (env.json) {
    std::cout << registry_to_json(registry, findings) << '\n';
  } else {
    show_as_text(env, registry);
    tell_findings(env, findings);
  }
  return 0;
}

// Of whom nobody ever says that something is overdue.
void tell_unsupervised(const Environment& env, const Registry& registry) {
  const auto n = registry::unsupervised(registry);
  if (n == 0) return;
  std::cerr << say(env.language, "監督状況を確認していない委託: ",
                   "delegations whose supervision is not checked: ")
            << n
            << say(env.language, " 件（carriers に委託元の記載がありません）\n",
                   " (their controller has no entry in `carriers`)\n");
}

Result<int> check(Environment& env) {
  TRY(const auto registry, load_registry_with_statements(env));
  const auto findings = find(env, registry);
  if (env.json) std::cout << registry_to_json(registry, findings) << '\n';
  const int code = tell_findings(env, findings);
  tell_unsupervised(env, registry);
  if (code == 0)
    std::cerr << say(env.language, "問題は見つかりませんでした", "nothing found") << '\n';
  return code;
}

struct CountsOptions {
  int year = 0;
  std::string carrier;
  bool csv = false;
};

Result<int> counts(Environment& env, const CountsOptions& options) {
  if (options.csv && env.json) {
    return fail(Errc::kUsage, "registry counts: either --csv or --json",
                "registry counts: --csv か --json のどちらか一方を指定してください");
  }
  const registry::FiscalYear year{options.year};
  if (year.first() > jst_day(env.clock.now())) {
    return fail(Errc::kUsage, "--fiscal-year: it has not begun",
                "--fiscal-year: まだ始まっていません");
  }
  TRY(const auto registry, env.load_registry());
  auto carriers = registry::carriers_of(registry);
  if (!options.carrier.empty()) carriers.assign(1, options.carrier);
  std::vector<registry::Counts> all;
  for (const auto& carrier : carriers) {
    TRY(auto one, registry::count(registry, carrier, year));
    all.push_back(std::move(one));
  }
  if (env.json) {
    std::cout << registry::counts_to_json(all, year) << '\n';
  } else {
    std::cout << registry::counts_to_csv(all, env.language);
  }
  return 0;
}

}  // namespace

void add_registry_commands(CLI::App& app, Environment& env) {
  auto* group = app.add_subcommand(
      "registry",
      env.text("台帳：事業者、委託、授受", "The registry: parties, delegations and handovers"));
  group->require_subcommand(1);

  auto* apply_command = group->add_subcommand(
      "apply", env.text("台帳ファイルを取り込み、有効にする", "Put a registry file in force"));
  auto file = std::make_shared<std::filesystem::path>();
  apply_command
      ->add_option("FILE", *file,
                   env.text("台帳の YAML ファイル（docs/ja/registry.md）",
                            "The registry, YAML (docs/registry.md)"))
      ->required();
  apply_command->callback(
      [&env, file] { env.action = [&env, file] { return apply(env, *file); }; });

  auto* show_command = group->add_subcommand(
      "show", env.text("有効な台帳と、確認の要る点", "What is in force, and its findings"));
  auto redelegations = std::make_shared<bool>(false);
  show_command->add_flag(
      "--redelegations", *redelegations,
      env.text("再委託と、すべての階層の外部サービス（種別 B）だけ",
               "Only re-delegations, and external services (type B) at any level"));
  show_command->callback([&env, redelegations] {
    env.action = [&env, redelegations] { return show(env, *redelegations); };
  });

  auto* check_command = group->add_subcommand(
      "check", env.text("人の確認が要る点。あれば終了コード 1",
                        "Findings that need a person; exit 1 when there are any"));
  check_command->callback([&env] { env.action = [&env] { return check(env); }; });

  auto* counts_command = group->add_subcommand(
      "counts", env.text("年度の集計表：委託先・再委託先、監査、契約違反",
                         "Counting tables of a fiscal year: delegates, audits, violations"));
  auto options = std::make_shared<CountsOptions>();
  counts_command
      ->add_option("--fiscal-year", options->year,
                   env.text("年度（4月に始まる年）", "The year in which it begins (April)"))
      ->required()
      ->check(CLI::Range(1970, 9000));
  counts_command->add_option("--carrier", options->carrier,
                             env.text("この委託元だけ", "Only this carrier"));
  counts_command->add_flag("--csv", options->csv,
                           env.text("CSV で書く（既定）", "As CSV (the default)"));
  counts_command->callback(
      [&env, options] { env.action = [&env, options] { return counts(env, *options); }; });

  add_instruction_commands(*group, env);
  add_access_log_commands(*group, env);
}

}  // namespace hitokoe::app
