#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <memory>

#include "apps/hitokoe/duty_commands.h"
#include "apps/hitokoe/incident_desk.h"
#include "hitokoe/base/file.h"
#include "hitokoe/storage/duties.h"
#include "hitokoe/storage/follow_up.h"

namespace hitokoe::app {
namespace {

using incident::ReportFile;
using incident::ReportService;
using incident::ReportVersion;

constexpr unsigned kFileMode = 0640;

struct ReportOptions {
  std::string incident, carrier, kind = "preliminary", format, out, language = "ja";
  std::string item, ja, en, at, reference;
  std::uint32_t version = 0;
};

struct ReportDesk {
  std::unique_ptr<IncidentDesk> incidents;
  std::unique_ptr<registry::RegistryStore> registry;
  std::unique_ptr<incident::CampaignStore> campaigns;
  std::unique_ptr<incident::ReportStore> store;
  std::unique_ptr<incident::FollowStore> follows;

  ReportService service(Environment& env) {
    return ReportService({*store, *incidents->store, *registry, campaigns.get(),
                          incidents->rules.clocks, incidents->rules.holidays, env.clock,
                          follows.get()});
  }
};

Result<std::unique_ptr<ReportDesk>> open_report_desk(Environment& env) {
  TRY(auto incidents, open_incident_desk(env));
  auto registry = storage::make_registry_store(incidents->db, env.clock);
  auto campaigns = storage::make_campaign_store(incidents->db);
  auto store = storage::make_report_store(incidents->db);
  auto follows = storage::make_follow_store(incidents->db);
  return std::make_unique<ReportDesk>(ReportDesk{std::move(incidents), std::move(registry),
                                                 std::move(campaigns), std::move(store),
                                                 std::move(follows)});
}

Result<std::optional<Language>> language_of(const std::string& name) {
  if (name == "ja") return std::optional(Language::kJapanese);
  if (name == "en") return std::optional(Language::kEnglish);
  if (name == "both") return std::optional<Language>();
  return fail(Errc::kUsage, "--language is ja, en or both", "--language は ja、en、both のどれか");
}

Result<void> check_format(const ReportOptions& o) {
  if (o.format.empty() || o.format == "md" || o.format == "json") return ok();
  if (o.format != "pdf")
    return fail(Errc::kUsage, "--format is md, pdf or json", "--format は md、pdf、json のどれか");
  if (o.out.empty())
    return fail(Errc::kUsage, "--format pdf needs --out FILE", "--format pdf には --out が必要");
  return ok();
}

Result<Bytes> rendered(const ReportVersion& version, const ReportOptions& o,
                       const std::string& format) {
  TRY(const auto language, language_of(o.language));
  if (format == "pdf") return incident::report_pdf(version, language);
  const auto text = format == "json" ? incident::to_json(version) + "\n"
                                     : incident::report_markdown(version, language);
  const auto bytes = as_bytes(text);
  return Bytes(bytes.begin(), bytes.end());
}

void say_open(Environment& env, const ReportVersion& version) {
  std::cerr << say(env.language, "第 ", "version ") << version.number
            << say(env.language, " 版  ", "  ") << version.sha256 << '\n';
  for (const auto item : version.content.open()) {
    std::cerr << say(env.language, "調査中: ", "under investigation: ")
              << incident::title_of(item).in(env.language) << "  (" << to_string(item) << ")\n";
  }
}

// Items that are still open need a person: exit 1.
Result<int> give(Environment& env, const ReportVersion& version, const ReportOptions& o) {
  const std::string format = o.format.empty() ? "md" : o.format;
  if (!o.out.empty()) {
    TRY(const auto bytes, rendered(version, o, format));
    TRYV(write_file_durably(o.out, bytes, kFileMode));
  }
  if (env.json) {
    std::cout << incident::to_json(version) << '\n';
  } else if (o.out.empty()) {
    TRY(const auto bytes, rendered(version, o, format));
    std::cout << as_text(bytes);
  }
  say_open(env, version);
  return version.content.open().empty() ? 0 : 1;
}

Result<int> draft(Environment& env, incident::ReportForm form, const ReportOptions& o) {
  TRYV(check_format(o));
  TRYV(language_of(o.language));
  TRY(const auto kind, incident::report_kind_by_name(o.kind));
  TRY(const auto desk, open_report_desk(env));
  const auto& viewer = desk->incidents->viewer;
  TRY(const auto version, desk->service(env).draft(viewer, o.incident, o.carrier, form, kind));
  TRYV(desk->incidents->sign(env));
  return give(env, version, o);
}

Result<int> show(Environment& env, const ReportOptions& o) {
  TRYV(check_format(o));
  TRY(const auto desk, open_report_desk(env));
  TRY(const auto file, desk->service(env).show(desk->incidents->viewer, o.incident, o.carrier));
  const auto* version = file.version(o.version);
  if (version == nullptr) {
    return fail(Errc::kNotFound, "no version " + std::to_string(o.version) + " of this report",
                "報告の第 " + std::to_string(o.version) + " 版はありません");
  }
  return give(env, *version, o);
}

void print_file(std::ostream& out, const ReportFile& file, Language l) {
  out << file.incident << "  " << file.carrier << '\n';
  for (const auto& v : file.versions) {
    out << "  " << v.number << "  " << to_string(v.content.form) << "  "
        << to_string(v.content.kind) << "  " << format_jst(v.at) << "  " << v.by << "  "
        << v.sha256.substr(0, 16);
    const auto open = v.content.open().size();
    if (open > 0) out << say(l, "  調査中 ", "  open ") << open;
    if (v.submitted) {
      out << say(l, "  提出 ", "  submitted ") << format_jst(v.submitted->at) << "  "
          << v.submitted->reference;
    }
    out << '\n';
  }
  for (const auto item : items_of(incident::ReportForm::kPpc)) {
    const auto* said = file.newest(item);
    if (said == nullptr) continue;
    out << "  " << title_of(item).in(l) << "  (" << to_string(item) << ")  " << format_jst(said->at)
        << "  " << said->by << '\n';
  }
}

Result<int> list(Environment& env, const ReportOptions& o) {
  TRY(const auto desk, open_report_desk(env));
  TRY(auto files, desk->service(env).list(desk->incidents->viewer, o.incident));
  if (!o.carrier.empty()) {
    std::erase_if(files, [&](const ReportFile& f) { return f.carrier != o.carrier; });
  }
  if (env.json) {
    std::string all;
    for (const auto& f : files) all += (all.empty() ? "" : ",") + incident::to_json(f);
    std::cout << "{\"reports\":[" << all << "]}\n";
  } else {
    for (const auto& f : files) print_file(std::cout, f, env.language);
  }
  return 0;
}

Result<int> record(Environment& env, const ReportOptions& o) {
  TRY(const auto item, incident::report_item_by_name(o.item));
  TRY(const auto desk, open_report_desk(env));
  auto service = desk->service(env);
  const auto& viewer = desk->incidents->viewer;
  TRYV(service.record(viewer, o.incident, o.carrier, item, {o.en, o.ja}));
  TRYV(desk->incidents->sign(env));
  TRY(const auto file, service.show(viewer, o.incident, o.carrier));
  if (env.json) {
    std::cout << incident::to_json(file) << '\n';
  } else {
    print_file(std::cerr, file, env.language);
  }
  return 0;
}

Result<int> submit(Environment& env, const ReportOptions& o) {
  UtcTime at = env.clock.now();
  if (!o.at.empty()) {
    TRY(at, parse_utc(o.at));
  }
  TRY(const auto desk, open_report_desk(env));
  TRY(const auto version, desk->service(env).submit(desk->incidents->viewer, o.incident, o.carrier,
                                                    o.version, at, o.reference));
  TRYV(desk->incidents->sign(env));
  if (env.json) {
    std::cout << incident::to_json(version) << '\n';
  } else {
    std::cerr << say(env.language, "提出を記録しました。完了した期限: ",
                     "submission recorded; clocks completed: ");
    for (const auto& rule : version.submitted->rules) std::cerr << rule << ' ';
    std::cerr << '\n';
  }
  return 0;
}

using Options = std::shared_ptr<ReportOptions>;

CLI::App* add(CLI::App* group, Environment& env, const char* name, const char* ja, const char* en,
              const Options& o, bool carrier_needed) {
  auto* command = group->add_subcommand(name, env.text(ja, en));
  command
      ->add_option("--incident", o->incident,
                   env.text("事案の番号（INC-YYYYMMDD-NNNN）", "Incident: INC-YYYYMMDD-NNNN"))
      ->required();
  command->add_option("--carrier", o->carrier, env.text("報告する通信会社", "Carrier that reports"))
      ->required(carrier_needed);
  return command;
}

void add_rendering(CLI::App* command, Environment& env, const Options& o) {
  command->add_option("--format", o->format,
                      env.text("md、pdf、json（省くと md）", "md, pdf or json; default md"));
  command->add_option("--out", o->out, env.text("書き出すファイル", "File to write"));
  command->add_option("--language", o->language,
                      env.text("ja、en、both（省くと ja）", "ja, en or both; default ja"));
}

void add_version(CLI::App* command, Environment& env, const Options& o) {
  command->add_option("--version", o->version, env.text("版の番号", "Number of the version"))
      ->required();
}

}  // namespace

void add_report_commands(CLI::App& app, Environment& env) {
  auto* group = app.add_subcommand(
      "report", env.text("当局への報告：速報と確報、版の記録、提出",
                         "Reports to the authorities: drafts, versions, submission"));
  group->require_subcommand(1);
  auto o = std::make_shared<ReportOptions>();

  for (const auto& [form, ja, en] :
       {std::tuple(incident::ReportForm::kPpc,
                   "個人情報保護委員会への報告（九項目）。調査中の項目があれば終了コード 1",
                   "Report to the PPC (nine items); exit 1 while items are under investigation"),
        std::tuple(incident::ReportForm::kMic,
                   "総務省への報告（十項目）。調査中の項目があれば終了コード 1",
                   "Report to the MIC (ten items); exit 1 while items are under investigation")}) {
    auto* command = add(group, env, std::string(to_string(form)).c_str(), ja, en, o, true);
    command->add_option("--kind", o->kind,
                        env.text("preliminary（速報）か final（確報）。省くと速報",
                                 "preliminary or final; default preliminary"));
    add_rendering(command, env, o);
    command->callback(
        [&env, o, form = form] { env.action = [&env, o, form] { return draft(env, form, *o); }; });
  }

  auto* set = add(group, env, "set", "人にしか分からない項目を記録する",
                  "Record what only a person can know", o, true);
  set->add_option(
         "--item", o->item,
         env.text("項目（cause、secondary、response、publication、prevention、number など）",
                  "Item: cause, secondary, response, publication, prevention, number, …"))
      ->required();
  set->add_option(
      "--ja", o->ja,
      env.text("日本語の文章。顧客の情報は書かない", "Japanese text; no customer data"));
  set->add_option("--en", o->en,
                  env.text("英語の文章。顧客の情報は書かない", "English text; no customer data"));
  set->callback([&env, o] { env.action = [&env, o] { return record(env, *o); }; });

  auto* listed = add(group, env, "list", "報告の版と、記録された項目",
                     "Versions of reports, and recorded items", o, false);
  listed->callback([&env, o] { env.action = [&env, o] { return list(env, *o); }; });

  auto* shown =
      add(group, env, "show", "一つの版をそのまま示す", "One version, as it was", o, true);
  add_version(shown, env, o);
  add_rendering(shown, env, o);
  shown->callback([&env, o] { env.action = [&env, o] { return show(env, *o); }; });

  auto* submitted = add(group, env, "submit", "提出したことを記録し、期限を完了にする",
                        "Record that the authority has it; completes the clocks", o, true);
  add_version(submitted, env, o);
  submitted->add_option("--at", o->at,
                        env.text("提出の時刻（UTC、2026-04-01T02:03:04Z の形）。省くと今",
                                 "When (UTC, 2026-04-01T02:03:04Z); default now"));
  submitted->add_option("--reference", o->reference,
                        env.text("受付番号", "The authority's receipt number"));
  submitted->callback([&env, o] { env.action = [&env, o] { return submit(env, *o); }; });
}

}  // namespace hitokoe::app
